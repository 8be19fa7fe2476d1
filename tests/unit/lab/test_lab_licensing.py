# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The licensing methods of a guest: which keys they take, and where the KMS host is kept."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from tests.lab.guest import licensing, registry, services, setup_keys
from tests.lab.guest.computer import WindowsError
from tests.lab.guest.license_rows import NETWORK_SERVICE, SPP
from tests.lab.guest.os_defaults import WINDOWS_APP
from tests.unit.lab.worlds_of import EXPIRED, KEY, MAK, base, guest, products

SETUP_2019 = setup_keys.CLIENT_KEYS["Windows Server 2019"]["ServerDatacenter"]


def test_setup_key_makes_a_kms_client_out_of_a_mak(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, cim=products(MAK))
    licensing.install_product_key(web01.computer, KEY.lower())
    found = base(web01.machine)
    assert (found["PartialProductKey"], found["ProductKeyChannel"], found["LicenseStatus"]) == (
        "6VM33",
        "Volume:GVLK",
        5,
    )
    assert [row["PartialProductKey"] for row in web01.machine["cim"]["SoftwareLicensingProduct"]["rows"]] == [
        None,
        "6VM33",
    ]
    assert web01.activate() == 0


def test_any_other_key_makes_a_mak(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path)
    licensing.install_product_key(web01.computer, "BCDFG-HJKMP-QRTVW-XY234-BCDFG")
    assert "VOLUME_MAK" in base(web01.machine)["Description"]
    assert web01.activate() == 0xC004C020


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("WX4NM-KYWYW", licensing.INVALID_PARAMETER),
        ("WX4NM\u2013KYWYW\u2013QJJR4\u2013XV3QB\u20136VM33", licensing.INVALID_PARAMETER),
        ("AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", licensing.INVALID_KEY),
        (SETUP_2019, licensing.WRONG_EDITION),
    ],
)
def test_key_that_is_refused_changes_nothing(tmp_path: pathlib.Path, key: str, code: int) -> None:
    web01 = guest(tmp_path)
    before = dict(base(web01.machine))
    with pytest.raises(WindowsError) as refused:
        licensing.install_product_key(web01.computer, key)
    assert (refused.value.code, base(web01.machine)) == (code, before)


def test_evaluation_takes_no_key(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, os={"caption": "Evaluation", "edition_id": "ServerDatacenterEval", "version": "10.0.20348"})
    with pytest.raises(WindowsError, match="0xC004F069"):
        licensing.install_product_key(web01.computer, KEY)


def test_same_key_again_changes_nothing(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path)
    before = dict(base(web01.machine))
    licensing.install_product_key(web01.computer, KEY)
    assert base(web01.machine) == before


def test_setup_keys_end_as_the_lab_shows_them(tmp_path: pathlib.Path) -> None:
    for line, keys in setup_keys.CLIENT_KEYS.items():
        for edition, key in keys.items():
            assert setup_keys.is_key(key)
            assert setup_keys.setup_key(line, edition) == key
    assert base(guest(tmp_path).machine)["PartialProductKey"] == KEY[-5:]


def test_host_stands_in_the_row_and_in_the_registry(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path)
    licensing.set_machine(web01.computer, "kms.example")
    licensing.set_port(web01.computer, 1689)
    row = licensing.service(web01.computer)
    assert (row["KeyManagementServiceMachine"], row["KeyManagementServicePort"]) == ("kms.example", 1689)
    assert web01.kms_hosts()[0] == ("kms.example", 1689)
    assert registry.value(web01.machine, SPP, "KeyManagementServicePort") == "1689"
    licensing.clear_machine(web01.computer)
    licensing.clear_port(web01.computer)
    assert web01.kms_hosts() == []
    assert registry.value(web01.machine, SPP, "KeyManagementServiceName") is None


def test_host_of_one_product_comes_first(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, cim=products(EXPIRED))
    licensing.set_machine(web01.computer, "own.example", EXPIRED["ID"])
    assert web01.kms_hosts()[0][0] == "own.example"
    key = f"{SPP}\\{WINDOWS_APP}\\{EXPIRED['ID']}"
    assert registry.value(web01.machine, key, "KeyManagementServiceName") == "own.example"
    licensing.clear_machine(web01.computer, EXPIRED["ID"])
    assert web01.kms_hosts()[0][0] == "azkms.core.windows.net"


def test_discovered_host_is_forgotten_at_the_next_start(tmp_path: pathlib.Path) -> None:
    found = {
        **EXPIRED,
        "DiscoveredKeyManagementServiceMachineName": "old.example",
        "DiscoveredKeyManagementServiceMachinePort": 1688,
    }
    web01 = guest(
        tmp_path, cim={**products(found), "SoftwareLicensingService": [{"KeyManagementServiceMachine": None}]}
    )
    licensing.clear_machine(web01.computer)
    assert web01.kms_hosts() == [("old.example", 1688)]
    services.stop(web01.computer, "sppsvc")
    services.start(web01.computer, "sppsvc")
    assert web01.kms_hosts() == []
    assert registry.value(web01.machine, NETWORK_SERVICE, "DiscoveredKeyManagementServiceName") is None


CHANGES: dict[str, t.Callable[[t.Any], None]] = {
    "install_product_key": lambda computer: licensing.install_product_key(computer, KEY),
    "set_machine": lambda computer: licensing.set_machine(computer, "x"),
    "install_license": licensing.install_license,
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"connection": {"elevated": False}}, "0xC004F025"),
        ({"services": {"sppsvc": {"start_mode": "Disabled"}}}, "0x80070422"),
        ({"services": {"sppsvc": {"start_error": 0x8007041D}}}, "0x8007041D"),
        ({"cim_errors": {"SoftwareLicensingService": 0x80041010}}, "0x80041010"),
    ],
)
def test_method_that_cannot_run(tmp_path: pathlib.Path, name: str, given: dict[str, t.Any], code: str) -> None:
    with pytest.raises(WindowsError, match=code):
        CHANGES[name](guest(tmp_path, **given).computer)


def test_activation_needs_no_elevation(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, cim=products(EXPIRED), connection={"elevated": False})
    licensing.activate(web01.computer, EXPIRED["ID"])
