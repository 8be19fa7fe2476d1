# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which test reaches which line and which script, found by running every test once; kept for as long as nothing changes."""

from __future__ import annotations

import functools
import hashlib
import json
import math
import pathlib
import time
import typing as t

import coverage
import pytest

from tests.mutants import apply, forks
from tests.mutants.model import ROOT, Mutant

# What one mutant may cost: the sum of what its tests took, of the processor's time, when they were run without any.
BUDGET_SECONDS = 30.0


class Test(t.NamedTuple):
    """What a test took, whether it passed, and per file the lines it reached as bits; a script that it read has bit 0."""

    seconds: float
    passed: bool
    lines: dict[str, int]


class Reach:
    """All tests by their pytest id."""

    def __init__(self, tests: dict[str, Test]) -> None:
        self._all = tests
        self.tests = {name: test for name, test in tests.items() if test.passed}

    def failing(self) -> list[str]:
        """Return the tests that fail without any mutant."""
        return sorted(name for name, test in self._all.items() if not test.passed)

    def of(self, mutant: Mutant, *, at_import: bool) -> list[str]:
        """Return the tests that can notice a mutant, those first that should; what runs at import touches all users of the file."""
        stem, room = pathlib.Path(mutant.path).stem, pathlib.Path(mutant.path).parent.name
        spots = (1 << mutant.line) | (1 << mutant.statement)
        reaching = {name for name, test in self.tests.items() if test.lines.get(mutant.path, 0) & spots}
        if at_import:
            # A test may read a table without running a line of its module: whoever stands beside one that does may.
            users = {_file(name) for name, test in self.tests.items() if mutant.path in test.lines}
            reaching |= {name for name in self.tests if _file(name) in users or room in _file(name)}
        files: dict[str, list[str]] = {}
        for name in reaching:
            files.setdefault(_file(name), []).append(name)

        def rank(file: str) -> tuple[bool, bool, float]:
            return stem not in file, room not in file, sum(self.tests[name].seconds for name in files[file])

        chosen: list[str] = []
        left = BUDGET_SECONDS
        for file in sorted(files, key=rank):
            for name in sorted(files[file], key=lambda one: self.tests[one].seconds):
                left -= self.tests[name].seconds
                if left > 0 or not chosen:
                    chosen.append(name)
        return chosen


def _file(name: str) -> str:
    return name.partition("::")[0]


def gather(
    items: list[pytest.Item], run: t.Callable[[list[pytest.Item]], None], jobs: int, kept: pathlib.Path
) -> Reach:
    """Return what the tests reach: from `kept` where the test's file and all files that it reached are unchanged, else by running it."""
    places = [path for path in (ROOT / "plugins").rglob("*") if path.suffix in {".py", ".ps1", ".j2"}]
    sources = {str(path.relative_to(ROOT)): _digest(path) for path in places}
    known = _still_true(kept, sources)
    # A second look at what failed: on a busy machine some tests do, and whatever fails without a mutant ends the run.
    for _look in range(2):
        stale = [item for item in items if item.nodeid not in known or not known[item.nodeid][1]]
        tasks = [(None, functools.partial(_observe, part, run), math.inf) for part in _parts(stale, 12 * jobs) if part]
        for _key, answer, _seconds in forks.run_all(tasks, jobs):
            if isinstance(answer, forks.Failure):
                raise RuntimeError(f"the tests could not be observed: {answer.trace}")
            known.update(answer)
            _keep(kept, sources, known)
    names = {item.nodeid for item in items}
    return Reach(
        {
            name: Test(seconds, passed, {path: int(bits, 16) for path, bits in lines.items()})
            for name, (seconds, passed, lines) in known.items()
            if name in names
        }
    )


def _keep(kept: pathlib.Path, sources: t.Mapping[str, str], known: t.Mapping[str, t.Any]) -> None:
    """Write what is known so far, so that a run that is broken off was not for nothing."""
    digests = {name: _digest(ROOT / _file(name)) for name in known}
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps({"sources": sources, "digests": digests, "tests": known}), "utf-8")


def _still_true(kept: pathlib.Path, sources: t.Mapping[str, str]) -> dict[str, t.Any]:
    """Return the kept tests whose own file and whose reached files are as they were."""
    if not kept.exists():
        return {}
    found = json.loads(kept.read_text("utf-8"))
    changed = {path for path in {*sources, *found["sources"]} if sources.get(path) != found["sources"].get(path)}
    same = functools.cache(lambda file: (ROOT / file).exists() and _digest(ROOT / file))
    return {
        name: test
        for name, test in found["tests"].items()
        if same(_file(name)) == found["digests"][name] and not changed & set(test[2])
    }


