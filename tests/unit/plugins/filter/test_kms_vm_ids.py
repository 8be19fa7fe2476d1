# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which virtual machine a host is: the user's word, then the guest's, then the inventory's."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.filter.kms_vm_ids import FilterModule

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"

SCALE_SET = f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachineScaleSets/web"


def vm(name: str) -> str:
    return f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/{name}"


def ids(**hostvars: dict[str, t.Any]) -> list[str]:
    return t.cast("list[str]", FilterModule().filters()["kms_vm_ids"](list(hostvars), hostvars, "facts"))


def asked(resource_id: str | None) -> dict[str, t.Any]:
    return {"facts": {"ansible_facts": {"kms": {"imds": {"resource_id": resource_id}}}}}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"diagnose_azure_resource_id": vm("said"), **asked(vm("guest")), "id": vm("inventory")}, [vm("said")]),
        ({**asked(vm("guest")), "id": vm("inventory")}, [vm("guest")]),
        ({**asked(None), "id": vm("inventory")}, [vm("inventory")]),
        ({"facts": {"unreachable": True}, "id": vm("inventory")}, [vm("inventory")]),
        ({"id": 17}, []),
        ({"id": f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/nic"}, []),
        (asked(f"{SCALE_SET}/virtualMachines/17"), [f"{SCALE_SET}/virtualMachines/17"]),
        (asked(SCALE_SET), []),
        # A word of the user that names no machine is not replaced by a guess.
        ({"diagnose_azure_resource_id": "web01", **asked(vm("guest"))}, []),
    ],
)
def test_where_the_id_comes_from(variables: dict[str, t.Any], expected: list[str]) -> None:
    assert ids(web01=variables) == expected


@pytest.mark.parametrize(
    ("dns", "doubt"),
    [
        (None, False),
        ({"answers": []}, False),
        ({"answers": [{"verdict": "expected"}]}, False),
        ({"answers": [{"verdict": "expected"}, {"verdict": "error"}]}, True),
        ({"answers": [{"verdict": "unexpected"}]}, True),
    ],
)
def test_machines_whose_names_are_in_doubt(dns: dict[str, t.Any] | None, doubt: bool) -> None:
    kms = {"imds": {"resource_id": vm("web01")}, "dns": dns}
    hosts = {"web01": {"facts": {"ansible_facts": {"kms": kms}}}, "gone": {"facts": {"unreachable": True}}}
    found = FilterModule().filters()["kms_vm_ids"](list(hosts), hosts, "facts", True)
    assert found == ([vm("web01")] if doubt else [])


def test_one_machine_is_asked_about_once_whatever_its_spelling() -> None:
    assert ids(one={"id": vm("web01")}, two={"id": vm("WEB01")}, three={"id": vm("web02")}) == [
        vm("WEB01"),
        vm("web02"),
    ]
