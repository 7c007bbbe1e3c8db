"""What is measured, and on which data. Each case is compared with double precision before it is measured."""

from dataclasses import dataclass
from typing import Callable

import numpy as np

from engram import aligned, aligned_empty

DIMENSIONS = 768
QUERIES = 24
FEW_ROWS = 100
MANY_ROWS = 10_000
MEMORIES = 10_000
TIME_CONSTANT_SECONDS = 86_400.0
FEW_NODES = 1_000
MANY_NODES = 1_000_000
EDGES_PER_NODE = 10


@dataclass(frozen=True)
class Case:
    """Something to measure: `repeat(n)` does it n times."""

    title: str
    size: str
    repeat: Callable[[int], None]


class WrongResult(Exception):
    pass


def repeated(call):
    def repeat(times):
        for _ in range(times):
            call()

    return repeat


def require_near(title, measured, expected, bound):
    difference = np.max(np.abs(np.asarray(measured, np.float64) - expected))
    # Negated, so that what is not a number is refused.
    if not difference <= bound:
        raise WrongResult(f"{title}: {difference} from the reference, where {bound} is allowed")


class Cosine:
    def __init__(self, peers):
        random = np.random.default_rng(20260101)
        self.peers = peers
        self.rows = aligned(random.uniform(-1, 1, (MANY_ROWS, DIMENSIONS)), np.float32)
        self.queries = aligned(random.uniform(-1, 1, (QUERIES, DIMENSIONS)), np.float32)
        norms = np.linalg.norm(self.queries.astype(np.float64), axis=1)
        row_norms = np.linalg.norm(self.rows.astype(np.float64), axis=1)
        self.exact_products = self.queries.astype(np.float64) @ self.rows.T.astype(np.float64)
        self.exact = self.exact_products / np.outer(norms, row_norms)

    def cases(self):
        for count in (FEW_ROWS, MANY_ROWS):
            yield from self._single(f"1 x {count:,}", aligned(self.rows[:count]))
        yield from self._many(f"{QUERIES} x {MANY_ROWS:,}")

    def _single(self, size, rows):
        peers, query, loops = self.peers, self.queries[0], self.peers.loops
        expected = self.exact[0, : len(rows)]
        if loops:
            scores = aligned_empty(len(rows), np.float32)
            repeat = loops.similarity(peers.library, query, rows, scores)
            yield self._checked("this library", size, repeat, scores, expected)
            for name, kernel in peers.distance_kernels.items():
                scores = aligned_empty(len(rows), np.float32)
                repeat = loops.distance(kernel, query, rows, scores)
                yield self._checked(name, size, repeat, scores, expected)
            yield Case("plain sum of the rows", size, loops.sum(rows))
        product = aligned_empty(len(rows), np.float32)
        repeat = repeated(lambda: np.dot(rows, query, out=product))
        yield self._checked("numpy, product alone", size, repeat, product, self.exact_products[0, : len(rows)], 1e-3)

    def _many(self, size):
        rows, queries = self.rows, self.queries
        scores = aligned_empty((QUERIES, MANY_ROWS), np.float32)
        repeat = repeated(self.peers.library.batch(queries, rows, scores))
        yield self._checked("this library", size, repeat, scores, self.exact)
        product = aligned_empty((QUERIES, MANY_ROWS), np.float32)
        transposed = rows.T
        repeat = repeated(lambda: np.dot(queries, transposed, out=product))
        yield self._checked("numpy, product alone", size, repeat, product, self.exact_products, 1e-3)

    @staticmethod
    def _checked(title, size, repeat, result, expected, bound=4e-5):
        repeat(1)
        require_near(f"{title}, {size}", result, expected, bound)
        return Case(title, size, repeat)