@functools.cache
def _digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _parts(items: list[pytest.Item], count: int) -> list[list[pytest.Item]]:
    """Split into parts that keep the tests of a file together."""
    parts: list[list[pytest.Item]] = [[] for _part in range(count)]
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(_file(item.nodeid), []).append(item)
    for file in sorted(files, key=lambda name: -len(files[name])):
        min(parts, key=len).extend(files[file])
    return parts


def _observe(
    items: list[pytest.Item], run: t.Callable[[list[pytest.Item]], None]
) -> dict[str, tuple[float, bool, dict[str, str]]]:
    """Run tests with coverage; return {test: (seconds, passed, {file: lines as hexadecimal bits})}."""
    watch = _Watch()
    items[0].config.pluginmanager.register(watch)
    watch.cover.start()
    run(items)
    watch.cover.stop()
    lines = watch.lines()
    shared: dict[t.Any, dict[str, int]] = {}
    wide = {item.nodeid: _wide(item) for item in items}
    # What a fixture that several tests share has reached, every one of them has reached.
    for item in items:
        for fixture in wide[item.nodeid]:
            _merge(shared.setdefault(fixture, {}), lines.get((item.nodeid, "setup"), {}))
    found: dict[str, tuple[float, bool, dict[str, str]]] = {}
    for item in items:
        bits: dict[str, int] = {}
        for part in [lines.get((item.nodeid, phase), {}) for phase in ("setup", "call", "teardown")]:
            _merge(bits, part)
        for fixture in wide[item.nodeid]:
            _merge(bits, shared[fixture])
        name = item.nodeid
        found[name] = (
            watch.seconds.get(name, 0.0),
            name not in watch.failed,
            {path: f"{value:x}" for path, value in bits.items()},
        )
    return found


def _wide(item: pytest.Item) -> set[t.Any]:
    info = getattr(item, "_fixtureinfo", None)
    known = info.name2fixturedefs.values() if info is not None else ()
    return {id(definition) for definitions in known for definition in definitions if definition.scope != "function"}


def _merge(into: dict[str, int], other: t.Mapping[str, int]) -> None:
    for path, bits in other.items():
        into[path] = into.get(path, 0) | bits


class _Watch:
    """Notes for each phase of each test the lines it reached, and what the test took."""

    def __init__(self) -> None:
        self.cover = cover()
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self._scripts: dict[tuple[str, str], set[str]] = {}
        self._reading: set[str] = set()
        apply.record_reading(self._reading)

    def _phase(self, item: pytest.Item, phase: str) -> t.Iterator[None]:
        self._reading.clear()
        self.cover.switch_context(f"{item.nodeid}|{phase}")
        begun, worked = time.monotonic(), time.process_time()
        yield
        reading = bool(self._reading)
        # Of the processor's time, which does not grow on a busy machine; PowerShell works in a process of its own.
        took = time.monotonic() - begun if reading else time.process_time() - worked
        self.seconds[item.nodeid] = self.seconds.get(item.nodeid, 0.0) + took
        self._scripts[item.nodeid, phase] = set(self._reading)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> t.Iterator[None]:
        yield from self._phase(item, "setup")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> t.Iterator[None]:
        yield from self._phase(item, "call")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> t.Iterator[None]:
        yield from self._phase(item, "teardown")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)

    def lines(self) -> dict[tuple[str, str], dict[str, int]]:
        """Return the lines as bits, by test and phase and file."""
        found: dict[tuple[str, str], dict[str, int]] = {}
        data = self.cover.get_data()
        for file in data.measured_files():
            path = apply.relative(file)
            for line, contexts in data.contexts_by_lineno(file).items():
                for context in contexts:
                    name, _bar, phase = context.rpartition("|")
                    part = found.setdefault((name, phase), {})
                    part[path] = part.get(path, 0) | (1 << line)
        for key, scripts in self._scripts.items():
            _merge(found.setdefault(key, {}), dict.fromkeys(scripts, 1))
        return found


def cover() -> coverage.Coverage:
    """Return a coverage measurement of the collection's plugins, kept in memory."""
    return coverage.Coverage(data_file=None, include=[f"{ROOT}/plugins/*"], config_file=False)
