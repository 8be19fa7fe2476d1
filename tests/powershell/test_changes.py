# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The changing scripts, run by the engine on fakes: what they answer and leave behind is what the lab says."""

from __future__ import annotations

import json
import typing as t

import pytest

from tests.lab.guest import changes
from tests.lab.sockets import Endpoints
from tests.powershell import machines
from tests.powershell.differences import differences
from tests.powershell.engine import Change, Engine, Run
from tests.powershell.generations import both_generations
from tests.powershell.machines import APP, LICENSING, NAME, SERVICES, Machine

KEY = "WX4NM-KYWYW-QJJR4-XV3QB-6VM33"
OTHER_KEY = "VDYBN-27WPP-V4HQT-9VMD4-VMK7H"
PRODUCT = "ef6cfc9f-8c5d-44ac-9aad-de6a2ea0ae03"
CACHE = r"HKEY_USERS\S-1-5-20\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
OLD = {"KeyManagementServiceMachine": "kms.corp.example", "KeyManagementServicePort": 1689}
BUSY, DENIED, WRONG_SKU = 0xC004F074, 0x80070005, 0xC004F069
HOST = {"State": "present", "HostName": NAME, "Port": 1688, "ProductId": "", "Restart": False}
ACTIVATE = {"ActivationId": PRODUCT}
METHODS = {
    "install": "InstallProductKey",
    "refresh": "RefreshLicenseStatus",
    "set_machine": "SetKeyManagementServiceMachine",
    "set_port": "SetKeyManagementServicePort",
    "clear_machine": "ClearKeyManagementServiceMachine",
    "clear_port": "ClearKeyManagementServicePort",
    "activate": "Activate",
}


@pytest.fixture
def machine(endpoints: Endpoints) -> Machine:
    """Return a guest with an on-premises KMS host, a product's own one, a remembered one and an old key."""
    found = machines.healthy(endpoints, setup_key=KEY, attempts=0)
    _rows(found, "Product").pop()
    _rows(found, "Product")[0]["ID"] = "00000000-0000-0000-0000-00000000ff1c"
    service, product = _rows(found, "Service")[0], _product(found)
    service.update(OLD)
    product.update(OLD, KeyManagementServiceMachine="own.corp.example")
    service["DiscoveredKeyManagementServiceMachineName"] = "seen.corp.example"
    service["DiscoveredKeyManagementServiceMachinePort"] = 1688
    registry = found["registry"]
    registry[LICENSING]["values"].update(_texts("KeyManagementService", "kms.corp.example", 1689))
    for key in [item for item in registry if item.startswith(rf"{LICENSING}\{APP}")]:
        del registry[key]
    registry[rf"{LICENSING}\{APP}\{PRODUCT}"] = {"values": _texts("KeyManagementService", "own.corp.example", 1689)}
    registry[CACHE] = {"values": _texts("DiscoveredKeyManagementService", "seen.corp.example", 1688)}
    found["services"] = {
        "sppsvc": {"status": "Running", "dependents": ["helper"]},
        "helper": {"status": "Running", "dependents": []},
    }
    found["files"][machines.TOKENS].update(readable=True, size=4096)
    return found


def _texts(prefix: str, host: str, port: int) -> Machine:
    return {f"{prefix}{name}": {"type": "String", "data": str(data)} for name, data in (("Name", host), ("Port", port))}


def _rows(machine: Machine, name: str) -> list[Machine]:
    return t.cast("list[Machine]", machine["cim"][f"SoftwareLicensing{name}"]["rows"])


def _product(machine: Machine) -> Machine:
    return next(row for row in _rows(machine, "Product") if row["ID"] == PRODUCT and row["PartialProductKey"])


def compare(
    engine: Engine, script: str, machine: Machine, parameters: Machine, fault: Machine | None = None
) -> tuple[Machine, Run]:
    """Run a script, hold answer and machine against the lab's, and see that check mode changes nothing."""
    secrets = {"ProductKey": parameters["ProductKey"]} if "ProductKey" in parameters else {}
    plain = {name: value for name, value in parameters.items() if name not in secrets}
    told, wanted = _of_lab(script, machine, parameters, fault)
    run = engine.run_script(script, _faulty(machine, fault), plain, Change(secrets=secrets))
    assert run.answer["error"] == []
    assert _bare(run.output) == _bare(told)
    assert differences(_state(engine, wanted), _state(engine, run.machine, run.registry)) == []
    preview = engine.run_script(script, machine, plain, Change(what_if=True, secrets=secrets))
    assert (preview.writes, preview.answer["error"]) == ([], [])
    assert _state(engine, preview.machine, preview.registry) == _state(engine, machine)
    assert {step["ok"] for step in preview.output["steps"]} <= {None}
    return run.output, run


