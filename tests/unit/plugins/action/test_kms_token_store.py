# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module on a simulated guest: what it refuses, what it tells, and how often it changes anything."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from tests.faults import matrix
from tests.faults.guest import Guest
from tests.lab.guest import changes, store
from tests.lab.guest.token_state import MARKER
from tests.lab.world.model import Tree

PATH = store.PATHS[0]
REBUILD = ["mark", "stop_service", "rename", "start_service", "install_licenses", "install_key", "activate", "unmark"]
EDITION = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
Change = t.Callable[[Tree], object]


@pytest.fixture
def guest() -> Guest:
    """A guest with a damaged store."""
    return matrix.damaged("Running")


def row(machine: Tree) -> Tree:
    return t.cast("Tree", store.rows(machine)[0])


def set_channel(channel: str) -> Change:
    def change(machine: Tree) -> None:
        row(machine)["Description"] = f"Windows(R) Operating System, {channel} channel"
        row(machine)["ProductKeyChannel"] = None

    return change


def set_edition(edition: str, sku: int) -> Change:
    def change(machine: Tree) -> None:
        machine["registry"][EDITION]["values"]["EditionID"]["data"] = edition
        machine["cim"]["Win32_OperatingSystem"]["rows"][0]["OperatingSystemSKU"] = sku

    return change


def close_kms(machine: Tree) -> None:
    for target in machine["tcp"].values():
        target["state"] = "filtered"


def forget_host(machine: Tree) -> None:
    machine["cim"]["SoftwareLicensingService"]["rows"][0]["KeyManagementServiceMachine"] = None
    for key in machine["registry"].values():
        key.get("values", {}).pop("KeyManagementServiceName", None)


def disable(machine: Tree) -> None:
    key = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\sppsvc"
    machine["registry"][key]["values"]["Start"]["data"] = 4


def break_licensing(machine: Tree) -> None:
    machine["cim"]["SoftwareLicensingProduct"] = {"error": {"code": "0x80041010", "message": "Ungültige Klasse"}}
    machine["events"] = []


def other_code(machine: Tree) -> None:
    row(machine)["LicenseStatusReason"] = 0xC004F009
    machine["files"][PATH]["damage"] = 0


def marker(text: str) -> Change:
    file = {"size": len(text), "modified": "2026-11-24T07:00:00Z", "readable": True, "error": None, "text": text}
    return lambda machine: machine["files"].update({MARKER: file})


def hostile(**values: t.Any) -> Change:
    good = {
        "schema": 1, "operation": "rebuild", "path": PATH, "backup": f"{PATH}.20261124T070000Z.bak", "source": None,
        "started_at": "2026-11-24T07:00:00Z", "service_status": "Running", "dependents": [],
    }  # fmt: skip
    return marker(json.dumps({**good, **values}))


