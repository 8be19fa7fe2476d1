# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A world file with a mistake is refused in one line that names the place; odd but legal forms are understood."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from tests.lab.azure.paste import AzureWorldError
from tests.lab.azure.world import load as load_azure
from tests.lab.guest.machine import GuestMachine
from tests.lab.world.model import WorldError
from tests.unit.lab.worlds_of import NOW, guest, world

LICENSING = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
MISTAKES: list[tuple[dict[str, t.Any], str]] = [
    ({"servces": {}}, "guests.web01.servces: unknown key; did you mean 'services'?"),
    ({"services": {"spsvc": {"start_mode": "Disabled"}}}, "services.spsvc: unknown key; did you mean 'sppsvc'?"),
    (
        {"services": {"sppsvc": {"startmode": "Auto"}}},
        "services.sppsvc.startmode: unknown key; did you mean 'start_mode'?",
    ),
    (
        {"cim": {"SoftwareLicensingProduct": [{"LicenceStatus": 5}]}},
        "LicenceStatus: unknown key; did you mean 'LicenseStatus'?",
    ),
    (
        {"registry": {LICENSING: {"KeyManagmentServiceName": "kms"}}},
        "unknown key; did you mean 'KeyManagementServiceName'?",
    ),
    ({"imds": {"azEnviroment": "AzurePublicCloud"}}, "imds.azEnviroment: unknown key; did you mean 'azEnvironment'?"),
    ({"tcp": {"10.1.2.3:1688": "shut"}}, "tcp.10.1.2.3:1688: 'shut' is not one of kms, open, closed, filtered, reset"),
    ({"clock": {"offset": "5h"}}, "clock.offset: must be an ISO 8601 duration such as PT5H10M, not '5h'"),
    ({"events": [{"id": 12288, "data": []}]}, "events[0]: has no 'at'"),
]


@pytest.mark.parametrize(("keys", "message"), MISTAKES)
def test_a_mistake_in_a_guest_is_one_line_with_its_place(
    tmp_path: pathlib.Path, keys: dict[str, t.Any], message: str
) -> None:
    with pytest.raises(WorldError) as caught:
        guest(tmp_path, **keys)
    assert str(caught.value).endswith(message)
    assert "small.yml:" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_fault_for_a_guest_that_is_not_there_is_a_mistake(tmp_path: pathlib.Path) -> None:
    fault = {"on": "winrm", "guest": "web1", "at": "receive", "behaviour": "drop"}
    with pytest.raises(WorldError, match=r"faults\[0\]\.guest: unknown guest; did you mean 'web01'\?"):
        world(tmp_path, {"web01": {}}, faults=[fault])
    assert world(tmp_path, {"web01": {}}, faults=[{**fault, "guest": "web*"}]).faults


def test_a_mistyped_announced_route_is_a_mistake() -> None:
    network = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vn"
    with pytest.raises(AzureWorldError, match="unknown key 'nexthop'; did you mean 'next_hop'"):
        load_azure({"azure": {"bgp": {network: [{"prefix": "0.0.0.0/0", "nexthop": "VirtualNetworkGateway"}]}}})


def _resolved(machine: GuestMachine, name: str) -> t.Any:
    return machine.snapshot(NOW)["dns"]["system"][name]


def test_a_guest_without_resolvers_resolves_only_its_hosts_file(tmp_path: pathlib.Path) -> None:
    machine = guest(tmp_path, dns={"servers": [], "hosts_file": {"kms.corp.example": "10.1.2.3"}})
    assert machine.snapshot(NOW)["dns"]["servers"] == []
    assert _resolved(machine, "azkms.core.windows.net") == {"error": 9852}
    assert _resolved(machine, "kms.corp.example")["A"] == ["10.1.2.3"]
