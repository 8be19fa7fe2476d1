# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The instances of uniform scale sets with their NICs, as Resource Manager shows them beside the set itself.

Shapes: https://github.com/Azure/azure-rest-api-specs, Microsoft.Compute VirtualMachineScaleSetVM (compute, virtualMachineScaleSet.json) and
Microsoft.Network 2018-10-01 vmssNetworkInterface.json: an instance is named by its number, its NICs lie below it and refer to it. Effective
routes are told of Microsoft.Network/networkInterfaces only (networkInterface.json).
"""

from __future__ import annotations

import copy
import typing as t

from tests.lab.azure import ids
from tests.lab.azure.paste import Body

_SET = "microsoft.compute/virtualmachinescalesets"
_INSTANCE = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines"


def instances(resources: t.Iterable[Body]) -> list[Body]:
    """Return what the sets of a world stand for; a flexible set's machines are virtual machines, which the world holds itself."""
    found: list[Body] = []
    for body in resources:
        where = ids.parse(body["id"])
        properties = body.get("properties") or {}
        uniform = str(properties.get("orchestrationMode", "Uniform")).lower() == "uniform"
        if where is None or where.kind != _SET or not uniform or "virtualMachineProfile" not in properties:
            continue
        profile = properties["virtualMachineProfile"].get("networkProfile") or {}
        configurations = profile.get("networkInterfaceConfigurations") or []
        for number in range(int((body.get("sku") or {}).get("capacity", 1))):
            found += _instance(body, str(number), configurations)
    return found


def _instance(body: Body, number: str, configurations: list[Body]) -> list[Body]:
    instance_id = f"{body['id']}/virtualMachines/{number}"
    nics = [_nic(instance_id, body, item) for item in configurations]
    references = [{"id": nic["id"], "properties": {"primary": nic["properties"]["primary"]}} for nic in nics]
    instance: Body = {
        "id": instance_id,
        "name": f"{body['name']}_{number}",
        "type": _INSTANCE,
        "location": body.get("location"),
        "instanceId": number,
        "properties": {"latestModelApplied": True, "networkProfile": {"networkInterfaces": references}},
    }
    return [instance, *nics]


def _nic(instance_id: str, body: Body, configuration: Body) -> Body:
    given = configuration.get("properties") or {}
    name = configuration["name"]
    nic_id = f"{instance_id}/networkInterfaces/{name}"
    configs = copy.deepcopy(given.get("ipConfigurations") or [])
    for item in configs:
        item["id"] = f"{nic_id}/ipConfigurations/{item['name']}"
        item["properties"].setdefault("privateIPAllocationMethod", "Dynamic")
    properties: Body = {
        "primary": bool(given.get("primary", True)),
        "virtualMachine": {"id": instance_id},
        "ipConfigurations": configs,
        "enableIPForwarding": bool(given.get("enableIPForwarding", False)),
    }
    if given.get("networkSecurityGroup"):
        properties["networkSecurityGroup"] = copy.deepcopy(given["networkSecurityGroup"])
    return {
        "id": nic_id,
        "name": name,
        "type": f"{_INSTANCE}/networkInterfaces",
        "location": body.get("location"),
        "properties": properties,
    }