NEVER = [
    (set_channel("VOLUME_MAK"), "not-kms-client", "a multiple activation key (MAK)"),
    (set_channel("RETAIL"), "not-kms-client", "a retail key"),
    (set_channel("OEM_DM"), "not-kms-client", "OEM"),
    (set_channel("VIRTUAL_MACHINE_ACTIVATION"), "not-kms-client", "AVMA"),
    (set_channel("VOLUME_KMS"), "not-kms-client", "KMS host"),
    (set_channel("STRANGE"), "not-kms-client", "a key of an unknown channel"),
    (set_channel("TIMEBASED_EVAL"), "evaluation-edition", "DISM"),
    (set_edition("ServerDatacenterEval", 80), "evaluation-edition", "DISM"),
    (set_edition("ServerRdsh", 175), "multi-session-edition", "deploy the VM anew"),
    (set_edition("ServerUnheardOf", 9999), "no-client-key", "unknown edition"),
    (break_licensing, "license-unreadable", "winmgmt"),
    (close_kms, "kms-unreachable", "20.118.99.224 does not answer"),
    (forget_host, "kms-unreachable", "kms_host"),
    (disable, "service-disabled", "kms_activation"),
    (lambda machine: machine.update(elevated=False), "not-elevated", "administrator"),
    (
        lambda machine: machine.update(language_mode="ConstrainedLanguage"),
        "constrained-language",
        "ConstrainedLanguage",
    ),
    (lambda machine: machine["services"].pop("sppsvc"), "service-missing", "deploy the VM anew"),
    (marker(""), "marker-unreadable", "is damaged"),
    (marker("[" * 100000), "marker-unreadable", "is damaged"),
    (marker('{"schema": 1}'), "marker-unreadable", "is damaged"),
    (hostile(schema=2), "marker-unreadable", "another version"),
    (hostile(operation="delete"), "marker-unreadable", "another version"),
    (hostile(path=r"C:\Windows\System32\config\SAM"), "marker-unreadable", "another file than tokens.dat"),
    (hostile(backup=r"C:\Windows\System32\drivers\tokens.sys"), "marker-unreadable", "outside of the folder"),
    (hostile(backup=rf"{PATH}\..\..\tokens.bak"), "marker-unreadable", "outside of the folder"),
    (hostile(backup=PATH), "marker-unreadable", "outside of the folder"),
    (hostile(operation="restore"), "marker-unreadable", "does not name the store"),
]


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(("change", "refused", "told"), NEVER)
def test_what_is_never_touched(guest: Guest, change: Change, refused: str, told: str, force: bool) -> None:
    change(guest.machine)
    before = copy.deepcopy(guest.machine)
    result = guest.run(force=force)
    assert (result["refused"], result["failed"], result["changed"]) == (refused, True, False), result
    assert told in result["msg"]
    assert "next:" in result["msg"]
    assert guest.machine == before
    assert "token_store" not in guest.scripts


def test_another_code_is_no_proof_unless_forced(guest: Guest) -> None:
    other_code(guest.machine)
    result = guest.run()
    assert result["refused"] == "no-token-error"
    assert "seen: 0xC004F009" in result["msg"]
    assert guest.run(force=True)["changed"] is True
    assert (guest.store, guest.licensed) == ("new", True)


@pytest.mark.parametrize("file", [{"size": 0}, {"readable": False, "error": "0x80070005"}, None])
def test_the_file_itself_proves_its_damage(guest: Guest, file: Tree | None) -> None:
    other_code(guest.machine)
    if file is None:
        del guest.machine["files"][PATH]
    else:
        guest.machine["files"][PATH] |= file
    assert guest.run()["changed"] is True
    assert (guest.store, guest.licensed) == ("new", True)


def test_a_licence_that_cannot_be_read_may_be_that_of_a_kms_client(guest: Guest) -> None:
    guest.machine["cim"]["SoftwareLicensingProduct"] = {"error": {"code": "0xC004E002", "message": "kaputt"}}
    asked = ["0x00000000,0x00000000,azkms.core.windows.net:1688,c,t,1,5,0,s,5"]
    guest.machine["events"] = [{"id": 12288, "record_id": 1, "time": "2026-11-24T07:00:00Z", "level": 4, "data": asked}]
    result = guest.run(check=True)
    assert result["changed"] is True, result
    assert result["token_store"]["activation"]["license_before"] is None


def test_a_rebuild_tells_everything_and_is_done_once(guest: Guest) -> None:
    result = guest.run(diff=True)
    value = result["token_store"]
    assert [step["name"] for step in value["steps"]] == REBUILD
    assert (value["path"], value["recovered"], value["reboot_required"]) == (PATH, None, False)
    assert value["backup"] in guest.machine["files"]
    assert value["activation"]["outcome"] == "activated"
    assert value["activation"]["license_before"]["status_name"] == "notification"
    assert value["activation"]["license_after"]["status_name"] == "licensed"
    assert result["diff"]["after"]["beside"] == [value["backup"].rpartition("\\")[2]]
    before = copy.deepcopy(guest.machine)
    again = guest.run(diff=True)
    assert (again["changed"], again["token_store"]["activation"]["outcome"]) == (False, "already_activated")
    assert again["diff"]["before"] == again["diff"]["after"]
    assert guest.machine == before


