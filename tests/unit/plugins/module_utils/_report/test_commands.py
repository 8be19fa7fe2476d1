# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands name what the evidence names, and leave a placeholder where it does not."""

from __future__ import annotations

import shlex

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Remedy
from ansible_collections.azure_windows.activation.plugins.module_utils._report import commands
from tests.unit.plugins.module_utils._report.fleet import ADDRESSES, TABLE, blackhole, fact, facts, tcp

SUBSCRIPTION = TABLE.split("/")[2]


def remedy(action: str | None) -> Remedy:
    return Remedy("network_team", (), action)


def test_a_route_for_each_address_of_the_table_that_the_evidence_names() -> None:
    how = commands.of(remedy("route"), facts(*blackhole()["evidence"]), ["web01", "web02"])
    place = f"--subscription {SUBSCRIPTION} --resource-group rg-net --route-table-name rt-hub"
    assert how.az == tuple(
        f"az network route-table route create {place} --name kms-{address.replace('.', '-')} "
        f"--address-prefix {address}/32 --next-hop-type Internet"
        for address in ADDRESSES
    )
    assert how.ansible == (
        "ansible-playbook azure_windows.activation.remediate -i '<inventory>' --limit web01,web02 "
        """-e '{"remediate_actions": ["route"]}'"""
    )
    assert how.portal is not None
    assert how.portal.names["table"] == "rt-hub"


@pytest.mark.parametrize(
    ("key", "kind", "action", "said"),
    [
        (
            "nsg_id",
            "networkSecurityGroups",
            "nsg_rule",
            "--nsg-name name --name kms-activation --priority '<below 300>'",
        ),
        ("policy_id", "firewallPolicies", "firewall_rule", "--policy-name name"),
    ],
)
def test_a_rule_goes_to_the_resource_that_denies(key: str, kind: str, action: str, said: str) -> None:
    resource = f"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/{kind}/name"
    evidence = facts(fact("hop", {"rule": {key: resource, "priority": 300}}, "20.118.99.224"))
    line = commands.of(remedy(action), evidence, []).az[-1]
    assert f"--subscription s --resource-group g {said}" in line
    assert "1688" in line
    assert "20.118.99.224" in line


@pytest.mark.parametrize("action", ["route", "nsg_rule", "firewall_rule", "nat_gateway"])
def test_what_the_evidence_does_not_name_stays_a_placeholder(action: str) -> None:
    evidence = facts(tcp("20.118.99.224", "filtered"))
    lines = commands.of(remedy(action), evidence, []).az
    assert all("'<subscription>'" in line for line in lines)
    assert len(lines) > 0


def test_what_nobody_can_do_for_you_has_no_command() -> None:
    assert commands.of(remedy(None), [], ["web01"]) == commands.Commands()


def test_hostile_names_stay_one_word_of_the_shell() -> None:
    table = TABLE.format("rt$(reboot);'x")
    evidence = facts(fact("route", {"route_table_id": table}, "20.118.99.224"))
    (line,) = commands.of(remedy("route"), evidence, []).az
    assert "rt$(reboot);'x" in shlex.split(line)


@pytest.mark.parametrize(
    "names", [["web 01"], ["web01;reboot"], ["all:!web01"], ["\N{REPLACEMENT CHARACTER}"], ["w"] * 21]
)
def test_no_limit_where_names_are_many_or_no_plain_ones(names: list[str]) -> None:
    assert "--limit" not in commands.of(remedy("host"), [], names).ansible
