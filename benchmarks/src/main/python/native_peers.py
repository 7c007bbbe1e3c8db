"""Measures the kernels beside peers in native code: one thread, one process, the same data.

Rounds measure each case once, so that whatever changes in the machine meanwhile befalls all of them; the result is the
median of the rounds.
"""

import argparse
import ctypes.util
import importlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
REQUIREMENTS = "benchmarks/src/main/python/requirements.txt"
HOW_TO_GET = f"python3 -m venv DIRECTORY && DIRECTORY/bin/pip install -r {REQUIREMENTS}, then PATH=DIRECTORY/bin:$PATH"
USAGE, CANNOT_RUN = 2, 3
BUSY = 0.5
SIGN_OF_LIFE_SECONDS = 5

# Of GNU's compiler and of those that take its options.
OPTIONS = ["-O3", "-march=native", "-ffast-math", "-fPIC"]


class CannotRun(Exception):
    pass


def say(text):
    print(f"bench: {text}", file=sys.stderr)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as the other benchmarks do."""

    def error(self, message):
        say(f"{message} (--help lists the options)")
        sys.exit(USAGE)


def built_library():
    """The library's file, compiled if its sources changed."""
    output = ROOT / "benchmarks/target/native/libengram_arena.so"
    with tempfile.TemporaryFile("w+") as log:
        command = [ROOT / "native/build", "library", "--output", output]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        while True:
            try:
                status = process.wait(SIGN_OF_LIFE_SECONDS)
                break
            except subprocess.TimeoutExpired:
                say("compiling the library ...")
        if status != 0:
            log.seek(0)
            raise CannotRun("the library does not compile: " + log.read().strip().rpartition("\n")[2])
    return str(output)


class Peers:
    """What there is to measure here. `notes` says what there is, and what is missing."""

    def __init__(self, library, folder):
        from engram import Library

        self.notes = {}
        self.library = Library(library)
        self.notes["kernels"] = self.library.cpu_level()
        self.numpy = self._module("numpy")
        self.sparse = self._module("scipy.sparse")
        self.loops = self._compiled(folder)
        self.distance_kernels = {}
        if self.loops:
            self._find_kernel("simsimd", "SimSIMD", "pointer_to_cosine")
            self._find_kernel("numkong", "NumKong", "pointer_to_angular")

    def _module(self, name):
        package = name.partition(".")[0]
        try:
            module = importlib.import_module(name)
        except ImportError:
            self.notes[package] = f"missing, so not measured; to get it: {HOW_TO_GET}"
            return None
        self.notes[package] = importlib.import_module(package).__version__
        return module

    def _find_kernel(self, module_name, title, function):
        module = self._module(module_name)
        if module:
            self.distance_kernels[title] = getattr(module, function)("f32")

    def _compiled(self, folder):
        from engram import Loops

        compiler = shutil.which("cc")
        if not compiler:
            self.notes["cc"] = "missing, so only what Python can call is measured; to get it: install a C compiler"
            return None
        wide = ["-mprefer-vector-width=512"] if platform.machine() == "x86_64" else []
        # Linked without -ffast-math, which would have the process flush denormal numbers to zero.
        for arguments in (
            [*OPTIONS, *wide, "-c", str(HERE / "loops.c"), "-o", f"{folder}/loops.o"],
            ["-shared", f"{folder}/loops.o", "-o", f"{folder}/loops.so", "-lm"],
        ):
            done = subprocess.run([compiler, *arguments], capture_output=True, text=True)
            if done.returncode != 0:
                raise CannotRun(f"cc does not compile loops.c: {done.stderr.strip()}")
        version = subprocess.run([compiler, "--version"], capture_output=True, text=True).stdout
        vectorised = b"_ZGV" in Path(folder, "loops.so").read_bytes()
        self.notes["cc"] = version.splitlines()[0] + ("" if vectorised else "; it does not call libmvec")
        return Loops(f"{folder}/loops.so")


def measure(repeat, seconds):
    """Seconds that one takes, of as many as fill the time: the thread's processor time, which others add least to."""
    times = 1
    while True:
        began = time.thread_time()
        repeat(times)
        elapsed = time.thread_time() - began
        if elapsed >= seconds:
            return elapsed / times
        times = max(times + 1, int(times * min(10, 1.2 * seconds / max(elapsed, 1e-9))))


def run(cases, rounds, seconds):
    """The seconds of each round, by case."""
    results = {case: [] for case in cases}
    last_line = 0.0
    for round_number in range(rounds):
        for index, case in enumerate(cases):
            if time.monotonic() - last_line >= SIGN_OF_LIFE_SECONDS:
                last_line = time.monotonic()
                say(f"{round_number * len(cases) + index} of {rounds * len(cases)}: {case.title}, {case.size}")
            results[case].append(measure(case.repeat, seconds))
    return results


def machine():
    cpu = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    return {
        "cpu": f"{cpu}, {len(os.sched_getaffinity(0))} cores, one thread",
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "began": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "load": f"{os.getloadavg()[0]:.2f}, the minute before",
    }


def arguments():
    parser = Parser(
        prog="bench native",
        description="Measures the kernels, called as C functions, beside numpy, SimSIMD, NumKong, scipy and libmvec, "
        "as far as this Python and this machine have them: one thread, one process, the same data.",
        epilog="Exit codes: 0 all was measured, whatever came of it, 2 an option cannot be used, 3 cannot run here.",
    )
    parser.add_argument("--quick", action="store_true", help="a look in about a minute")
    parser.add_argument("--json", metavar="FILE", type=Path, help="writes the result to a file too")
    parsed = parser.parse_args()
    if parsed.json and not parsed.json.absolute().parent.is_dir():
        parser.error(f"--json: {parsed.json}: there is no such directory")
    return parsed


def main():
    options = arguments()
    try:
        importlib.import_module("numpy")
    except ImportError:
        raise CannotRun(f"numpy is missing; to get it: {HOW_TO_GET}") from None
    import cases
    import report

    library = built_library()
    about = machine()
    if os.getloadavg()[0] >= BUSY:
        say(f"others use this machine (load average {os.getloadavg()[0]:.2f}), which the figures will show")
    rounds, seconds = (5, 0.05) if options.quick else (15, 0.2)
    with tempfile.TemporaryDirectory() as folder:
        peers = Peers(library, folder)
        say("making the data, and comparing results ...")
        all_cases = [c for kernel in (cases.Cosine, cases.Decay, cases.Spread) for c in kernel(peers).cases()]
        began = time.monotonic()
        results = run(all_cases, rounds, seconds)
    medians = {(case.title, case.size): statistics.median(times) for case, times in results.items()}
    about["effort"] = (
        f"median of {rounds} rounds of {seconds * 1000:.0f} ms or one operation, processor time; "
        f"{time.monotonic() - began:.0f} s in all"
    )
    report.print_tables({**about, **peers.notes}, medians)
    if options.json:
        rounds_by_case = {(case.title, case.size): times for case, times in results.items()}
        text = json.dumps(report.as_json({**about, **peers.notes}, medians, rounds_by_case), indent=2)
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    try:
        main()
    except CannotRun as e:
        say(e)
        sys.exit(CANNOT_RUN)
