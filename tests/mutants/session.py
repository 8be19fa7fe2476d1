# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run mutants: in forks of one pytest session that has collected everything, or, what runs at import, in a fresh session each."""

from __future__ import annotations

import functools
import pathlib
import tempfile
import types
import typing as t

import hypothesis
import pytest

from tests.mutants import apply, forks, reach
from tests.mutants.model import ROOT, Mutant

KEPT = ROOT / ".venv" / "mutants" / "reach.json"
# They start other processes, which a mutant in this one does not reach, or wait for time-outs.
LEFT_OUT = (
    "test_azure_sign_in.py",
    "test_a_whole_run_by_ansible",
    "test_pseudo_locale.py",
    "tests/unit/plugins/module_utils/_azure/",
    "test_compat.py",
    "engine[old]",
    "[old",
    "-old]",
)
_OPTIONS = ["-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly", "--rootdir", str(ROOT)]
# Of the tests so many may fail without a mutant, as on a busy machine some do; they then say nothing. More is a broken checkout.
MOST_FAILING = 0.01
SURVIVED, KILLED, LATE = "survived", "killed", "timed out"


class Outcome(t.NamedTuple):
    """How a mutant ended: `by` is the test that noticed it."""

    verdict: str
    by: str
    seconds: float


class Session:
    """A pytest plugin that runs mutants where pytest would run its tests."""

    def __init__(
        self,
        mutants: t.Sequence[Mutant],
        jobs: int,
        told: t.Callable[[Mutant, Outcome], None],
        kept: pathlib.Path | None,
    ) -> None:
        self._mutants, self._jobs, self._told, self._kept = mutants, jobs, told, kept
        self._cover = reach.cover()
        self.imported: dict[str, int] = {}
        self.later: list[Mutant] = []
        self.reach = reach.Reach({})

    def pytest_sessionstart(self) -> None:
        self._cover.start()

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        out = [item for item in items if any(part in item.nodeid for part in LEFT_OUT)]
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._cover.stop()
        data = self._cover.get_data()
        self.imported = {
            apply.relative(file): sum(1 << line for line in data.lines(file) or []) for file in data.measured_files()
        }
        kept = self._kept or pathlib.Path(tempfile.mkdtemp()) / "reach.json"
        self.reach = reach.gather(session.items, _run, self._jobs, kept)
        failing = self.reach.failing()
        if len(failing) > MOST_FAILING * len(session.items):
            raise pytest.UsageError(f"these tests fail without any mutant: {failing}")
        items = {item.nodeid: item for item in session.items}
        tasks: list[forks.Task] = []
        for mutant in self._mutants:
            if self.at_import(mutant):
                self.later.append(mutant)
                continue
            names = [name for name in self.reach.of(mutant, at_import=False) if name in items]
            if names:
                chosen = [items[name] for name in names]
                tasks.append((mutant, functools.partial(_try, mutant, chosen), self.limit(names)))
            else:
                self._told(mutant, Outcome(SURVIVED, "no test reaches it", 0.0))
        for mutant, answer, seconds in forks.run_all(tasks, self._jobs):
            if answer == "later":
                self.later.append(mutant)
            else:
                self._told(mutant, outcome(answer, seconds))
        return True

    def at_import(self, mutant: Mutant) -> bool:
        """Whether a mutant must be there when its module is imported."""
        if mutant.path.endswith(".ps1"):
            return False
        spots = (1 << mutant.line) | (1 << mutant.statement)
        return not mutant.deep or bool(self.imported.get(mutant.path, 0) & spots)

    def limit(self, names: t.Iterable[str]) -> float:
        """Return the seconds that tests may take, on a machine that is busy with other things too."""
        return 60 + 20 * sum(self.reach.tests[name].seconds for name in names)


def outcome(answer: t.Any, seconds: float) -> Outcome:
    """Return the outcome that a fork's answer means: the test that failed, or none."""
    if isinstance(answer, forks.Failure):
        late = answer.trace == "no answer in time"
        # A test that breaks pytest itself has noticed.
        return Outcome(LATE if late else KILLED, "" if late else answer.trace.strip().splitlines()[-1], seconds)
    return Outcome(KILLED if answer else SURVIVED, answer or "", seconds)


def warm(
    mutants: t.Sequence[Mutant],
    folders: t.Sequence[str],
    jobs: int,
    told: t.Callable[[Mutant, Outcome], None],
    kept: pathlib.Path | None,
) -> Session:
    """Collect the tests of `folders` once and run the mutants that a running process can take; the others are in `later`."""
    hypothesis.settings.register_profile("mutants", deadline=None, derandomize=True, database=None)
    hypothesis.settings.load_profile("mutants")
    session = Session(mutants, jobs, told, kept)
    status = pytest.main([*_OPTIONS, *(str(ROOT / folder) for folder in folders)], plugins=[session])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RuntimeError(f"pytest ended with {status}")
    return session


def cold(mutant: Mutant | None, names: t.Sequence[str], codes: dict[str, types.CodeType]) -> str | None:
    """Run tests in a session of their own that imports the mutant; return the test that failed. For a fork that has imported nothing."""
    hypothesis.settings.register_profile("mutants", deadline=None, derandomize=True, database=None)
    hypothesis.settings.load_profile("mutants")
    apply.at_import(mutant, codes)
    fresh = _Fresh(names)
    files = dict.fromkeys(name.partition("::")[0] for name in names)
    status = pytest.main([*_OPTIONS, *(str(ROOT / file) for file in files)], plugins=[fresh])
    return fresh.first or (None if status == pytest.ExitCode.OK else f"pytest ended with {status}")


class _First:
    """Notes the first test that fails."""

    def __init__(self) -> None:
        self.first: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.first = self.first or report.nodeid


class _Fresh(_First):
    def __init__(self, names: t.Sequence[str]) -> None:
        super().__init__()
        self._names = {name: place for place, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self._names), key=lambda item: self._names[item.nodeid]
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            self.first = "collection"
            return True
        _until(self, session.items)
        return True


def _try(mutant: Mutant, items: list[pytest.Item]) -> str | None:
    if not apply.in_place(mutant):
        return "later"
    first = _First()
    items[0].config.pluginmanager.register(first)
    _until(first, items)
    return first.first


def _until(first: _First, items: t.Sequence[pytest.Item]) -> None:
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if first.first:
            return


def _run(items: list[pytest.Item]) -> None:
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
