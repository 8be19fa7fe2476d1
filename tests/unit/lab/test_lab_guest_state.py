# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a guest remembers from run to run, and what stays live around it."""

from __future__ import annotations

import datetime
import pathlib

import pytest

from tests.lab.guest import clock, files, fingerprint, registry, services, store
from tests.lab.guest.computer import WindowsError
from tests.lab.guest.machine import GuestMachine
from tests.lab.guest.registry_keys import SERVICES
from tests.unit.lab.worlds_of import EXPIRED, NOW, base, guest, products, world

LATER = NOW + datetime.timedelta(hours=2)
TOKENS = store.PATHS[0]


def test_activation_is_remembered(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, cim=products(EXPIRED))
    assert web01.activate() == 0
    seen = web01.snapshot(LATER)
    assert (base(seen)["LicenseStatus"], base(seen)["GracePeriodRemaining"]) == (1, 259200)
    assert [event["id"] for event in seen["events"]][-2:] == [12288, 12289]


def test_clock_goes_on_and_events_stay_where_they_were(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, clock={"offset": "PT5H"})
    before, after = web01.snapshot(NOW), web01.snapshot(LATER)
    assert (before["utc_now"], after["utc_now"]) == ("2026-11-25T13:00:00Z", "2026-11-25T15:00:00Z")
    assert before["events"] == after["events"]


def test_repaired_network_repairs_the_guest(tmp_path: pathlib.Path) -> None:
    state = "filtered"
    web01 = guest(tmp_path, lambda _guest, _address, _port: state, cim=products(EXPIRED))
    assert web01.activate() == 0xC004F074
    state = "kms"
    assert web01.activate() == 0
    assert web01.snapshot(NOW)["tcp"]["20.118.99.224:1688"]["state"] == "kms"


def test_snapshot_is_a_copy(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path)
    base(web01.snapshot(NOW))["LicenseStatus"] = 5
    assert base(web01.snapshot(NOW))["LicenseStatus"] == 1


def test_time_alone_does_not_change_the_hash(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, cim=products(EXPIRED))
    before = fingerprint.of(web01.snapshot(NOW))
    assert fingerprint.of(web01.snapshot(LATER)) == before
    web01.activate()
    assert fingerprint.of(web01.snapshot(LATER)) != before


def test_resync_sets_the_clock_right(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, clock={"offset": "PT5H10M"}, cim=products(EXPIRED))
    assert web01.activate() == 0xC004F06C
    clock.resync(web01.machine)
    assert web01.activate() == 0
    assert web01.snapshot(LATER)["utc_now"] == "2026-11-25T10:00:00Z"


@pytest.mark.parametrize("protected", [True, False])
def test_start_type_of_the_licensing_service(tmp_path: pathlib.Path, protected: bool) -> None:
    """Its security descriptor denies the change; what is written to the registry counts after a restart."""
    error = 0x80070422
    web01 = guest(
        tmp_path, services={"sppsvc": {"start_mode": "Disabled", "start_error": error, "protected": protected}},
        cim_errors={"SoftwareLicensingProduct": error, "SoftwareLicensingService": error},
    )  # fmt: skip
    assert web01.activate() == error
    if protected:
        with pytest.raises(WindowsError, match="0x80070005"):
            services.set_start(web01.computer, "sppsvc", services.AUTO)
        services.write_start(web01.computer, "sppsvc", services.AUTO, delayed=True)
        assert web01.activate() == error
        web01.boot(LATER)
    else:
        services.set_start(web01.computer, "sppsvc", services.AUTO)
    assert web01.activate() == 0
    assert "error" not in web01.machine["cim"]["SoftwareLicensingProduct"]


def test_boot_brings_services_up_as_they_start(tmp_path: pathlib.Path) -> None:
    given = {
        "sppsvc": {"state": "Running"},
        "w32time": {"state": "Stopped", "start_mode": "Manual"},
        "mpssvc": {"state": "Stopped"},
    }
    web01 = guest(tmp_path, services=given)
    web01.boot(LATER)
    status = {name: item["status"] for name, item in web01.machine["services"].items()}
    assert (status["sppsvc"], status["w32time"], status["mpssvc"]) == ("Stopped", "Stopped", "Running")
    assert web01.machine["booted"] == "2026-11-25T10:00:00Z"


