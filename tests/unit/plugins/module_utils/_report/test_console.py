# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table is terse when healthy and says cause, evidence and next step when not."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, console, terminal
from ansible_collections.azure_windows.activation.plugins.module_utils._report.counting import Summary
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, UNREACHABLE, WRONG_HOST, diagnosis, side


def table(*diagnoses: t.Any, width: int = 100) -> list[str]:
    report = build.report(diagnoses, "2026-11-24T08:00:00Z", "1.0.0")
    return [line.text for line in console.render(report, "/srv/kms-report/kms-report.json", width)]


def test_fleet() -> None:
    assert table(
        diagnosis("web01", ACTIVATED, licensed=True),
        diagnosis("app01", WRONG_HOST),
        diagnosis("app02", WRONG_HOST),
        diagnosis("dead01", UNREACHABLE, licensed=None, guest=side("unreachable")),
    ) == [
        "ok  web01  Licensed by KMS until 2027-05-20.",
        "",
        "ERROR  wrong-kms-host: 2 VMs",
        "  app01, app02",
        "    The guest asks kms.corp.example instead of Azure's KMS.",
        "    seen  on app01: KMS host (service): kms.corp.example, expected azkms.core.windows.net [licensing",
        "          service, registry and policy]",
        "    next  guest admin:",
        "          1. Clear the KMS host: slmgr /ckms",
        "          2. Activate",
        "    more  docs/findings/wrong-kms-host.md",
        "",
        "UNKNOWN  guest-unreachable: 1 VM",
        "  dead01",
        "    The guest could not be asked: connection refused.",
        "    more  docs/findings/wrong-kms-host.md",
        "",
        "Commands for a VM are for an elevated Windows PowerShell on it.",
        "Only the guests were asked. Azure's side of the network was not read.",
        "4 VMs: 1 activated, 2 need attention, 1 unknown",
        "Most VMs: wrong-kms-host (2), guest-unreachable (1)",
        "Report: /srv/kms-report/kms-report.json",
    ]


def test_healthy_fleet_is_a_line_for_each_vm() -> None:
    lines = table(*(diagnosis(f"web{number:02}", ACTIVATED, licensed=True) for number in range(30)))
    assert len(lines) == 33
    assert lines[-2] == "30 VMs: 30 activated, 0 need attention, 0 unknown"


def test_one_cause_of_many_vms_is_one_block() -> None:
    lines = table(*(diagnosis(f"app{number:03}", WRONG_HOST) for number in range(80)))
    assert lines.count("ERROR  wrong-kms-host: 80 VMs") == 1
    assert len(lines) <= 21
    assert "app059 and 20 more" in " ".join(line.strip() for line in lines)


def test_hosts_that_differ_in_cause_are_told_apart() -> None:
    causes = [{**WRONG_HOST, "title": f"The guest asks 10.0.0.{number}."} for number in range(5)]
    lines = table(*(diagnosis(f"app{number}", cause) for number, cause in enumerate(causes)))
    assert lines.count("ERROR  wrong-kms-host: 5 VMs") == 1
    assert "    The guest asks 10.0.0.2." in lines
    assert "  Different on (see the report): app3, app4" in lines


@pytest.mark.parametrize("width", [79, 100, 119])
def test_nothing_is_wider_than_the_terminal(width: int) -> None:
    fact = {**WRONG_HOST["evidence"][0], "value": "x" * 500}
    cause = {**WRONG_HOST, "title": "Too long. " * 50, "evidence": [fact]}
    lines = table(diagnosis("web01", cause), diagnosis("n" * 200, {**cause, "severity": "warning"}), width=width)
    assert max(len(line) for line in lines) <= width


def test_a_healthy_vm_stays_on_one_line() -> None:
    lines = table(diagnosis("n" * 200, {**ACTIVATED, "title": "y" * 300}, licensed=True))
    assert len(lines[0]) == console.LONGEST_LINE


def test_no_control_character_reaches_the_terminal() -> None:
    cause = {
        **WRONG_HOST,
        "title": "Asks\r\n\x1b[2J",
        "evidence": [{**WRONG_HOST["evidence"][0], "value": "\x1b[31m"}],
    }
    assert not any(ord(char) < 32 for line in table(diagnosis("web\x1b01", cause)) for char in line)


def test_what_was_not_read_is_said() -> None:
    lines = table(
        diagnosis("web01", ACTIVATED, licensed=True, guest=side("partial", "events", "firewall")),
        diagnosis("web02", WRONG_HOST, guest=side("partial", "events")),
    )
    assert lines[0].endswith("(not read: events, firewall)")
    assert "    not read: events" in lines


def test_what_was_not_read_in_azure_is_counted_once() -> None:
    denied = [side("partial", f"type{number}: 403") for number in (1, 2, 3, 4)]
    hosts = [diagnosis(f"web{number}", ACTIVATED, licensed=True, azure=azure) for number, azure in enumerate(denied)]
    hosts += [
        diagnosis("web4", ACTIVATED, licensed=True, azure=denied[0]),
        diagnosis("web5", ACTIVATED, licensed=True, azure={**side("unreadable"), "detail": "sign-in failed"}),
        diagnosis("web6", ACTIVATED, licensed=True, guest=side("partial", "dns", "clock")),
    ]
    report = build.report(hosts, "2026-11-24T08:00:00Z", "1.0.0")
    assert report.summary.unread == 7
    lines = [line.text for line in console.render(report, "x", 200)]
    assert "Could not read 5 in Azure: type1: 403, type2: 403, type3: 403 and 2 more" in lines


def test_azure_is_not_said_to_be_unasked_when_it_was() -> None:
    lines = table(diagnosis("web01", WRONG_HOST, azure=side("ok")))
    assert not any("Only the guests were asked" in line for line in lines)


def test_tones() -> None:
    report = build.report(
        [
            diagnosis("web01", ACTIVATED, licensed=True),
            diagnosis("web02", WRONG_HOST),
            diagnosis("web03", UNREACHABLE, None, guest=side("unreachable")),
        ],
        "2026-11-24T08:00:00Z",
        "1.0.0",
    )
    tones = [line.tone for line in console.render(report, "/r", 100) if line.tone]
    assert tones == ["ok", "error", "unknown"]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((38, 5, 33, 0), "38 VMs: 5 activated, 33 need attention, 0 unknown"),
        ((1, 0, 1, 0), "1 VM: 0 activated, 1 needs attention, 0 unknown"),
        ((0, 0, 0, 0), "0 VMs: 0 activated, 0 need attention, 0 unknown"),
    ],
)
def test_tally(counts: tuple[int, int, int, int], expected: str) -> None:
    assert terminal.tally(Summary(*counts, unanswered=0, unread=0, root_causes={})) == expected
