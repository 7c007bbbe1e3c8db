"""The figures to reach, and how a run is shown."""

from dataclasses import dataclass

from cases import FEW_NODES, FEW_ROWS, MANY_NODES, MANY_ROWS, MEMORIES, QUERIES

OURS = "this library"
PREPARED = "this library, prepared"
SIZE_ONE_FEW = f"1 x {FEW_ROWS:,}"
SIZE_ONE_MANY = f"1 x {MANY_ROWS:,}"
SIZE_MANY = f"{QUERIES} x {MANY_ROWS:,}"
SIZE_DECAY = f"{MEMORIES:,} memories"
SIZE_SMALL_GRAPH = f"{FEW_NODES:,} nodes, 5 times"
SIZE_LARGE_GRAPH = f"{MANY_NODES:,} nodes"


@dataclass(frozen=True)
class Figure:
    """A ratio to reach: the time of `above` over that of `below`."""

    title: str
    size: str
    floor: float
    above: str
    below: str = OURS

    def measured(self, medians):
        above = medians.get((self.above, self.size))
        below = medians.get((self.below, self.size))
        return above / below if above and below else None

    def verdict(self, medians):
        measured = self.measured(medians)
        if measured is None:
            return "not measured"
        return "floor" if measured >= self.floor else "NO"


FIGURES = [
    Figure("times faster than SimSIMD", SIZE_ONE_FEW, 2.7, "SimSIMD"),
    Figure("times faster than SimSIMD", SIZE_ONE_MANY, 1.1, "SimSIMD"),
    Figure("part of the read limit", SIZE_ONE_FEW, 0.7, "plain sum of the rows"),
    Figure("times faster than numpy's product", SIZE_MANY, 1.6, "numpy, product alone"),
    Figure("times faster than libmvec", SIZE_DECAY, 1.1, "C, libmvec"),
    Figure("times faster than scipy push", SIZE_SMALL_GRAPH, 2.0, "scipy, push"),
    Figure("times faster than scipy push", SIZE_LARGE_GRAPH, 1.0, "scipy, push"),
    Figure("times faster than scipy push, prepared", SIZE_LARGE_GRAPH, 1.3, "scipy, push", PREPARED),
]


def number(value):
    if value is None:
        return "-"
    decimals = 3 if value < 0.1 else 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{decimals}f}"


def print_tables(about, medians):
    for subject, note in about.items():
        print(f"{subject:8} {note}")
    print(f"\n{'figure':44} {'':22} {'floor':>8} {'measured':>9}  holds")
    for figure in FIGURES:
        measured = number(figure.measured(medians))
        verdict = figure.verdict(medians)
        print(f"{figure.title:44} {figure.size:>22} {number(figure.floor):>8} {measured:>9}  {verdict}")
    missed = sum(figure.verdict(medians) == "NO" for figure in FIGURES)
    print(f"\n{missed} of {len(FIGURES)} floors are missed.\n")
    print(f"{'':44} {'':22} {'µs':>10}")
    for (title, size), seconds in medians.items():
        print(f"{title:44} {size:>22} {number(seconds * 1e6):>10}")


def as_json(about, medians, rounds):
    return {
        "benchmark": "native",
        "about": about,
        "figures": [
            {
                "title": figure.title,
                "size": figure.size,
                "floor": figure.floor,
                "measured": figure.measured(medians),
                "verdict": figure.verdict(medians),
            }
            for figure in FIGURES
        ],
        "operations": [
            {"title": title, "size": size, "medianSeconds": seconds, "secondsOfRounds": rounds[title, size]}
            for (title, size), seconds in medians.items()
        ],
    }
