# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Worlds as people write them: pastes of every shape, and clear errors."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from tests.lab.azure import half, paste, store
from tests.lab.azure.paste import AzureWorldError
from tests.unit.lab.azure import builders as b

# What `az network vnet show`, `az network nic show` and `az vm show -d` print: no `properties`, and resourceGroup everywhere.
FLAT = [
    {
        "id": f"{b.NETWORK}/virtualNetworks/spoke", "type": "Microsoft.Network/virtualNetworks", "name": "spoke",
        "resourceGroup": "rg", "location": "westeurope", "provisioningState": "Succeeded", "etag": 'W/"1"',
        "addressSpace": {"addressPrefixes": ["10.1.0.0/16"]},
        "subnets": [{
            "id": f"{b.NETWORK}/virtualNetworks/spoke/subnets/work", "name": "work", "resourceGroup": "rg",
            "type": "Microsoft.Network/virtualNetworks/subnets", "addressPrefix": "10.1.1.0/24", "defaultOutboundAccess": False,
            "routeTable": {"id": f"{b.NETWORK}/routeTables/rt", "resourceGroup": "rg"},
        }],
    },
    {
        "id": f"{b.NETWORK}/networkInterfaces/web-nic", "type": "Microsoft.Network/networkInterfaces", "name": "web-nic",
        "resourceGroup": "rg", "location": "westeurope",
        "ipConfigurations": [{
            "id": f"{b.NETWORK}/networkInterfaces/web-nic/ipConfigurations/ipconfig1", "name": "ipconfig1", "primary": True,
            "privateIPAddress": "10.1.1.4", "resourceGroup": "rg",
            "subnet": {"id": f"{b.NETWORK}/virtualNetworks/SPOKE/subnets/WORK", "resourceGroup": "rg"},
        }],
    },
    {
        "id": f"{b.GROUP}/providers/Microsoft.Compute/virtualMachines/web", "type": "Microsoft.Compute/virtualMachines",
        "name": "web", "resourceGroup": "RG", "location": "westeurope", "powerState": "VM deallocated", "vmId": "1",
        "networkProfile": {"networkInterfaces": [
            {"id": f"{b.NETWORK}/networkInterfaces/web-nic", "primary": True, "resourceGroup": "rg"}]},
        "storageProfile": {"osDisk": {"managedDisk": {"id": "/x/disk", "storageAccountType": "Premium_LRS"}}},
    },
    {
        "id": f"{b.NETWORK}/firewallPolicies/p", "type": "Microsoft.Network/firewallPolicies", "name": "p",
        "location": "westeurope", "sku": {"tier": "Standard"}, "threatIntelMode": "Alert",
    },
]  # fmt: skip


def _stored(resources: t.Sequence[b.Body]) -> store.Store:
    return store.Store(paste.resources(list(resources)))


def test_what_the_cli_prints_becomes_what_arm_answers() -> None:
    found = _stored([*FLAT, b.table()])
    subnet = found.find(f"{b.NETWORK}/virtualNetworks/spoke/subnets/work")
    assert subnet is not None
    assert subnet["properties"]["defaultOutboundAccess"] is False
    assert subnet["properties"]["routeTable"] == {"id": f"{b.NETWORK}/routeTables/rt"}
    nic = found.find(f"{b.NETWORK}/networkInterfaces/web-nic")
    assert nic is not None
    assert nic["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"] == "10.1.1.4"
    machine = found.find(f"{b.GROUP}/providers/Microsoft.Compute/virtualMachines/web")
    assert machine is not None
    assert machine["properties"]["networkProfile"]["networkInterfaces"][0]["properties"] == {"primary": True}
    assert machine["properties"]["storageProfile"]["osDisk"]["managedDisk"]["storageAccountType"] == "Premium_LRS"
    assert machine["properties"]["instanceView"]["statuses"][0]["code"] == "PowerState/deallocated"
    policy = found.find(f"{b.NETWORK}/firewallPolicies/p")
    assert policy is not None
    assert policy["properties"]["sku"] == {"tier": "Standard"}
    assert "'resourceGroup'" not in str([nic, subnet, machine])


def test_a_flat_world_behaves_as_a_nested_one(tmp_path: pathlib.Path) -> None:
    nat = {
        "id": f"{b.NETWORK}/natGateways/n",
        "type": "Microsoft.Network/natGateways",
        "publicIpAddresses": [{"id": "/p"}],
    }
    lab = half.start(b.world([*FLAT, b.table(), nat]), tmp_path)
    assert lab is not None
    try:
        assert lab.reach("web", b.KMS, 1688) == "filtered"
        subnet = lab.find(f"{b.NETWORK}/virtualNetworks/spoke/subnets/work")
        assert subnet is not None
        subnet["properties"]["natGateway"] = {"id": nat["id"]}
        lab.put(subnet)
        assert lab.reach("web", b.KMS, 1688) == "kms"
    finally:
        lab.stop()


