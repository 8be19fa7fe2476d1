# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan on the terminal: what will be done, what is not and why, each once for all its hosts."""

from __future__ import annotations

import dataclasses

from ansible_collections.azure_windows.activation.plugins.module_utils._plan import listing
from ansible_collections.azure_windows.activation.plugins.module_utils._plan.plan import (
    HostPlan,
    PlannedStep,
    RepairPlan,
)

TABLE = "/subscriptions/1/rt"
HOST = PlannedStep("host", "guest", "why", "wrong-kms-host", True, "guest_admin", "v")
ROUTE = PlannedStep("route", TABLE, "why", "forced-tunneling", False, "network_team", "v")
KEY = dataclasses.replace(
    HOST, action="key", finding="not-kms-client", obstacle="the retail key may be worth something"
)


def shown(
    hosts: dict[str, tuple[PlannedStep, ...]], width: int = 100, check_mode: bool = False
) -> list[tuple[str, str]]:
    plan = RepairPlan({name: HostPlan(steps) for name, steps in hosts.items()}, (), ())
    return [(line.text, line.tone) for line in listing.render(plan, width, check_mode=check_mode)]


def test_what_is_done_comes_first_and_what_is_not_has_its_reason() -> None:
    assert shown({"one": (ROUTE, KEY, HOST)}) == [
        ("Plan: 1 step will be done, 2 steps not", "ok"),
        ("  do  host: one", "ok"),
        ("          set Azure's KMS as the KMS host (wrong-kms-host)", ""),
        ("  not route: one", "warning"),
        ("          add routes for the KMS addresses with next hop Internet (forced-tunneling)", ""),
        (f"          in {TABLE}", ""),
        ("          not allowed: add route to remediate_actions (the network team decides)", ""),
        ("  not key: one", "warning"),
        ("          install the KMS client setup key of the edition (not-kms-client)", ""),
        ("          the retail key may be worth something", ""),
    ]


def test_equal_steps_are_one_item_with_the_first_names() -> None:
    names = [f"vm{number}" for number in range(7)]
    assert shown(dict.fromkeys(names[:6], (HOST,)))[1][0] == "  do  host: vm0, vm1, vm2, vm3, vm4, vm5"
    assert shown(dict.fromkeys(names, (HOST,)))[:2] == [
        ("Plan: 7 steps will be done, 0 steps not", "ok"),
        ("  do  host: vm0, vm1, vm2, vm3, vm4, vm5 and 1 more", "ok"),
    ]


def test_a_plan_of_nothing_is_said_without_a_tone() -> None:
    assert shown({"one": ()}, check_mode=True) == [("Plan: 0 steps would be done, 0 steps not", "")]
    (first, _tone), *_rest = shown({"one": (HOST,)}, check_mode=True)
    assert first == "Plan: 1 step would be done, 0 steps not"


def test_an_unknown_place_is_not_named_and_another_owner_is_in_plain_words() -> None:
    step = dataclasses.replace(ROUTE, target="unknown", who="security_team")
    texts = [text for text, _tone in shown({"one": (step,)})]
    assert not [text for text in texts if text.strip().startswith("in ")]
    assert texts[-1].endswith("(security team decides)")


def test_long_lines_are_wrapped_below_their_first_word() -> None:
    rows = [text for text, _tone in shown({"one": (ROUTE,)}, width=40)]
    assert max(map(len, rows)) <= 40
    assert "          add routes for the KMS" in rows
    assert "next hop Internet (forced-tunneling)" in " ".join(row.strip() for row in rows)
