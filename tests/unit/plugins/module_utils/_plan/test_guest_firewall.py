# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the guest's own firewall would be opened, and why it is not."""

from __future__ import annotations

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._plan import actions, guest_firewall
from ansible_collections.azure_windows.activation.plugins.module_utils._plan.actions import OBSTACLES
from ansible_collections.azure_windows.activation.plugins.module_utils._plan.plan import build
from tests.unit.plugins.module_utils._diagnosis import build as made


def firewall(default: str = "allow", merged: bool = True, *sources: str) -> made.Plain:
    rules = [
        {
            "id": f"{{{source}}}",
            "name": f"Block licensing ({source})",
            "source": source,
            "action": "block",
            "certain": True,
        }
        for source in sources
    ]
    return {"firewall": {"default_outbound": default, "blocking": rules, "allowing": [], "local_rules_merged": merged}}


@pytest.mark.parametrize(
    ("state", "disable", "allow", "disabled", "obstacle"),
    [
        (firewall("block"), False, made.ADDRESSES, (), None),
        (firewall("allow", True, "local"), True, (), ("Block licensing (local)",), None),
        (firewall("block", True, "local"), True, made.ADDRESSES, ("Block licensing (local)",), None),
        (firewall("allow", True, "local"), False, (), (), "remediate_disable_blocking_firewall_rules"),
        (firewall("allow", True, "policy"), True, (), (), "Group Policy"),
        (firewall("block", False), True, (), (), "ignores local firewall rules"),
    ],
)
def test_the_guests_firewall(
    state: made.Plain, disable: bool, allow: tuple[str, ...], disabled: tuple[str, ...], obstacle: str | None
) -> None:
    blocked = made.targets("guest_blocked", code="0x8007271D")
    item = made.evidence(made.unlicensed(), blocked, state)
    plan = build([diagnose(item)], [item], actions.NAMES, disable).hosts["web01"]
    assert (plan.firewall.allow, plan.firewall.disable) == (allow, disabled)
    assert (obstacle or "") in (plan.firewall.obstacle or "")
    assert ("firewall" in plan.run) is (obstacle is None)


def blocking(*rules: tuple[str, bool]) -> made.Plain:
    found = firewall("allow", True, *(name for name, _certain in rules))
    for rule, (_name, certain) in zip(found["firewall"]["blocking"], rules, strict=True):
        rule.update(certain=certain, source="local")
        rule["name"] = None if rule["id"] == "{nameless}" else rule["name"]
    return found


@pytest.mark.parametrize(
    ("rules", "disabled"),
    [
        ((("a", True), ("b", False)), ("Block licensing (a)",)),
        ((("nameless", True),), ("{nameless}",)),
        ((("a", False), ("b", False)), ("Block licensing (a)", "Block licensing (b)")),
    ],
)
def test_a_rule_with_open_conditions_is_blamed_only_where_no_other_blocks(
    rules: tuple[tuple[str, bool], ...], disabled: tuple[str, ...]
) -> None:
    plan = guest_firewall.change(made.evidence(blocking(*rules)), True)
    assert (plan.disable, plan.allow, plan.obstacle) == (disabled, (), None)


def test_an_obstacle_names_three_rules_at_most() -> None:
    plan = guest_firewall.change(made.evidence(blocking(*((name, True) for name in "abcd"))), False)
    names = ", ".join(f'"Block licensing ({name})"' for name in "abc")
    assert plan.obstacle == OBSTACLES["rule_blocks"].format(names=names)


def test_a_firewall_that_blocks_nothing_or_was_not_read_is_not_changed() -> None:
    assert guest_firewall.change(made.evidence(), True).obstacle == OBSTACLES["no_rule_found"]
    assert guest_firewall.change(made.evidence({"firewall": None}), True).obstacle == OBSTACLES["firewall_unread"]
    assert guest_firewall.change(made.without_guest(), True).obstacle == OBSTACLES["firewall_unread"]


@pytest.mark.parametrize(("certain", "allow"), [(True, ()), (False, made.ADDRESSES)])
def test_a_rule_that_surely_allows_the_port_needs_no_second_one(certain: bool, allow: tuple[str, ...]) -> None:
    state = firewall("block", True, "local")
    state["firewall"]["allowing"] = [{"id": "x", "name": "x", "source": "local", "action": "allow", "certain": certain}]
    assert guest_firewall.change(made.evidence(state), True).allow == allow
