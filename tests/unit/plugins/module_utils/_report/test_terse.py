# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The short table fits two screens, names every cause, and ends in the answer."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._plain import from_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, merge, terminal, terse
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from ansible_collections.azure_windows.activation.plugins.module_utils._report.columns import width as columns
from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import Change, Remediation, Repairs
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, UNREACHABLE, WRONG_HOST, diagnosis, side

PATH = "/srv/kms-report/kms-report.json"
ROUTE = {"action": "route", "target": "/subscriptions/s/routeTables/rt", "hosts": ["app01"]}
JOURNAL = "/srv/kms-journal/kms journal.jsonl"


def table(*diagnoses: t.Any, width: int = 100, language: str = "en", run: Remediation | None = None) -> list[str]:
    report = build.report(diagnoses, "2026-11-24T08:00:00Z", "1.0.0", build.Beside(remediation=run))
    return [line.text for line in terse.render(report, PATH, width, catalogue=Catalogue(language))]


def test_fleet() -> None:
    assert table(
        *(diagnosis(f"web{number:02}", ACTIVATED, licensed=True) for number in range(30)),
        *(diagnosis(f"app{number:02}", WRONG_HOST) for number in range(8)),
        diagnosis("dead01", UNREACHABLE, licensed=None, guest=side("unreachable")),
    ) == [
        "ok  activated: 30 VMs",
        "ERROR  wrong-kms-host: 8 VMs: app00, app01, app02, app03, app04, app05 and 2 more",
        "  The guest asks kms.corp.example instead of Azure's KMS.",
        "  guest admin: Clear the KMS host: slmgr /ckms",
        "  docs/findings/wrong-kms-host.md",
        "UNKNOWN  guest-unreachable: 1 VM: dead01",
        "  The guest could not be asked: connection refused.",
        "  docs/findings/wrong-kms-host.md",
        "",
        "More on each cause: docs/findings/<cause>.md. All evidence and steps: -v or diagnose_output=full.",
        "Commands for a VM are for an elevated Windows PowerShell on it.",
        "Only the guests were asked. Azure's side of the network was not read.",
        "39 VMs: 30 activated, 8 need attention, 1 unknown",
        "Most VMs: wrong-kms-host (8), guest-unreachable (1)",
        f"Report: {PATH}",
    ]


@pytest.mark.parametrize("count", [1, 12, 25])
def test_every_cause_is_told_within_two_screens(count: int) -> None:
    """Twenty-five causes are as many as one fleet was ever seen to have; each keeps its head and one line."""
    causes = [{**WRONG_HOST, "id": f"cause-{number:02}"} for number in range(count)]
    lines = table(*(diagnosis(f"app{number:02}", cause) for number, cause in enumerate(causes)), width=79)
    assert len(lines) <= terse.MOST_LINES
    assert [line.split()[1] for line in lines if line.startswith("ERROR")] == [f"cause-{n:02}:" for n in range(count)]
    assert lines[-1] == f"Report: {PATH}"


def test_what_was_read_in_part_is_said() -> None:
    partly = {**side("partial"), "unread": ["events: error"]}
    assert (
        table(diagnosis("web01", ACTIVATED, licensed=True, guest=partly))[0]
        == "ok  activated: 1 VM, 1 of them read in part"
    )


@pytest.mark.parametrize(
    ("status", "check_mode", "told"), [("changed", False, True), ("changed", True, False), ("refused", False, False)]
)
def test_changes_in_azure_end_with_the_way_back(status: str, check_mode: bool, told: bool) -> None:
    run = build.remediation(
        {"check_mode": check_mode, "changes": [{**ROUTE, "status": status}], "journal": JOURNAL, "actions": ["route"]}
    )
    command = f"ansible-playbook azure_windows.activation.rollback -e remediate_journal='{JOURNAL}'"
    last = table(diagnosis("app01", WRONG_HOST), run=run)[-1]
    assert (last == f"Undo the changes in Azure: {command}") is told


def test_each_batch_that_changed_azure_has_its_way_back() -> None:
    runs = [
        Repairs(changes=(from_plain(Change, {**ROUTE, "status": "changed"}),), journals=(journal,))
        for journal in ("j/1", "j/2")
    ]
    commands = terminal.undo(t.cast("Repairs", merge.repairs(runs)))
    assert [command.rpartition("=")[2] for command in commands] == ["j/2", "j/1"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_nothing_is_wider_than_the_terminal(language: str) -> None:
    cause = {**WRONG_HOST, "title": "Too long. " * 50}
    lines = table(*(diagnosis(f"n{number}" * 20, cause) for number in range(9)), width=79, language=language)
    assert max(columns(line) for line in lines) <= 79
