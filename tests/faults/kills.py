# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of remediate that is killed or interrupted at one point: while Azure or a guest is asked or changed."""

from __future__ import annotations

import dataclasses
import functools
import json
import pathlib
import time

from tests.end_to_end import lab as labs
from tests.faults import fleet
from tests.faults.row import Case, Checks, Row

KILL, INTERRUPT = "kill -9", "Ctrl-C"
_OBJECTS = {
    "the first route": "PUT */routes/kms-20-118-99-224",
    "the second route": "PUT */routes/kms-40-83-235-53",
    "the public IP of the NAT gateway": "PUT */publicIPAddresses/kms-activation-nat-ip",
    "the NAT gateway": "PUT */natGateways/kms-activation-nat",
    "the subnet that gets it": "PUT */subnets/vault",
}
# Seconds until a run has come to the point.
_PATIENCE = 300


@dataclasses.dataclass(frozen=True)
class Point:
    """`fault` keeps the run waiting at the point. `again`: a next run finishes the work, and is rolled back too; else a rollback alone."""

    where: str
    how: str
    fault: fleet.Fault
    again: bool = False

    @property
    def title(self) -> str:
        """How, and where."""
        return f"{self.how} {self.where}"


def points() -> list[Point]:
    """Return the points of a whole run, in its order."""
    found = [
        Point(f"while {what}", how, _azure(match, "silent", after))
        for what, match, after, how in (
            ("the metadata of the cloud is read", "GET /metadata/endpoints", 0, INTERRUPT),
            ("Azure is signed in to", "POST */oauth2/v2.0/token", 0, KILL),
            ("Azure is read", "GET */providers/Microsoft.Network/routeTables", 0, INTERRUPT),
            ("effective routes are worked out", "POST */effectiveRouteTable", 0, KILL),
            ("Azure is read before it is changed", "GET */providers/Microsoft.Network/routeTables", 1, KILL),
            ("a table is looked at after a write", "GET */resourceGroups/rg/*/routeTables/rt", 0, KILL),
        )
    ]
    for number, (what, match) in enumerate(_OBJECTS.items()):
        for how in (KILL, INTERRUPT):
            again = number in (1, 4) and how == KILL
            found.append(Point(f"while {what} is written, before it is", how, _azure(match, "silent"), again))
            found.append(Point(f"while {what} is written, once it is", how, _azure(match, "held"), again))
    for guest, what, at, after, how in (
        ("web", "the first guest is asked", "command", 0, KILL),
        ("old", "a guest answers", "receive", 0, INTERRUPT),
        ("old", "a guest's KMS host is set, before it is", "command", 1, KILL),
        ("old", "a guest's KMS host is set, once it is", "receive", 1, INTERRUPT),
        ("old", "a guest is asked for what to repair", "command", 2, INTERRUPT),
        ("old", "a guest activates, before it does", "command", 3, INTERRUPT),
        ("old", "a guest activates, once it has", "receive", 3, KILL),
        ("vault", "a guest is asked again", "command", 3, KILL),
    ):
        fault = {"on": "winrm", "guest": guest, "at": at, "behaviour": "never-finishes", "after": after, "times": 1}
        found.append(Point(f"while {what}", how, fault, again=after in (1, 3) and guest == "old"))
    return found


def _azure(match: str, behaviour: str, after: int = 0) -> fleet.Fault:
    return {"on": "arm", "match": match, "behaviour": behaviour, "after": after, "times": 1}


def run(point: Point, folder: pathlib.Path) -> list[Row]:
    """Run remediate up to a point, end it there, and see what is left."""
    checks = Checks()
    with fleet.serving(folder, point.fault) as lab:
        before = fleet.azure_state(lab)
        play = fleet.remediate(lab, folder / "run")
        _reach(lab, play)
        begun = time.monotonic()
        (play.kill if point.how == KILL else play.interrupt)()
        done = play.end()
        checks.expect(done.status != 0, "it ended as if all were well")
        checks.expect("Traceback" not in done.output, "a traceback was printed")
        checks.expect(time.monotonic() - begun < fleet.LONGEST, "it went on for a minute")
        (journal,) = fleet.journals(folder / "run") or [None]
        written = _unnamed(lab, journal, checks)
        if point.again:
            left = _finished(lab, folder, checks)
        else:
            left = "nothing in Azure" if fleet.azure_state(lab) == before else f"{written} writes, all in the journal"
        for path in reversed(fleet.journals(folder / "run")):
            back = fleet.roll_back(lab, folder / "back", path)
            checks.expect(back.status == 0, f"the rollback failed: {back.output[-500:]}")
        checks.expect(fleet.azure_state(lab) == before, "after the rollback Azure is not as before")
    answered = "ended at once" if point.how == KILL else _last(done.output)
    return [checks.row("controller", point.title, answered, f"{left}; Azure as before after rollback.yml")]


def _reach(lab: labs.Lab, play: fleet.Play) -> None:
    """Wait until the run stands at its point."""
    logs = [lab.state / "azure_requests.jsonl", lab.state / "requests.jsonl"]
    end = time.monotonic() + _PATIENCE
    while not any('"fault"' in path.read_text("utf-8") for path in logs):
        if not play.running() or time.monotonic() > end:
            raise RuntimeError(f"the run did not come to its point:\n{play.end(0).output[-2000:]}")
        time.sleep(0.05)


def _unnamed(lab: labs.Lab, journal: pathlib.Path | None, checks: Checks) -> int:
    """Hold the journal against what Azure has done; return how many writes that are."""
    lines = journal.read_text("utf-8").splitlines() if journal else []
    named = {json.loads(line)["id"].lower() for line in lines}
    wrote = {e["path"].lower() for e in fleet.azure_log(lab) if e["method"] == "PUT" and e["status"] in (200, 201, 202)}
    checks.expect(wrote <= named, f"not in the journal: {sorted(wrote - named)}")
    return len(wrote)


def _finished(lab: labs.Lab, folder: pathlib.Path, checks: Checks) -> str:
    """Run once more, and find everything repaired."""
    done = fleet.remediate(lab, folder / "run").end()
    checks.expect(set(done.causes.values()) == {"activated"}, f"the next run left {done.causes}: {done.output[-500:]}")
    checks.expect(done.status == 0, "the next run failed")
    return "all activated after the next run"


def _last(output: str) -> str:
    """Return the last thing that an interrupted run says."""
    lines = [line for line in output.splitlines() if line.strip()]
    return next((line for line in reversed(lines) if "nterrupt" in line), lines[-1] if lines else "")


def cases() -> list[Case]:
    """Return every point at which a run is ended."""
    return [Case(f"killed: {point.title}", functools.partial(run, point), slow=True) for point in points()]
