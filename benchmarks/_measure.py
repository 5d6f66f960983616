"""What the benchmarks share: interleaved timing, memory, and the written report.

Imports the standard library and the package's writer of files. Call `fix_threads`
before anything imports TensorFlow.
"""

import argparse
import contextlib
import gc
import json
import os
import platform
import re
import resource
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from rnn_tutorials._whole_file import write_whole


def arguments(description):
    """Return a parser with the options of every benchmark."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="tiny: does it run at all")
    parser.add_argument("--repeats", type=int, default=5, help="rounds, at least 5")
    parser.add_argument("--threads", type=int, default=2, help="for the kernels")
    parser.add_argument("--out", type=Path, help="folder of the report; default here")
    return parser


def fix_threads(threads):
    """Give BLAS and TensorFlow a fixed number of threads."""
    for name in ("OMP_NUM", "OPENBLAS_NUM", "TF_NUM_INTRAOP", "TF_NUM_INTEROP"):
        os.environ[f"{name}_THREADS"] = str(threads)


def interleave(jobs, repeats):
    """Run the jobs in turn, A B C A B C ..., after one round that does not count.

    A job is a function without arguments; if only part of it is to count, it returns
    the seconds as a float. Returns a dict from its name to its seconds, one per round.
    """
    seconds = {name: [] for name in jobs}
    for _ in range(repeats + 1):
        for name, job in jobs.items():
            gc.collect()
            start = time.perf_counter()
            own = job()
            taken = time.perf_counter() - start
            seconds[name].append(own if isinstance(own, float) else taken)
    return {name: times[1:] for name, times in seconds.items()}


def memory():
    """Resident memory in MiB: the peak and, on Linux, own memory and mapped files."""
    unit = 2**20 if platform.system() == "Darwin" else 2**10
    sizes = {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit}
    for name, key in (("anonymous", "RssAnon"), ("mapped files", "RssFile")):
        for kib in re.findall(rf"{key}:\s*(\d+)", _read("self/status")):
            sizes[name] = int(kib) // 2**10
    return sizes


def machine(threads, packages):
    """Processor, system, versions and load."""
    names = re.findall(r"model name\s*: (.*)", _read("cpuinfo"))
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": f"{os.cpu_count()}, {threads} threads used",
        "system": f"{platform.system()}, Python {platform.python_version()}",
        **_versions("numpy", "keras", *packages),
        "load at start": round(os.getloadavg()[0], 1),
        "date": time.strftime("%Y-%m-%d"),
    }


def _versions(*names):
    found = {}
    for name in names:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


class Report:
    """Collects tables and facts, prints them, and writes JSON and Markdown."""

    def __init__(self, name, options, packages=()):
        self.name, self.lines = name, []
        backend = os.environ.get("KERAS_BACKEND", "tensorflow")
        about = machine(options.threads, packages or (backend,))
        self.content = {"machine": about, "tables": []}
        self.content["options"] = {k: v for k, v in vars(options).items() if k != "out"}
        self._add(f"## {name}", "", listed(about), "")
        # A quick run is no measurement: it must not replace one.
        place = "../build/benchmarks" if options.quick else "."
        self.folder = options.out or (Path(__file__).parent / place).resolve()

    def table(self, title, seconds, reference, *, per=None, unit="s", note=""):
        """Add every job's median and spread, per unit of work if `per` counts them."""
        factor = {"s": 1, "ms": 1e3, "µs": 1e6}[unit.split()[0]]
        per = dict.fromkeys(seconds, 1) | (per or {})
        each = {k: [s * factor / per[k] for s in seconds[k]] for k in seconds}
        about = {"title": title, "unit": unit, "reference": reference, "note": note}
        rows = {}
        self.content["tables"].append(about | {"rows": rows})
        self._add(f"### {title}", "", *([note, ""] if note else []))
        self._add(f"| | {unit}: median | min–max | ratio to {reference} | min–max |")
        self._add("|---|--:|--:|--:|--:|")
        for name, times in each.items():
            ratios = [a / b for a, b in zip(times, each[reference], strict=True)]
            rows[name] = {"median": median(times), "times": times, "ratios": ratios}
            self._add(f"| {name} | {_cells(times)} | {_cells(ratios)} |")
        self._add("")

    def fact(self, key, value, text):
        """Add one measured fact: to the JSON as `key`, to the report as a sentence."""
        self.content[key] = value
        self._add(f"- {text}", "")

    def grid(self, key, title, columns, rows):
        """Add a table of words: to the JSON as `key`."""
        self.content[key] = [dict(zip(columns, row, strict=True)) for row in rows]
        lines = [" | ".join(map(str, row)) for row in (columns, *rows)]
        head, *body = (f"| {line} |" for line in lines)
        self._add(f"### {title}", "", head, "|---" * len(columns) + "|", *body, "")

    def save(self):
        """Write `results/NAME.json` and this benchmark's part of `RESULTS.md`."""
        self.fact(
            "memory_mib",
            memory(),
            f"This process at the end, in MiB: {listed(memory())}.",
        )
        text = json.dumps(self.content, indent=1, ensure_ascii=False) + "\n"
        write_whole(self.folder / "results" / f"{self.name}.json", text)
        path = self.folder / "RESULTS.md"
        old = path.read_text("utf-8") if path.exists() else "# Results\n"
        begin, end = (f"<!-- {self.name}: {word} -->" for word in ("begin", "end"))
        if begin not in old:
            old += f"\n{begin}\n{end}\n"
        before, after = old.split(begin)[0] + begin, end + old.split(end)[1]
        write_whole(path, "\n".join([before, *self.lines, after]))
        print(f"Written to {self.folder}.")

    def _add(self, *lines):
        self.lines += lines
        print(*lines, sep="\n", flush=True)


def listed(mapping):
    return ", ".join(f"{key} {value}" for key, value in mapping.items())


def _read(name):
    path = Path("/proc", name)
    return path.read_text() if path.exists() else ""


def _cells(values):
    return f"{_show(median(values))} | {_show(min(values))}–{_show(max(values))}"


def _show(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