def test_dependents_keep_a_service_from_stopping(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, services={"sppsvc": {"state": "Running", "dependents": ["Helper"]}})
    with pytest.raises(WindowsError) as refused:
        services.stop(web01.computer, "sppsvc")
    assert refused.value.code == services.DEPENDENTS_RUN
    assert services.tree(web01.computer, "sppsvc") == ["sppsvc", "Helper"]
    assert services.stop(web01.computer, "sppsvc", force=True) == ["Helper", "sppsvc"]


def test_disabled_and_unknown_services_do_not_start(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, services={"w32time": {"start_mode": "Disabled"}})
    for name, code in (("w32time", services.DISABLED), ("nothing", services.UNKNOWN)):
        with pytest.raises(WindowsError) as refused:
            services.start(web01.computer, name)
        assert refused.value.code == code


def test_start_mode_is_in_the_registry_too(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path)
    services.set_start(web01.computer, "w32time", services.OFF)
    assert registry.value(web01.machine, rf"{SERVICES}\w32time", "Start") == services.OFF


def test_store_is_in_use_while_the_service_runs(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, services={"sppsvc": {"state": "Running"}})
    for work in (
        lambda: files.rename(web01.computer, TOKENS, f"{TOKENS}.old"),
        lambda: files.remove(web01.computer, TOKENS),
    ):
        with pytest.raises(WindowsError) as refused:
            work()
        assert refused.value.code == files.IN_USE


@pytest.mark.parametrize(("key", "kept"), [("lost", None), ("kept", "6VM33")])
def test_missing_store_is_made_anew(tmp_path: pathlib.Path, key: str, kept: str | None) -> None:
    web01 = guest(tmp_path, cim=products({**EXPIRED, "LicenseStatusReason": 0xC004E015}), on_rebuild={"key": key})
    computer = web01.computer
    assert web01.activate() == 0xC004E015
    services.stop(computer, "sppsvc")
    files.rename(computer, TOKENS, f"{TOKENS}.old")
    services.start(computer, "sppsvc")
    assert store.rows(web01.machine) == []
    assert TOKENS in web01.machine["files"]
    store.install_licenses(web01.machine)
    (row,) = store.rows(web01.machine)
    assert row["PartialProductKey"] == kept
    assert store.damage(web01.machine) == 0


def test_old_store_comes_back_with_its_licences_and_its_damage(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, cim=products({**EXPIRED, "LicenseStatusReason": 0xC004D301}))
    computer = web01.computer
    before = fingerprint.of(web01.snapshot(NOW))
    files.rename(computer, TOKENS, f"{TOKENS}.old")
    services.start(computer, "sppsvc")
    services.stop(computer, "sppsvc")
    files.remove(computer, TOKENS)
    files.rename(computer, f"{TOKENS}.old", TOKENS)
    services.start(computer, "sppsvc")
    assert web01.activate() == 0xC004D301
    assert before != fingerprint.of(web01.snapshot(NOW))
    assert [row["PartialProductKey"] for row in store.rows(web01.machine)] == ["6VM33"]


def test_rebuilt_store_can_be_as_bad_as_the_old_one(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, on_rebuild={"error": 0xC004E002, "key": "kept"})
    files.rename(web01.computer, TOKENS, f"{TOKENS}.old")
    services.start(web01.computer, "sppsvc")
    store.install_licenses(web01.machine)
    assert web01.activate() == 0xC004E002


@pytest.mark.parametrize("given", [{TOKENS: None}, {TOKENS: {"size": 0}}, {TOKENS: {"readable": False}}])
def test_store_that_the_world_takes_away_counts_as_damaged(tmp_path: pathlib.Path, given: dict[str, object]) -> None:
    assert guest(tmp_path, files=given).activate() == 0xC004E002


def test_server_that_refuses_everybody(tmp_path: pathlib.Path) -> None:
    servers = {"20.118.99.224": {"answers": 0xC004F038}, "40.83.235.53": "healthy"}
    found = world(tmp_path, {"web01": {"cim": products(EXPIRED)}}, kms={"servers": servers})
    assert GuestMachine(found, "web01", NOW).activate() == 0xC004F038
