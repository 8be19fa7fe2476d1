# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instances of uniform scale sets: read by their own paths, as no list of machines holds them."""

from __future__ import annotations

import pytest

from tests.unit.lab.azure import builders as b
from tests.unit.plugins.module_utils._azure.conftest import Read
from tests.unit.plugins.module_utils._azure.test_reader import DENIED, HEALTHY, READ_ALL

SET = f"{b.GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/nodes"
RIGHT = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read"


def nodes(capacity: int = 3, **more: object) -> b.Body:
    """A set whose instances stand in the subnet of the builders' machine."""
    subnet = {"id": f"{b.GROUP}/providers/Microsoft.Network/virtualNetworks/spoke/subnets/work"}
    config = {"name": "c", "properties": {"subnet": subnet}}
    nic = {"name": "nic", "properties": {"primary": True, "ipConfigurations": [config], **more}}
    profile = {"networkProfile": {"networkInterfaceConfigurations": [nic]}}
    properties = {"orchestrationMode": "Uniform", "virtualMachineProfile": profile}
    return {
        "id": SET,
        "name": "nodes",
        "type": "Microsoft.Compute/virtualMachineScaleSets",
        "location": "westeurope",
        "sku": {"name": "Standard_D2s_v5", "capacity": capacity},
        "properties": properties,
    }


def alone(resources: list[b.Body]) -> list[b.Body]:
    """The same network with the set in place of the machine."""
    machine = ("/virtualMachines/web", "/networkInterfaces/")
    return [*(body for body in resources if not any(part in body["id"] for part in machine)), nodes()]


HOLE = b.routed(b.route("0.0.0.0/0", "None"))


@pytest.mark.parametrize(
    ("resources", "verdict", "cause"),
    [
        (alone(DENIED), "blocked", "azure-firewall-denies-kms"),
        (alone(HOLE), "blocked", "route-blackhole"),
        ([*DENIED, nodes()], "blocked", "azure-firewall-denies-kms"),
        ([*HEALTHY, nodes()], "open", None),
    ],
)
def test_an_instance_has_a_way_of_its_own(read: Read, resources: list[b.Body], verdict: str, cause: str | None) -> None:
    (path,), _unread, log = read(resources, [f"{SET}/virtualMachines/2"])
    assert (path["verdict"], path["cause"]) == (verdict, cause), path["reason"]
    assert path["nic_id"] == f"{SET}/virtualMachines/2/networkInterfaces/nic"
    asked = [entry["path"] for entry in log if "/virtualMachineScaleSets/" in entry["path"]]
    assert asked == [f"{SET}/virtualMachines/2", f"{SET}/virtualMachines/2/networkInterfaces"]


def test_a_right_that_is_missing_is_named(read: Read) -> None:
    credentials = [{"client_id": "reader", "secret": "s3cret", "permissions": READ_ALL}]
    (path,), _unread, _log = read([*HEALTHY, nodes()], [f"{SET}/virtualMachines/0"], credentials=credentials)
    assert RIGHT not in READ_ALL
    assert path["verdict"] == "unknown"
    assert RIGHT in {entry["action"] for entry in path["unread"]}


def test_an_instance_that_is_gone_is_said(read: Read) -> None:
    (path,), unread, _log = read([*HEALTHY, nodes(1)], [f"{SET}/virtualMachines/7"])
    assert path["verdict"] == "unknown"
    assert [entry["scope"] for entry in unread] == [f"{SET}/virtualMachines/7"]
    assert "404 NotFound" in path["reason"]