def _of_lab(script: str, machine: Machine, parameters: Machine, fault: Machine | None) -> tuple[Machine, Machine]:
    def strike(step: str, at: str) -> Machine | None:
        return {"behaviour": "error", "code": fault["code"]} if fault and (step, at) == fault["at"] else None

    return changes.run(script, machine, parameters, fault=strike)


def _faulty(machine: Machine, fault: Machine | None) -> Machine:
    if fault is None:
        return machine
    step, at = fault["at"]
    error = {"code": f"0x{fault['code']:08X}", "message": "refused", "after": at == "after", "times": 1}
    return {**machine, "method_errors": {METHODS[step]: error}}


def _bare(answer: Machine) -> Machine:
    """Return an answer without the words of its errors, which only people read."""
    for item in [*answer["steps"], *answer.get("attempts", [])]:
        if item["error"]:
            del item["error"]["message"]
    return answer


def _state(engine: Engine, machine: Machine, registry: str | None = None) -> Machine:
    if registry is None:
        load = "Import-MemoryRegistry -Clear -Json $RegistryJson; Export-MemoryRegistry"
        given = {"RegistryJson": json.dumps(machine["registry"])}
        registry = engine.run(script=load, variables=given)["output"][0]
    services = {name: item["status"] for name, item in machine["services"].items()}
    return {"cim": machine["cim"], "services": services, "registry": json.loads(registry)}


def _done(answer: Machine) -> list[tuple[str, bool]]:
    return [(step["name"], step["ok"]) for step in answer["steps"]]


@both_generations
def test_a_key_is_installed(engine: Engine, machine: Machine) -> None:
    answer, run = compare(engine, "set_key", machine, {"ProductKey": KEY})
    assert _done(answer) == [("install", True), ("refresh", True)]
    assert _product(run.machine)["PartialProductKey"] == "6VM33"
    assert KEY not in json.dumps(run.answer)


def test_a_wrong_key_changes_nothing(engine: Engine, machine: Machine) -> None:
    answer, run = compare(engine, "set_key", machine, {"ProductKey": OTHER_KEY})
    assert _done(answer) == [("install", False)]
    assert answer["steps"][0]["error"]["code"] == "0xC004F069"
    assert _state(engine, run.machine, run.registry) == _state(engine, machine)


@pytest.mark.parametrize("step", ["install", "refresh"])
@pytest.mark.parametrize("at", ["before", "after"])
def test_a_key_step_fails(engine: Engine, machine: Machine, step: str, at: str) -> None:
    fault = {"at": (step, at), "code": DENIED}
    answer, _run = compare(engine, "set_key", machine, {"ProductKey": KEY}, fault)
    assert _done(answer)[-1] == (step, False)


@both_generations
def test_a_host_is_set(engine: Engine, machine: Machine) -> None:
    answer, run = compare(engine, "set_host", machine, {**HOST, "ProductId": PRODUCT, "Restart": True})
    steps = ["set_machine", "set_port", "clear_product", "restart_service"]
    assert _done(answer) == [(step, True) for step in steps]
    assert _rows(run.machine, "Service")[0]["DiscoveredKeyManagementServiceMachineName"] is None
    assert {service["status"] for service in run.machine["services"].values()} == {"Running"}


@both_generations
def test_a_host_is_cleared(engine: Engine, machine: Machine) -> None:
    answer, run = compare(engine, "set_host", machine, {**HOST, "State": "absent", "HostName": "", "Port": 0})
    assert _done(answer) == [("clear_machine", True), ("clear_port", True)]
    assert _product(run.machine)["KeyManagementServiceMachine"] == "own.corp.example"


@pytest.mark.parametrize("step", ["set_machine", "set_port", "clear_machine", "clear_port"])
@pytest.mark.parametrize("at", ["before", "after"])
@pytest.mark.parametrize("before", [OLD, {"KeyManagementServiceMachine": None, "KeyManagementServicePort": 0}])
def test_a_host_step_fails_and_the_old_host_is_back(
    engine: Engine, machine: Machine, step: str, at: str, before: Machine
) -> None:
    _rows(machine, "Service")[0].update(before)
    if before is not OLD:
        for value in ("KeyManagementServiceName", "KeyManagementServicePort"):
            del machine["registry"][LICENSING]["values"][value]
    given = {**HOST, "State": "present" if step.startswith("set") else "absent", "ProductId": PRODUCT}
    fault = {"at": (step, at), "code": DENIED}
    answer, run = compare(engine, "set_host", machine, given, fault)
    assert (step, False) in _done(answer)
    assert all(ok for name, ok in _done(answer) if name.startswith("restore_"))
    assert _state(engine, run.machine, run.registry) == _state(engine, machine)


