# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""azure_kms_nat_gateway against the lab."""

from __future__ import annotations

import time
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure.arm import Runtime
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.modules.azure.conftest import Start, fault

SUBNET = f"{b.NETWORK}/virtualNetworks/spoke/subnets/work"
PRIVATE = {"defaultOutboundAccess": False, "futureSetting": {"x": [None]}}
GATEWAY = f"{b.NETWORK}/natGateways/nat"
NAT = [
    b.resource("natGateways", "nat", {"publicIpAddresses": [b.ref("publicIPAddresses/pip")]}, sku={"name": "Standard"}),
    b.resource("publicIPAddresses", "pip", {"ipAddress": "52.1.1.1"}, sku={"name": "Standard"}),
]


@pytest.mark.parametrize(
    ("target", "made"),
    [({"nat_gateway": GATEWAY}, ["work"]), ({"name": "new"}, ["new-ip", "new", "work"])],
    ids=["id", "name"],
)
def test_gives_a_way_out_once(azure: Start, target: dict[str, str], made: list[str]) -> None:
    lab = azure(b.spoke(*NAT, subnet=PRIVATE))
    before = lab.lab.state_hash()
    assert lab.lab.reach("web", b.KMS, 1688) == "filtered"
    preview = lab.run("nat_gateway", check=True, subnet=SUBNET, **target)
    assert (lab.writes(), lab.lab.state_hash()) == ([], before)
    result = lab.run("nat_gateway", subnet=SUBNET, **target)
    assert "msg" not in result, result["msg"]
    assert [c["id"].rsplit("/", 1)[-1] for c in result["changes"]] == made
    assert [c["id"] for c in preview["changes"]] == [c["id"] for c in result["changes"]]
    assert lab.lab.reach("web", b.KMS, 1688) == "kms"
    assert lab.find("virtualNetworks/spoke/subnets/work")["properties"]["futureSetting"] == PRIVATE["futureSetting"]
    sent = lab.writes()
    assert not lab.run("nat_gateway", subnet=SUBNET, **target)["changed"]
    assert lab.writes() == sent
    lab.undo()
    assert lab.lab.state_hash() == before


def test_absent_takes_away_what_was_made_here_only(azure: Start) -> None:
    lab = azure(b.spoke(*NAT, subnet=PRIVATE))
    before = lab.lab.state_hash()
    lab.run("nat_gateway", subnet=SUBNET, name="new")
    gone = lab.run("nat_gateway", subnet=SUBNET, name="new", state="absent")
    assert [c["operation"] for c in gone["changes"]] == ["update", "delete", "delete"]
    assert lab.lab.state_hash() == before
    assert not lab.run("nat_gateway", subnet=SUBNET, name="new", state="absent")["changed"]
    lab.run("nat_gateway", subnet=SUBNET, nat_gateway=GATEWAY)
    assert lab.run("nat_gateway", subnet=SUBNET, nat_gateway=GATEWAY, state="absent")["refused"]["id"] == "not-ours"


def elsewhere(body: b.Body) -> b.Body:
    return {**body, "location": "northeurope"}


REFUSALS: dict[str, tuple[list[b.Body], dict[str, str], str, str]] = {
    "other gateway": (
        b.spoke(*NAT, subnet={"natGateway": b.ref("natGateways/nat")}), {"name": "new"}, "other-nat-gateway", "NAT gateway nat already",
    ),
    "no gateway": (b.spoke(), {"nat_gateway": GATEWAY}, "no-nat-gateway", "does not exist"),
    "no address": (b.spoke(b.resource("natGateways", "nat", {})), {"nat_gateway": GATEWAY}, "no-public-address", "Standard public IP"),
    "elsewhere": (b.spoke(elsewhere(NAT[0]), NAT[1]), {"nat_gateway": GATEWAY}, "other-location", "northeurope"),
    "name of another": (b.spoke(*NAT), {"name": "nat"}, "name-taken", "was not made here"),
    "address of another": (b.spoke(b.resource("publicIPAddresses", "new-ip", {})), {"name": "new"}, "name-taken", "new-ip"),
}  # fmt: skip


@pytest.mark.parametrize(("resources", "target", "id_", "text"), REFUSALS.values(), ids=REFUSALS)
def test_refusals_say_what_would_do(
    azure: Start, resources: list[b.Body], target: dict[str, str], id_: str, text: str
) -> None:
    lab = azure(resources)
    result = lab.run("nat_gateway", subnet=SUBNET, **target)
    assert (result["refused"]["id"], lab.writes()) == (id_, [])
    assert text in result["msg"]


def test_special_subnets_are_refused(azure: Start) -> None:
    lab = azure(b.hub())
    subnet = f"{b.NETWORK}/virtualNetworks/hub/subnets/AzureFirewallSubnet"
    assert lab.run("nat_gateway", subnet=subnet, name="new")["refused"]["id"] == "special-subnet"


def test_a_default_route_that_wins_is_said(azure: Start) -> None:
    lab = azure(b.routed(b.route("0.0.0.0/0", "None", name="drop"), subnet=PRIVATE, more=NAT))
    result = lab.run("nat_gateway", subnet=SUBNET, nat_gateway=GATEWAY)
    assert "route 'drop' of the subnet sends 0.0.0.0/0 to None" in result["warnings"][0]


STOPS: dict[str, t.Any] = {
    "at the gateway": fault("PUT */natGateways/new", answer=400),
    "at the subnet": fault("PUT */subnets/work", behaviour="fails"),
}


@pytest.mark.parametrize("given", STOPS.values(), ids=STOPS)
def test_a_failing_step_leaves_nothing_behind(azure: Start, given: b.Body) -> None:
    lab = azure(b.spoke(subnet=PRIVATE), faults=[given])
    before = lab.lab.state_hash()
    assert "msg" in lab.run("nat_gateway", subnet=SUBNET, name="new")
    assert lab.lab.state_hash() == before


class Killed(BaseException):
    """The controller is gone, with everything that it would still have done."""


@pytest.mark.parametrize("waits", range(3))
def test_a_run_that_was_killed_is_taken_up_again(azure: Start, waits: int) -> None:
    lab = azure(b.spoke(subnet=PRIVATE), options={"write_seconds": 0.1})
    before = lab.lab.state_hash()
    left = iter([None] * waits)

    def killed(seconds: float) -> None:
        time.sleep(0.12)
        if next(left, Killed) is Killed:
            raise Killed

    with pytest.raises(Killed):
        lab.run("nat_gateway", runtime=Runtime(sleep=killed), subnet=SUBNET, name="new")
    assert lab.states()[-1] == "intended"
    assert "msg" not in lab.run("nat_gateway", subnet=SUBNET, name="new")
    assert lab.lab.reach("web", b.KMS, 1688) == "kms"
    assert "msg" not in lab.undo()
    assert lab.lab.state_hash() == before