def test_the_key_is_in_no_result_and_not_on_the_disk(guest: Guest) -> None:
    result = guest.run(diff=True)
    (sent,) = (call for call in guest.sent if "ProductKey" in call)
    assert sent["ProductKey"] not in json.dumps(result) + sent["Marker"]
    assert sent["ProductKey"].endswith("6VM33")


@pytest.mark.parametrize("options", [{}, {"state": "restored"}])
def test_check_mode_foresees_what_is_done(guest: Guest, options: Tree) -> None:
    if options:
        guest.run()
    before = copy.deepcopy(guest.machine)
    foreseen = guest.run(check=True, diff=True, **options)
    assert guest.machine == before
    assert {step["ok"] for step in foreseen["token_store"]["steps"]} == {None}
    done = guest.run(diff=True, **options)
    assert foreseen["changed"] is done["changed"] is True
    assert [step["name"] for step in foreseen["token_store"]["steps"]] == [
        step["name"] for step in done["token_store"]["steps"]
    ]
    assert foreseen["diff"]["before"] == done["diff"]["before"]
    assert [len(side["diff"]["after"]["beside"]) for side in (foreseen, done)] == [1, 1]


@pytest.mark.parametrize("backup", [None, "name", "path"])
def test_a_backup_comes_back_once(guest: Guest, backup: str | None) -> None:
    path = guest.run()["token_store"]["backup"]
    wanted = {None: {}, "name": {"backup": path.rpartition("\\")[2].upper()}, "path": {"backup": path}}[backup]
    result = guest.run(state="restored", **wanted)
    assert result["changed"] is True, result
    assert guest.store == "old"
    assert path not in guest.machine["files"]
    assert result["token_store"]["backup"] in guest.machine["files"]
    assert guest.run(state="restored", **wanted)["changed"] is False
    assert guest.store == "old"


def test_what_came_in_its_place_comes_back_by_name(guest: Guest) -> None:
    guest.run()
    replaced = guest.run(state="restored")["token_store"]["backup"]
    assert guest.run(state="restored", backup=replaced)["changed"] is True
    assert (guest.store, guest.licensed) == ("new", True)


def test_a_file_renamed_by_hand_comes_back(guest: Guest) -> None:
    guest.machine["files"][PATH.replace("tokens.dat", "tokens.bar")] = guest.machine["files"][PATH] | {"mark": "hand"}
    assert guest.run(state="restored", backup="tokens.bar")["changed"] is True
    assert guest.run(state="restored", backup="tokens.bar")["changed"] is False
    assert store.current(guest.machine)["mark"] == "hand"  # type: ignore[index]


@pytest.mark.parametrize("backup", [None, "tokens.dat", r"C:\Windows\win.ini", r"..\tokens.bar"])
def test_no_such_backup(guest: Guest, backup: str | None) -> None:
    before = copy.deepcopy(guest.machine)
    result = guest.run(state="restored", **({} if backup is None else {"backup": backup}))
    assert (result["refused"], result["changed"]) == ("no-backup", False)
    assert guest.machine == before


def test_the_folder_that_holds_the_store_counts(guest: Guest) -> None:
    older = store.PATHS[1]
    guest.machine["files"][older] = guest.machine["files"].pop(PATH)
    result = guest.run()
    assert result["token_store"]["path"] == older
    assert result["token_store"]["backup"].startswith(older)


def test_without_a_store_one_is_made(guest: Guest) -> None:
    del guest.machine["files"][PATH]
    result = guest.run()
    assert (result["changed"], result["token_store"]["backup"], guest.licensed) == (True, None, True)


def test_an_add_on_is_named(guest: Guest) -> None:
    addon = row(guest.machine) | {"LicenseIsAddon": True, "PartialProductKey": "ESU01", "ID": "e5"}
    store.rows(guest.machine).append(addon)
    assert "ESU01" in guest.run(check=True)["warnings"][0]


