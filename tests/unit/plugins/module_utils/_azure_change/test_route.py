# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which writes give a route table its KMS routes: one table of cases."""

from __future__ import annotations

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import route
from tests.unit.lab.azure import builders as b

ONE, TWO = b.KMS, b.OTHER_KMS
OLD, TYPO = "23.102.135.246", "20.118.99.244"
TABLE = f"{b.NETWORK}/routeTables/rt"
SUBNET = f"{b.NETWORK}/virtualNetworks/spoke/subnets/work"


def host(address: str, hop: str = "Internet", name: str | None = None) -> b.Body:
    return b.route(f"{address}/32", hop, "10.0.0.4" if hop == "VirtualAppliance" else None, name or f"r-{address}")


BOTH = [host(ONE), host(TWO)]
CASES: dict[str, tuple[list[b.Body], dict[str, object], list[str]]] = {
    "empty": ([], {}, ["create kms-20-118-99-224", "create kms-40-83-235-53"]),
    "complete": (BOTH, {}, []),
    "one under another name": ([host(ONE)], {}, ["create kms-40-83-235-53"]),
    "wider prefix is no KMS route": ([b.route("20.0.0.0/8", "Internet"), host(TWO)], {}, ["create kms-20-118-99-224"]),
    "a service tag is no KMS route": ([b.route("AzureCloud", "Internet"), host(TWO)], {}, ["create kms-20-118-99-224"]),
    "wrong hop": ([host(ONE, "VirtualAppliance", "x"), host(TWO, "None", "y")], {}, ["update x", "update y"]),
    "our name for an unrelated network": (
        [b.route("10.0.0.0/8", "None", name="kms-20-118-99-224"), host(TWO)], {}, ["create kms-20-118-99-224-2"],
    ),
    "our name for a mistyped host": ([host(TYPO, name="kms-20-118-99-224"), host(TWO)], {}, ["update kms-20-118-99-224"]),
    "our names exchanged": ([host(TWO, name="kms-20-118-99-224"), host(ONE, name="kms-40-83-235-53")], {}, []),
    "stale stays": ([*BOTH, host(OLD), host(TYPO)], {}, []),
    "stale goes when asked": (
        [*BOTH, host(OLD), host(TYPO)], {"replace_stale": True}, ["delete r-23.102.135.246", "delete r-20.118.99.244"],
    ),
    "stale that is wanted stays": (
        [*BOTH, host(OLD)], {"replace_stale": True, "addresses": (ONE, TWO, OLD)}, [],
    ),
    "absent takes ours": (
        [host(ONE, name="kms-20-118-99-224"), host(TWO)], {"present": False}, ["delete kms-20-118-99-224"],
    ),
    "absent leaves ours with another hop": ([host(ONE, "None", "kms-20-118-99-224")], {"present": False}, []),
}  # fmt: skip


@pytest.mark.parametrize(("routes", "more", "writes"), CASES.values(), ids=CASES)
def test_writes(routes: list[b.Body], more: dict[str, object], writes: list[str]) -> None:
    desired = route.DesiredRoutes(**{"addresses": (ONE, TWO), "stale": (OLD, TYPO), **more})  # type: ignore[arg-type]
    plan = route.plan(route.ObservedTable(table=b.table(*routes)), desired)
    assert plan.refusal is None
    assert [f"{write.operation} {write.id.rsplit('/', 1)[-1]}" for write in plan.writes] == writes
    assert ("stay" in " ".join(plan.warnings)) is (
        any(route["name"] in (f"r-{OLD}", f"r-{TYPO}") for route in routes) and not more
    )


def test_a_wrong_hop_loses_its_address_and_nothing_else() -> None:
    wrong = host(ONE, "VirtualAppliance", "x")
    wrong |= {"etag": "e", "unknown": 1}
    wrong["properties"] |= {"provisioningState": "Succeeded", "future": {"a": None}}
    (write,) = route.plan(route.ObservedTable(table=b.table(wrong, host(TWO))), route.DesiredRoutes((ONE, TWO))).writes
    assert write.before is wrong
    assert write.body == {
        "name": "x",
        "unknown": 1,
        "properties": {"addressPrefix": f"{ONE}/32", "nextHopType": "Internet", "future": {"a": None}},
    }


@pytest.mark.parametrize("routes", ["text", [1], {"a": 1}])
def test_odd_bodies_are_refused(routes: object) -> None:
    table = {**b.table(), "properties": {"routes": routes}}
    plan = route.plan(route.ObservedTable(table=table), route.DesiredRoutes((ONE,)))
    assert plan.refusal is not None
    assert plan.refusal.id == "unreadable-body"


def test_a_table_of_the_same_name_is_taken_only_when_it_was_made_here() -> None:
    subnet, network = {"id": SUBNET, "name": "work", "properties": {}}, {"location": "westeurope"}
    spare = {"id": route.spare_id(SUBNET), "properties": {"routes": [host(ONE)]}}
    desired = route.DesiredRoutes((ONE, TWO), create_table=True)
    refused = route.plan(route.ObservedTable(subnet=subnet, network=network, spare=spare), desired)
    assert refused.refusal is not None
    assert refused.refusal.id == "name-taken"
    spare["tags"] = {"created-by": "azure_windows.activation"}
    plan = route.plan(route.ObservedTable(subnet=subnet, network=network, spare=spare), desired)
    assert [write.operation for write in plan.writes] == ["create", "update"]