def test_children_may_stand_alone_before_or_after_their_parents() -> None:
    alone = [
        b.resource("virtualNetworks/v/subnets", "s", {"addressPrefix": "10.0.0.0/24"}),
        b.resource("networkSecurityGroups/nsg/securityRules", "r", b.rule(100, "Allow")["properties"]),
        b.network("v", "10.0.0.0/16", {}),
        b.group(),
    ]
    found = _stored(alone)
    assert found.view(found.of_kind("microsoft.network/virtualnetworks")[0])["properties"]["subnets"][0]["name"] == "s"
    assert found.find(f"{b.NETWORK}/networkSecurityGroups/NSG/securityrules/R") is not None


def test_rule_collection_groups_may_stand_in_their_policy() -> None:
    group = {"name": "g", "properties": {"priority": 100, "ruleCollections": []}}
    found = _stored([b.resource("firewallPolicies", "p", {"ruleCollectionGroups": [group]})])
    assert found.find(f"{b.NETWORK}/firewallPolicies/p/ruleCollectionGroups/g") is not None
    shown = found.view(found.of_kind("microsoft.network/firewallpolicies")[0])
    assert [item["id"].rsplit("/", 1)[-1] for item in shown["properties"]["ruleCollectionGroups"]] == ["g"]


@pytest.mark.parametrize(
    ("azure_half", "text"),
    [
        ({"resources": [{"type": "Microsoft.Network/routeTables"}]}, r"azure.resources\[0\]: has no 'id'"),
        (
            {"resources": [b.table(), {"id": f"{b.NETWORK}/routeTables/x"}]},
            r"azure.resources\[1\] .*routeTables/x.*: has no 'type'",
        ),
        ({"resources": [{**b.table(), "id": "rt"}]}, r"azure.resources\[0\]: 'rt' is not the id of a resource"),
        ({"resources": [{**b.table(), "type": "Microsoft.Network/natGateways"}]}, "does not fit the id"),
        (
            {"resources": [b.resource("virtualNetworks/none/subnets", "s")]},
            "its parent .*virtualNetworks/none is not among",
        ),
        ({"resources": {"id": 1}}, "must be a list"),
        ({"resource": []}, "azure: unknown key 'resource'; did you mean 'resources'?"),
        ({"credentials": [{"client_id": "x"}]}, r"azure.credentials\[0\]: has no 'secret'"),
        ({"bgp": {"hub": []}}, "azure.bgp: 'hub' is not the id of a resource"),
        (
            {"policies": [{"deny_writes": "x"}]},
            r"azure.policies\[0\]: unknown key 'deny_writes'; did you mean 'deny_write'?",
        ),
    ],
)
def test_a_wrong_world_is_refused_in_one_sentence(azure_half: b.Body, text: str, tmp_path: pathlib.Path) -> None:
    with pytest.raises(AzureWorldError, match=text):
        half.start({"azure": azure_half}, tmp_path)


def test_guests_find_their_machines(tmp_path: pathlib.Path) -> None:
    world = b.world([*b.spoke(), *b.machine("other", "spoke/work", "10.1.1.5")], guests=["WEB", "ghost"])
    machine = f"{b.GROUP}/providers/Microsoft.Compute/virtualMachines/other"
    world["guests"]["pinned"] = {"azure_id": machine.upper()}
    lab = half.start(world, tmp_path)
    assert lab is not None
    try:
        assert lab.machine_id("WEB") == machine.replace("other", "web")
        assert lab.machine_id("pinned") == machine
        assert lab.machine_id("ghost") is None
        assert lab.reach("ghost", b.KMS, 1688) is None
    finally:
        lab.stop()
    world["guests"]["pinned"] = {"azure_id": machine + "-gone"}
    with pytest.raises(AzureWorldError, match=r"guests.pinned.azure_id"):
        half.start(world, tmp_path)


def test_a_world_without_azure_or_credentials_is_guest_only(tmp_path: pathlib.Path) -> None:
    assert half.start({"guests": {"web": {}}}, tmp_path) is None
    lab = half.start(b.world(b.spoke(), credentials=[]), tmp_path)
    assert lab is not None
    try:
        assert lab.environment == {}
        assert lab.reach("web", b.KMS, 1688) == "kms"
    finally:
        lab.stop()


@pytest.mark.parametrize(
    ("cloud", "address"), [("AzureUSGovernment", "52.126.105.2"), ("AzureChinaCloud", "42.159.7.249")]
)
def test_sovereign_clouds_have_their_own_servers(cloud: str, address: str, tmp_path: pathlib.Path) -> None:
    denied = b.spoke(b.group(b.rule(200, "Deny")), subnet={"networkSecurityGroup": b.ref("networkSecurityGroups/nsg")})
    lab = half.start(b.world(denied, cloud=cloud), tmp_path)
    assert lab is not None
    try:
        assert lab.reach("web", address, 1688) == "kms"
        assert lab.reach("web", b.KMS, 1688) == "filtered"
    finally:
        lab.stop()