class Decay:
    SIZE = f"{MEMORIES:,} memories"

    def __init__(self, peers):
        random = np.random.default_rng(20260102)
        self.peers = peers
        self.ages = aligned(random.integers(0, 30 * 86_400, MEMORIES), np.uint64)
        self.start = random.uniform(0.5, 1, MEMORIES).astype(np.float32)
        self.factors = np.exp(-self.ages.astype(np.float64) / TIME_CONSTANT_SECONDS)

    def cases(self):
        peers, loops = self.peers, self.peers.loops
        if loops:
            strengths = aligned(self.start)
            repeat = loops.decay(peers.library, strengths, self.ages, TIME_CONSTANT_SECONDS)
            yield self._checked("this library", repeat, strengths, 4 * 2.0**-24)
            strengths = aligned(self.start)
            repeat = loops.libmvec_decay(strengths, self.ages, TIME_CONSTANT_SECONDS)
            yield self._checked("C, libmvec", repeat, strengths, 40 * 2.0**-23)
        strengths = aligned(self.start)

        def fade():
            exponents = self.ages.astype(np.float32)
            exponents *= np.float32(-1 / TIME_CONSTANT_SECONDS)
            np.exp(exponents, out=exponents)
            np.multiply(strengths, exponents, out=strengths)

        yield self._checked("numpy", repeated(fade), strengths, 40 * 2.0**-23)

    def _checked(self, title, repeat, strengths, bound):
        repeat(1)
        expected = self.start * self.factors
        require_near(f"{title}, {self.SIZE}", strengths / expected, 1, bound)
        # Strengths that are faded again and again come to denormal numbers, which processors are slow at.
        strengths[...] = 0
        return Case(title, self.SIZE, repeat)


class Spread:
    def __init__(self, peers):
        self.peers = peers

    def cases(self):
        yield from self._graph(FEW_NODES, 5, f"{FEW_NODES:,} nodes, 5 times")
        yield from self._graph(MANY_NODES, 1, f"{MANY_NODES:,} nodes")

    def _graph(self, nodes, iterations, size):
        library, sparse = self.peers.library, self.peers.sparse
        random = np.random.default_rng(20260103)
        edges = nodes * EDGES_PER_NODE
        degrees = np.bincount(random.integers(0, nodes, edges), minlength=nodes)
        offsets = aligned(np.concatenate(([0], np.cumsum(degrees))), np.uint64)
        targets = aligned(random.integers(0, nodes, edges), np.uint32)
        weights = aligned(random.uniform(0.1, 1, edges), np.float32)
        start = random.uniform(0.1, 1, nodes).astype(np.float32)
        expected = self._reference(start, degrees, targets, weights, iterations)

        def checked(title, activations, call):
            call()
            require_near(f"{title}, {size}", activations, expected, 1e-5)
            return Case(title, size, repeated(call))

        graph = library.graph(offsets, targets, weights)
        activations = aligned(start)
        yield checked("this library", activations, library.spread(graph, activations, iterations))
        prepared = library.prepared(graph)
        activations = aligned(start)
        yield checked("this library, prepared", activations, library.spread(prepared, activations, iterations))
        if sparse:
            matrix = sparse.csr_matrix(
                (weights, targets.astype(np.int32), offsets.astype(np.int32)), shape=(nodes, nodes)
            )
            for title, operator in (("scipy, push", matrix.T), ("scipy, pull", matrix.T.tocsr())):
                activations = aligned(start)
                yield checked(title, activations, self._scipy(operator, activations, iterations))

    @staticmethod
    def _scipy(operator, activations, iterations):
        def spread():
            for _ in range(iterations):
                np.add(activations, operator @ activations, out=activations)
                largest = activations.max()
                if largest > 1:
                    np.divide(activations, largest, out=activations)

        return spread

    @staticmethod
    def _reference(start, degrees, targets, weights, iterations):
        sources = np.repeat(np.arange(len(start)), degrees)
        activations = start.astype(np.float64)
        for _ in range(iterations):
            added = np.bincount(targets, activations[sources] * weights, minlength=len(start))
            activations = activations + added
            activations /= max(1.0, activations.max())
        return activations
