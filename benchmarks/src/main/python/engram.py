"""The library's C interface, as far as the benchmarks need it; see native/include/engram_arena.h."""

import ctypes
from ctypes import Structure, byref, c_double, c_float, c_uint32, c_uint64, c_void_p, pointer

import numpy as np

ABI_VERSION = 4
OVERFLOW_ERROR_RETURN = 1
CPU_LEVELS = {2: "x86-64-v2", 3: "x86-64-v3", 4: "x86-64-v4", 64: "NEON"}
ALIGNMENT_BYTES = 64

# Room for what spreading over a million nodes takes.
POOL_SIZE_MB = 64


class Graph(Structure):
    _fields_ = [
        ("struct_size_bytes", c_uint64),
        ("node_count", c_uint64),
        ("edge_count", c_uint64),
        ("offsets", c_void_p),
        ("targets", c_void_p),
        ("weights", c_void_p),
        ("layout", c_void_p),
    ]


class SpreadOptions(Structure):
    _fields_ = [
        ("struct_size_bytes", c_uint64),
        ("iterations", c_uint64),
        ("decay_per_hop", c_float),
        ("firing_threshold", c_float),
    ]


def aligned(source, dtype=None):
    """A copy of an array, in row order, that starts on a boundary of 64 bytes."""
    source = np.asarray(source, dtype=dtype)
    target = aligned_empty(source.shape, source.dtype)
    target[...] = source
    return target


def aligned_empty(shape, dtype):
    size_bytes = int(np.prod(shape)) * np.dtype(dtype).itemsize
    buffer = np.empty(size_bytes + ALIGNMENT_BYTES, np.uint8)
    start = -buffer.ctypes.data % ALIGNMENT_BYTES
    return buffer[start : start + size_bytes].view(dtype).reshape(shape)


class Library:
    """The library, loaded and with an arena for this thread."""

    def __init__(self, path):
        self.functions = ctypes.CDLL(path)
        version = self.functions.engram_abi_version()
        if version != ABI_VERSION:
            raise RuntimeError(f"{path} has ABI version {version}; known is {ABI_VERSION}")
        self.functions.engram_graph_layout_bytes.restype = c_uint64
        self._call("engram_configure_arena", c_uint32(POOL_SIZE_MB), c_uint32(OVERFLOW_ERROR_RETURN))
        self.arena = c_void_p()
        self._call("engram_thread_arena", byref(self.arena), None)

    def cpu_level(self):
        return CPU_LEVELS[self.functions.engram_current_cpu_level()]

    def address(self, name):
        return ctypes.cast(getattr(self.functions, name), c_void_p)

    def batch(self, queries, rows, scores):
        """A function that scores many queries in one call."""
        dimensions = c_uint64(rows.shape[1])
        count = c_uint64(rows.shape[0])
        return self._bound(
            "engram_vector_similarity_batch",
            self.arena,
            _pointer(queries),
            c_uint64(queries.shape[0]),
            dimensions,
            _pointer(rows),
            dimensions,
            count,
            dimensions,
            None,
            _pointer(scores),
            count,
            None,
        )

    def graph(self, offsets, targets, weights):
        """A graph, checked."""
        graph = Graph(
            ctypes.sizeof(Graph),
            len(offsets) - 1,
            len(targets),
            offsets.ctypes.data,
            targets.ctypes.data,
            weights.ctypes.data,
            None,
        )
        graph.kept_alive = (offsets, targets, weights)
        self._call("engram_graph_check", byref(graph), None)
        return graph

    def prepared(self, graph):
        """The same graph with a layout."""
        layout = aligned_empty(self.functions.engram_graph_layout_bytes(byref(graph)), np.uint8)
        self._call("engram_graph_prepare", self.arena, byref(graph), _pointer(layout), None)
        prepared = Graph.from_buffer_copy(graph)
        prepared.layout = layout.ctypes.data
        prepared.kept_alive = (graph, layout)
        return prepared

    def spread(self, graph, activations, iterations):
        """A function that spreads in place."""
        options = SpreadOptions(ctypes.sizeof(SpreadOptions), iterations, 1, 0)
        return self._bound(
            "engram_spread_activation", self.arena, pointer(graph), pointer(options), _pointer(activations), None
        )

    def _bound(self, name, *arguments):
        function = getattr(self.functions, name)

        def call():
            require_ok(name, function(*arguments))

        return call

    def _call(self, name, *arguments):
        self._bound(name, *arguments)()


class Loops:
    """loops.c, compiled: calls repeated in native code."""

    def __init__(self, path):
        self.functions = ctypes.CDLL(path)
        self.functions.repeat_sum.restype = c_float

    def similarity(self, library, query, rows, scores):
        return self._repeated(
            "repeat_similarity",
            library.address("engram_vector_similarity"),
            library.arena,
            _pointer(query),
            c_double(float("nan")),
            _pointer(rows),
            c_uint64(rows.shape[1]),
            c_uint64(rows.shape[0]),
            _pointer(scores),
        )

    def distance(self, kernel, query, rows, scores):
        return self._repeated(
            "repeat_distance",
            c_void_p(kernel),
            _pointer(query),
            _pointer(rows),
            c_uint64(rows.shape[1]),
            c_uint64(rows.shape[0]),
            _pointer(scores),
            returns_status=False,
        )

    def sum(self, rows):
        return self._repeated("repeat_sum", _pointer(rows), c_uint64(rows.size), returns_status=False)

    def decay(self, library, strengths, ages, time_constant):
        address = library.address("engram_memory_decay")
        return self._repeated("repeat_decay", address, *_memories(strengths, ages, time_constant))

    def libmvec_decay(self, strengths, ages, time_constant):
        arguments = _memories(strengths, ages, time_constant)
        return self._repeated("repeat_libmvec_decay", *arguments, returns_status=False)

    def _repeated(self, name, *arguments, returns_status=True):
        function = getattr(self.functions, name)

        def repeat(times):
            result = function(ctypes.c_long(times), *arguments)
            if returns_status:
                require_ok(name, result)

        return repeat


def require_ok(name, status):
    if status != 0:
        raise RuntimeError(f"{name} returned status {status}")


def _memories(strengths, ages, time_constant):
    return _pointer(strengths), _pointer(ages), c_uint64(len(strengths)), c_double(time_constant)


def _pointer(array):
    """A pointer that keeps its array alive."""
    return array.ctypes.data_as(c_void_p)