def test_a_restart_is_asked_for_by_the_code_alone(guest: Guest) -> None:
    answers = iter([0xC004D302])
    guest.fault = lambda step, at: (
        {"behaviour": "error", "code": code}
        if (step, at) == ("activate", "before") and (code := next(answers, None))
        else None
    )
    result = guest.run(reboot="if_needed")
    assert (result["changed"], guest.licensed, guest.scripts.count("win_reboot")) == (True, True, 1)
    assert [step["name"] for step in result["token_store"]["steps"]][-4:] == [
        "start_service", "install_key", "activate", "unmark",
    ]  # fmt: skip


def test_without_leave_to_restart_the_old_store_comes_back(guest: Guest) -> None:
    guest.fault = lambda step, _at: {"behaviour": "error", "code": 0xC004D302} if step == "activate" else None
    result = guest.run()
    assert (result["failed"], result["changed"], guest.store, guest.marked) == (True, False, "old", False)
    assert result["token_store"]["reboot_required"] is True
    assert "reboot: if_needed" in result["msg"]
    assert "win_reboot" not in guest.scripts


def test_a_restart_that_does_not_end_is_told(guest: Guest) -> None:
    guest.reboots = False
    guest.fault = lambda step, _at: {"behaviour": "error", "code": 0xC004D302} if step == "activate" else None
    result = guest.run(reboot="if_needed")
    assert (result["failed"], result["changed"]) == (True, True)
    assert "timed out waiting" in result["msg"]
    assert guest.marked


def test_a_step_that_fails_is_told_with_its_code(guest: Guest) -> None:
    guest.fault = lambda step, _at: {"behaviour": "error", "code": 0x80070020} if step == "rename" else None
    result = guest.run()
    assert (result["failed"], result["changed"], guest.store) == (True, False, "old")
    assert "the step rename failed: 0x80070020" in result["msg"]
    assert "the old store and the services are as before" in result["msg"]


@pytest.mark.parametrize("check", [False, True])
def test_a_run_that_was_cut_off_is_seen_and_ended(guest: Guest, check: bool) -> None:
    guest.fault = lambda step, at: {"behaviour": "drop"} if (step, at) == ("start_service", "after") else None
    with pytest.raises(AnsibleConnectionFailure):
        guest.run()
    guest.fault = lambda _step, _at: None
    before = copy.deepcopy(guest.machine)
    result = guest.run(check=check)
    assert (result["changed"], result["token_store"]["recovered"]) == (True, "finished"), result
    assert (guest.machine == before) is check
    assert guest.licensed is not check


def test_going_back_is_told_when_nothing_else_can_be_done(guest: Guest) -> None:
    guest.fault = lambda step, at: {"behaviour": "drop"} if (step, at) == ("install_key", "before") else None
    with pytest.raises(AnsibleConnectionFailure):
        guest.run()
    guest.fault = lambda _step, _at: None
    close_kms(guest.machine)
    result = guest.run()
    assert (result["failed"], result["changed"], result["refused"]) == (True, True, "kms-unreachable")
    assert "a run that was cut off is rolled back" in result["msg"]
    assert (guest.store, guest.marked) == ("old", False)


def test_another_run_at_work_is_left_alone(guest: Guest) -> None:
    def busy(machine: Tree, parameters: t.Mapping[str, t.Any], what_if: bool, _fault: t.Any) -> Tree:
        answer, _after = changes.run("token_store", machine, parameters, what_if)
        answer["state"]["busy"] = True
        return answer

    guest.runner = busy
    result = guest.run()
    assert (result["refused"], result["changed"]) == ("still-running", False)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"attempts": 0}, "attempts: 0 is out of range"),
        ({"interval": 601}, "interval: 601"),
        ({"backup": "tokens.bar"}, "only used with state: restored"),
        ({"reboot": "always"}, "if_needed"),
        ({"state": "rebuild"}, "rebuilt"),
    ],
)
def test_a_wrong_option_is_named_before_the_guest_is_asked(guest: Guest, options: Tree, told: str) -> None:
    with pytest.raises(AnsibleActionFail, match=told):
        guest.run(**options)
    assert guest.scripts == []