@pytest.mark.parametrize("method", ["ClearKeyManagementServiceMachine", "ClearKeyManagementServicePort"])
@pytest.mark.parametrize("after", [False, True])
def test_a_product_is_not_cleared_and_everything_is_back(
    engine: Engine, machine: Machine, method: str, after: bool
) -> None:
    machine["method_errors"] = {method: {"code": "0x80070005", "message": "refused", "after": after, "times": 1}}
    run = engine.run_script("set_host", machine, {**HOST, "ProductId": PRODUCT, "Restart": True}, Change())
    assert _done(run.output)[:3] == [("set_machine", True), ("set_port", True), ("clear_product", False)]
    assert "restart_service" not in dict(_done(run.output))
    assert _state(engine, run.machine, run.registry) == _state(engine, machine)


@both_generations
def test_what_cannot_be_put_back_is_said(engine: Engine, machine: Machine) -> None:
    denied = {"code": "0x80070005", "message": "refused"}
    machine["method_errors"] = {"SetKeyManagementServicePort": denied}
    machine["method_errors"]["ClearKeyManagementServiceMachine"] = denied
    _rows(machine, "Service")[0]["KeyManagementServiceMachine"] = None
    run = engine.run_script("set_host", machine, HOST, Change())
    assert _done(run.output) == [("set_machine", True), ("set_port", False), ("restore_machine", False)]


@both_generations
@pytest.mark.parametrize("service", ["sppsvc", "helper"])
def test_a_service_that_does_not_come_back(engine: Engine, machine: Machine, service: str) -> None:
    machine["services"][service]["start_error"] = 1068
    answer, run = compare(engine, "set_host", machine, {**HOST, "Restart": True})
    assert _done(answer) == [("set_machine", True), ("set_port", True), ("restart_service", False)]
    assert answer["steps"][-1]["error"]["code"] == "0x8007042C"
    assert run.machine["services"][service]["status"] == "Stopped"


def test_a_service_that_does_not_stop(engine: Engine, machine: Machine) -> None:
    machine["services"]["sppsvc"]["stuck"] = True
    run = engine.run_script("set_host", machine, {**HOST, "Restart": True}, Change())
    error = run.output["steps"][-1]["error"]
    assert (error["code"], run.machine["services"]["helper"]["status"]) == ("0x800705B4", "Running")


@both_generations
@pytest.mark.parametrize("code", [None, BUSY, WRONG_SKU])
def test_one_attempt(engine: Engine, machine: Machine, code: int | None) -> None:
    machine["on_activate"] = [code] if code else []
    _reachable(machine)
    answer, run = compare(engine, "activate", machine, ACTIVATE)
    assert len(answer["attempts"]) == run.writes.count("Activate") == 1
    assert _done(answer) == ([("activate", False)] if code else [("activate", True), ("refresh", True)])
    assert _product(run.machine)["LicenseStatus"] == (5 if code else 1)


def test_every_call_has_a_time_limit(engine: Engine, machine: Machine) -> None:
    _reachable(machine)
    run = engine.run_script("activate", machine, ACTIVATE, Change())
    assert (run.machine["limit_Activate"], run.machine["limit_RefreshLicenseStatus"]) == (180, 60)


def test_a_call_that_our_limit_ends(engine: Engine, machine: Machine) -> None:
    # As Windows gives it: HRESULT 0x40004, which is no error code.
    machine["method_errors"] = {"Activate": {"code": "0x00040004", "message": "The operation timed out."}}
    run = engine.run_script("activate", machine, ACTIVATE, Change())
    assert run.output["attempts"][0]["error"]["code"] == "0x00040004"
    assert _done(run.output) == [("activate", False)]


def _reachable(machine: Machine) -> None:
    """Let the lab's own guest find a KMS, as the fakes take for granted."""
    _product(machine).update(KeyManagementServiceMachine=None, KeyManagementServicePort=0)
    _rows(machine, "Service")[0].update(KeyManagementServiceMachine=NAME, KeyManagementServicePort=1688)


@both_generations
@pytest.mark.parametrize("protected", [False, True])
def test_a_disabled_service_is_enabled(engine: Engine, machine: Machine, protected: bool) -> None:
    _disable(machine, protected)
    given = {"EnableService": True, "StartService": True}
    answer, run = compare(engine, "activate", machine, given)
    assert answer["enabled_by"] == ("registry" if protected else "service")
    assert _done(answer) == [("enable_service", True), ("start_service", not protected)]
    start = json.loads(run.registry)[rf"{SERVICES}\sppsvc"]["values"]
    assert (start["Start"], start["DelayedAutostart"]) == (2, 1)
    if protected:
        assert answer["steps"][-1]["error"]["code"] == "0x80070422"


