# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The driver that mutates: what it makes of a text, what it draws, and that it tells dead from alive."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import textwrap

import pytest

from tests.mutants import choose, listed, model, page, powershell, python
from tests.mutants.model import Mutant
from tests.mutants.session import Outcome

PYTHON = '''
"""Words."""
LIMIT = 3

def f(a: "str", b=True):
    """Words."""
    if a < LIMIT and not b:
        return sorted(a, key=len)
    raise ValueError("words for people")
'''
SCRIPT = """# a comment -eq 5
if ($a -lt 3) { return }
Stop-Service -Name 'sppsvc'
"""


@pytest.fixture
def changes(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """Every change that is made of the two texts, as (line before, line after)."""
    monkeypatch.setattr(model, "ROOT", tmp_path)
    (tmp_path / "a.py").write_text(PYTHON, "utf-8")
    (tmp_path / "a.ps1").write_text(SCRIPT, "utf-8")
    found = [*filter(python.differs, python.mutants("a.py")), *powershell.mutants("a.ps1")]
    return {mutant.lines() for mutant in found}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("LIMIT = 3", "LIMIT = 2"),
        ("if a < LIMIT and not b:", "if a <= LIMIT and not b:"),
        ("if a < LIMIT and not b:", "if a >= LIMIT and not b:"),
        ("if a < LIMIT and not b:", "if a < LIMIT or not b:"),
        ("if a < LIMIT and not b:", "if True and not b:"),
        ("if a < LIMIT and not b:", "if a < LIMIT and (b):"),
        ("if a < LIMIT and not b:", "if not (a < LIMIT and not b):"),
        ("return sorted(a, key=len)", "return list(a)"),
        ("return sorted(a, key=len)", "return None"),
        ('raise ValueError("words for people")', "pass"),
        ('def f(a: "str", b=True):', 'def f(a: "str", b=False):'),
        ("if ($a -lt 3) { return }", "if ($a -le 3) { return }"),
        ("if ($a -lt 3) { return }", "if ($a -lt 4) { return }"),
        ("if ($a -lt 3) { return }", "if (-not ($a -lt 3)) { return }"),
        ("if ($a -lt 3) { return }", "if ($a -lt 3) { $null = $null }"),
        ("Stop-Service -Name 'sppsvc'", "$null = $null"),
    ],
)
def test_what_is_changed(changes: set[tuple[str, str]], before: str, after: str) -> None:
    assert (before, after) in changes


def test_words_types_and_comments_stay(changes: set[tuple[str, str]]) -> None:
    touched = {before for before, _after in changes}
    assert not [line for line in touched if line.startswith(("#", '"""'))]
    assert not [after for _before, after in changes if "wordsXX" in after or "strXX" in after]


def test_a_draw_is_of_every_room_and_the_same_for_the_same_seed() -> None:
    drawn = choose.choose(7, 340)
    assert len(drawn) >= 300
    assert {mutant.room for mutant in drawn} == set(model.ROOMS)
    first = choose.choose(7, 40, ["plan"])
    assert first == choose.choose(7, 40, ["plan"])
    assert first != choose.choose(8, 40, ["plan"])


def test_every_known_mutant_fits_the_code() -> None:
    assert len(listed.known()) > 20


def test_a_known_mutant_that_fits_no_more_is_an_error(tmp_path: pathlib.Path) -> None:
    rows = tmp_path / "known.yml"
    rows.write_text("[{behaviour: gone, room: plan, find: no such text, replace: x}]", "utf-8")
    with pytest.raises(listed.LostError, match="gone"):
        listed.known(rows)


def test_a_survivor_is_known_by_its_lines_wherever_they_stand(tmp_path: pathlib.Path) -> None:
    mutant = next(one for one in python.mutants("plugins/module_utils/_plan/plan.py") if one.operator == "negation")
    before, after = mutant.lines()
    rows = tmp_path / "survivors.yml"
    rows.write_text(json.dumps([{"path": mutant.path, "before": before, "after": after, "reason": "why"}]), "utf-8")
    known = listed.Equivalents(rows)
    assert known.reason(mutant) == "why"
    other = next(one for one in python.mutants(mutant.path) if one.lines() != (before, after))
    assert known.reason(other) is None


def test_the_page_names_what_lives() -> None:
    mutant = choose.choose(7, 1, ["plan"])[0]
    alive, dead = Outcome("survived", "", 1), Outcome("killed", "tests/a.py::test_b[c]", 1)
    for outcome, score in ((alive, 0.0), (dead, 100.0)):
        result = page.Result(
            7, {mutant: outcome}, [(listed.Known("It holds", "plan", "", ""), mutant, outcome)], listed.Equivalents(), 1
        )
        assert result.score == score
        assert ("**not explained**" in page.page(result)) is (outcome is alive)
        assert ("a.py::test_b" in page.page(result)) is (outcome is dead)


# Two that once lived and six that are drawn, in the two ways that a mutant is run; two that change nothing must live.
_SMOKE = """
    import json
    from tests.mutants import choose, listed, runner
    known = [mutant for entry, mutant in listed.known() if entry.room == "plan"]
    drawn = choose.choose(3, 6, ["plan"])[:6]
    controls = choose.controls(known)
    ended = runner.run([*known, *drawn, *controls], folders=["tests/unit/plugins/module_utils/_plan"], kept=None, told=lambda *_all: None)
    print(json.dumps([[ended[mutant] for mutant in group] for group in (known, drawn, controls)]))
"""


def test_ten_mutants() -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_SMOKE)],
        cwd=model.ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    known, drawn, controls = json.loads(done.stdout)
    assert [verdict for verdict, _by, _seconds in known] == ["killed", "killed"]
    assert all("::test_" in by for _verdict, by, _seconds in known)
    assert sum(verdict == "killed" for verdict, _by, _seconds in drawn) >= 3
    assert [verdict for verdict, _by, _seconds in controls] == ["survived", "survived"]


def test_a_mutant_is_told_by_its_room() -> None:
    assert Mutant("plugins/plugin_utils/_powershell/probe.ps1", 1, 0, 0, "", "x").room == "scripts"