def _disable(machine: Machine, protected: bool) -> None:
    machine["services"]["sppsvc"].update(status="Stopped", start=4, protected=protected)
    machine["registry"][rf"{SERVICES}\sppsvc"]["values"]["Start"]["data"] = 4
    for name in ("Product", "Service"):
        machine["cim"][f"SoftwareLicensing{name}"]["error"] = {"code": "0x80070422", "message": "deaktiviert"}


@pytest.mark.parametrize("cmdlet", ["Set-Service", "Set-ItemProperty"])
def test_a_service_that_nobody_may_enable(engine: Engine, machine: Machine, cmdlet: str) -> None:
    _disable(machine, protected=cmdlet == "Set-ItemProperty")
    code = "0x80070430" if cmdlet == "Set-Service" else "0x80070005"
    machine["cmdlet_errors"] = {cmdlet: {"code": code, "message": "refused"}}
    given = {**ACTIVATE, "EnableService": True, "StartService": True}
    run = engine.run_script("activate", machine, given, Change())
    assert _done(run.output) == [("enable_service", False)]
    assert (run.output["steps"][0]["error"]["code"], run.output["enabled_by"]) == (code, None)


@both_generations
@pytest.mark.parametrize("fails", [False, True])
def test_the_dns_cache_is_emptied_first(engine: Engine, machine: Machine, fails: bool) -> None:
    if fails:
        machine["cmdlet_errors"] = {"Clear-DnsClientCache": {"code": "0x80070005", "message": "refused"}}
    run = engine.run_script("activate", machine, {**ACTIVATE, "FlushDns": True}, Change())
    assert _done(run.output)[0] == ("flush_dns", not fails)
    assert _done(run.output)[1] == ("activate", True)


def test_a_product_that_is_gone(engine: Engine, machine: Machine) -> None:
    given = {**ACTIVATE, "ActivationId": "00000000-0000-0000-0000-000000000000"}
    answer, _run = compare(engine, "activate", machine, given)
    assert (_done(answer), answer["attempts"]) == ([("activate", False)], [])


@pytest.mark.parametrize("shape", ["data", "message_id", "id", "com", "text"])
def test_where_an_attempt_keeps_its_code(engine: Engine, machine: Machine, shape: str) -> None:
    text = "Fehler 0xC004F074" if shape == "text" else "Fehler"
    machine["method_errors"] = {"Activate": {"code": "0xC004F074", "message": text, "shape": shape}}
    run = engine.run_script("activate", machine, ACTIVATE, Change())
    assert run.output["attempts"][0]["error"]["code"] == "0xC004F074"


def test_a_return_value_is_an_error_too(engine: Engine, machine: Machine) -> None:
    machine["return_value"] = BUSY
    run = engine.run_script("activate", machine, ACTIVATE, Change())
    assert run.output["attempts"][0]["error"]["code"] == "0xC004F074"


@pytest.mark.parametrize(("script", "given"), [("set_host", HOST), ("activate", ACTIVATE)])
def test_not_elevated(engine: Engine, machine: Machine, script: str, given: Machine) -> None:
    machine["elevated"] = False
    _reachable(machine)
    answer, _run = compare(engine, script, machine, given)
    codes = [step["error"]["code"] for step in answer["steps"] if step["error"]]
    assert codes == (["0xC004F025"] if script == "set_host" else [])


@both_generations
@pytest.mark.parametrize(("script", "given"), [("set_key", {}), ("set_host", HOST), ("activate", ACTIVATE)])
def test_constrained_language_changes_nothing(engine: Engine, machine: Machine, script: str, given: Machine) -> None:
    machine["language_mode"] = "ConstrainedLanguage"
    answer, run = compare(engine, script, machine, given)
    assert (answer["language_mode"], answer["steps"], run.writes) == ("ConstrainedLanguage", [], [])


@both_generations
def test_licensing_classes_that_do_not_answer(engine: Engine, machine: Machine) -> None:
    for name in ("Product", "Service"):
        machine["cim"][f"SoftwareLicensing{name}"]["error"] = {"code": "0x80041010", "message": "Ungültige Klasse"}
    for script, given in (("set_key", {"ProductKey": KEY}), ("set_host", HOST), ("activate", ACTIVATE)):
        answer, _run = compare(engine, script, machine, given)
        assert [step["error"]["code"] for step in answer["steps"]] == ["0x80041010"]


@both_generations
def test_ansible_hears_of_a_change(engine: Engine, machine: Machine) -> None:
    _reachable(machine)
    for codes, changed in (([], True), ([WRONG_SKU], False)):
        machine["on_activate"] = codes
        run = engine.run_script("activate", machine, ACTIVATE, Change())
        assert run.answer["changed"] is changed
