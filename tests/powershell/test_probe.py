# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe, run by the engine on fakes, says what the lab's own answer says, field by field."""

from __future__ import annotations

import json
import typing as t

import pytest

from tests.lab.guest import probe
from tests.lab.sockets import Endpoints
from tests.powershell import machines
from tests.powershell.differences import differences
from tests.powershell.engine import Engine, Run
from tests.powershell.generations import both_generations
from tests.powershell.machines import LICENSING, NAME, SERVICES, TOKENS, WINDOWS, Machine

ENGINE_VERSION = "7.6.9"
# Long enough for a busy machine, short enough to wait for.
_SHORT = 4
_REFUSED = {"code": "0x80041010", "message": "Ungültige Klasse"}
_DENIED = {"values": {}, "deny": "read"}


def compare(engine: Engine, machine: Machine, **changes: t.Any) -> dict[str, t.Any]:
    """Run the probe, hold it against the lab's answer, return it."""
    parameters = machines.parameters(**changes)
    run = engine.run_script("probe", machine, parameters)
    actual = run.output
    expected = probe.answer({**machine, "powershell": ENGINE_VERSION}, parameters, pace=0.2)
    for answer in (expected, actual):
        assert isinstance(answer.pop("elapsed_ms"), int)
        for section in answer["sections"].values():
            assert section.pop("seconds") >= 0
    assert differences(expected, actual) == []
    assert run.answer["error"] == []
    unchanged(engine, run, machine)
    return t.cast("dict[str, t.Any]", actual)


def unchanged(engine: Engine, run: Run, machine: Machine) -> None:
    """Hold the guest against what it was."""
    assert run.writes == []
    load = "Import-MemoryRegistry -Clear -Json $RegistryJson; Export-MemoryRegistry"
    before = engine.run(script=load, variables={"RegistryJson": json.dumps(machine["registry"])})
    assert run.registry == before["output"][0]
    assert run.answer["changed"] is False


@both_generations
def test_a_healthy_guest(engine: Engine, endpoints: Endpoints) -> None:
    sections = compare(engine, machines.healthy(endpoints))["sections"]
    assert len(sections) == len(probe.SECTIONS)
    assert [row["PartialProductKey"] for row in sections["license"]["data"]["products"]] == ["ESU01", "4M63B"]
    assert {target["connected"] for target in sections["connectivity"]["data"]["targets"]} == {True}
    assert "SECRET" not in json.dumps(sections)


@pytest.mark.parametrize("state", ["kms", "open", "closed", "filtered", "reset", "denied"])
def test_a_target_in_every_state(engine: Engine, endpoints: Endpoints, state: str) -> None:
    machine = machines.healthy(endpoints)
    endpoint = None if state == "denied" else endpoints.endpoint(state)
    machine["tcp"][f"{machines.ADDRESSES[0]}:1688"] = {"state": state, "endpoint": endpoint}
    data = compare(engine, machine, Sections=["connectivity"], TimeoutSeconds=_SHORT)["sections"]["connectivity"][
        "data"
    ]
    assert [target["connected"] for target in data["targets"]] == [state in {"kms", "open", "reset"}, True, True]


@both_generations
def test_a_guest_that_reaches_nothing(engine: Engine, endpoints: Endpoints) -> None:
    sections = compare(engine, machines.blocked(endpoints), TimeoutSeconds=_SHORT)["sections"]
    assert sections["imds"]["data"]["status"] == "timeout"
    assert all(query["error"]["id"] == "ERROR_TIMEOUT" for query in sections["dns"]["data"]["queries"])
    assert all(target["timed_out"] for target in sections["connectivity"]["data"]["targets"])


@pytest.mark.parametrize("section", probe.SECTIONS)
def test_one_section_alone(engine: Engine, endpoints: Endpoints, section: str) -> None:
    sections = compare(engine, machines.healthy(endpoints), Sections=[section])["sections"]
    assert list(sections) == [section]


def test_several_sections(engine: Engine, endpoints: Endpoints) -> None:
    sections = compare(engine, machines.healthy(endpoints), Sections=["clock", "os"])["sections"]
    assert set(sections) == {"clock", "os"}


@both_generations
def test_constrained_language(engine: Engine, endpoints: Endpoints) -> None:
    answer = compare(engine, machines.healthy(endpoints, language_mode="ConstrainedLanguage"))
    assert answer["language_mode"] == "ConstrainedLanguage"
    assert answer["sections"]["connectivity"]["data"] is None
    assert [row["id"] for row in answer["sections"]["events"]["data"]["records"]] == [8198, 1003, 12289, 12288, 1003]


@both_generations
def test_everything_fails(engine: Engine, endpoints: Endpoints) -> None:
    machine = machines.blocked(endpoints)
    machine["cim"] = {name: {"error": _REFUSED} for name in machine["cim"]}
    machine["registry"] = machines.unreadable(machine["registry"])
    machine["cmdlet_errors"] = dict.fromkeys(machines.CMDLETS, _REFUSED)
    machine["event_log_error"] = {"code": "0x80070005", "message": "Zugriff verweigert"}
    sections = compare(engine, machine, TimeoutSeconds=_SHORT)["sections"]
    nothing = {name for name, section in sections.items() if section["data"] is None}
    assert nothing == {"domain", "events", "firewall", "kms_settings", "license", "proxy", "routes"}
    assert all(sections[name]["errors"] for name in [*nothing, "os", "services", "dns", "clock"])


@pytest.mark.parametrize("shape", ["data", "message_id", "id", "com", "text"])
@pytest.mark.parametrize("code", ["0x80041010", "0xC004F074", "0x00040004"])
def test_where_a_cim_failure_keeps_its_code(engine: Engine, endpoints: Endpoints, shape: str, code: str) -> None:
    machine = machines.healthy(endpoints)
    error = {"code": code, "message": f"Fehler {code}" if shape == "text" else "Fehler", "shape": shape}
    machine["cim"]["SoftwareLicensingProduct"] = {"error": error}
    run = engine.run_script("probe", machine, machines.parameters(Sections=["license"]))
    license_section = run.output["sections"]["license"]
    weak = shape == "text" and code == "0x00040004"
    # The operation's own time-out is ours, no word of Windows about the licence.
    ours = code == "0x00040004" and not weak
    assert [error["code"] for error in license_section["errors"]] == [None if weak or ours else code]
    assert (license_section["errors"][0]["id"] == "NotReadInTime") is ours
    assert license_section["data"]["products"] is None
    assert license_section["data"]["service"] is not None


def test_broken_licensing_classes(engine: Engine, endpoints: Endpoints) -> None:
    machine = machines.healthy(endpoints)
    for name in ("SoftwareLicensingProduct", "SoftwareLicensingService"):
        machine["cim"][name] = {"error": {"code": "0x8004100E", "message": "Недопустимое пространство имён"}}
    sections = compare(engine, machine)["sections"]
    assert sections["license"]["data"] is None


def test_a_release_without_a_property(engine: Engine, endpoints: Endpoints) -> None:
    machine = machines.healthy(endpoints)
    for row in machine["cim"]["SoftwareLicensingProduct"]["rows"]:
        row.update(GenuineStatus=None)
    machine["cim"]["SoftwareLicensingProduct"]["lacking"] = ["GenuineStatus"]
    parameters = machines.parameters(Sections=["license"])
    products = engine.run_script("probe", machine, parameters).output["sections"]["license"]["data"]["products"]
    assert [row["PartialProductKey"] for row in products] == ["ESU01", "4M63B"]


@pytest.mark.parametrize(
    "key",
    [
        WINDOWS,
        LICENSING,
        rf"{LICENSING}\{machines.APP}\ef6cfc9f",
        rf"{SERVICES}\sppsvc",
        rf"{SERVICES}\W32Time\Parameters",
        rf"{SERVICES}\SharedAccess\Parameters\FirewallPolicy\FirewallRules",
        rf"{machines.POLICY}\WindowsFirewall\PublicProfile",
    ],
)
def test_a_denied_key(engine: Engine, endpoints: Endpoints, key: str) -> None:
    machine = machines.healthy(endpoints)
    machine["registry"][key] = _DENIED
    sections = compare(engine, machine)["sections"]
    errors = [error for section in sections.values() for error in section["errors"]]
    # The licensing key tells two sections something: the KMS host, and where the token store is.
    assert {error["type"] for error in errors} == {"System.Security.SecurityException"}
    assert len(errors) == (2 if key == LICENSING else 1)


@pytest.mark.parametrize("mode", ["FullLanguage", "ConstrainedLanguage"])
@pytest.mark.parametrize("code", ["0x80070005", "0x800706BA"])
def test_an_event_log_that_cannot_be_read(engine: Engine, endpoints: Endpoints, code: str, mode: str) -> None:
    error = {"code": code, "message": "アクセスが拒否されました"}
    machine = machines.healthy(endpoints, event_log_error=error, language_mode=mode)
    assert compare(engine, machine, Sections=["events"])["sections"]["events"]["data"] is None


@pytest.mark.parametrize("mode", ["FullLanguage", "ConstrainedLanguage"])
def test_no_event_at_all(engine: Engine, endpoints: Endpoints, mode: str) -> None:
    machine = machines.healthy(endpoints, events=[], event_log_oldest=None, language_mode=mode)
    section = compare(engine, machine, Sections=["events"])["sections"]["events"]
    assert section == {"data": {"records": [], "truncated": False, "oldest_record_time": None}, "errors": []}


def test_event_limits(engine: Engine, endpoints: Endpoints) -> None:
    section = compare(engine, machines.healthy(endpoints), Sections=["events"], EventMax=1, EventDays=1)
    assert [row["record_id"] for row in section["sections"]["events"]["data"]["records"]] == [7, 6]


ODD = ["quote ' \" back\\slash", "emoji 😀𠮷", "日本語 ｶﾅ", "<&> \u2028 \t", "x" * 400]


@pytest.mark.parametrize("text", ODD)
def test_odd_texts(engine: Engine, endpoints: Endpoints, text: str) -> None:
    machine = machines.healthy(endpoints)
    machine["cim"]["Win32_OperatingSystem"]["rows"][0]["Caption"] = text
    machine["cim"]["SoftwareLicensingService"] = {"error": {"code": "0x80041001", "message": text}}
    machine["registry"][LICENSING]["values"]["KeyManagementServiceName"]["data"] = text
    machine["events"][6]["data"] = [text, ""]
    compare(engine, machine)


@pytest.mark.parametrize("count", [0, 1, 60])
def test_any_number_of_rows(engine: Engine, endpoints: Endpoints, count: int) -> None:
    machine = machines.healthy(endpoints)
    product = machine["cim"]["SoftwareLicensingProduct"]["rows"][2]
    machine["cim"]["SoftwareLicensingProduct"]["rows"] = [product] * count
    machine["default_routes"] = [
        {"interface": "Ethernet", "next_hop": f"10.0.0.{n}", "metric": n} for n in range(count)
    ]
    machine["net_profiles"] = ["Public"] * count
    machine["dns"]["servers"] = ["10.0.0.4"] * count
    event = machine["events"][3]
    machine["events"] = [{**event, "record_id": n} for n in range(count)]
    rules = machine["registry"][rf"{SERVICES}\SharedAccess\Parameters\FirewallPolicy\FirewallRules"]["values"]
    text = rules["{port}"]
    rules.clear()
    rules.update({f"{{{n}}}": text for n in range(count)})
    data = {name: section["data"] for name, section in compare(engine, machine)["sections"].items()}
    assert len(data["license"]["products"]) == len(data["firewall"]["local"]["rules"]) == count
    assert len(data["routes"]["default"]) == len(data["events"]["records"]) == count


def test_a_bare_guest(engine: Engine, endpoints: Endpoints) -> None:
    machine = machines.healthy(endpoints, registry={}, services={}, files={}, events=[], event_log_oldest=None)
    machine["dns"]["servers"] = []
    machine["cim"] = {name: {"rows": []} for name in machine["cim"]}
    sections = compare(engine, machine, Clouds={})["sections"]
    assert sections["dns"]["data"] == {"servers": [], "queries": []}
    assert sections["kms_settings"]["data"]["products"] == []
    assert sections["connectivity"]["data"]["targets"] == []


@pytest.mark.parametrize(
    "row", [{"PartOfDomain": True, "Domain": "corp.example"}, {"PartOfDomain": False, "Domain": "WORKGROUP"}]
)
@pytest.mark.parametrize("srv", [{}, {"_vlmcs._tcp.corp.example": [{"target": "kms.corp.example", "port": 1688}]}])
def test_discovery_by_dns(engine: Engine, endpoints: Endpoints, row: Machine, srv: Machine) -> None:
    machine = machines.healthy(endpoints)
    machine["cim"]["Win32_ComputerSystem"]["rows"] = [row]
    machine["cim"]["SoftwareLicensingService"]["rows"][0]["KeyManagementServiceMachine"] = ""
    del machine["registry"][LICENSING]["values"]["KeyManagementServiceName"]
    machine["dns"]["srv"] = srv
    queries = compare(engine, machine, Sections=["dns", "domain"])["sections"]["dns"]["data"]["queries"]
    assert [query["type"] for query in queries if query["type"] == "SRV"] == ["SRV"] * row["PartOfDomain"]


@pytest.mark.parametrize(
    "host", ["kms.corp.example", "KMS.CORP.EXAMPLE ", "10.1.2.3", "[fd00::5]", "1688", "20.118.99.224"]
)
@pytest.mark.parametrize("port", ["", "1689", "x", "70000"])
def test_a_configured_host(engine: Engine, endpoints: Endpoints, host: str, port: str) -> None:
    machine = machines.healthy(endpoints)
    values = machine["registry"][LICENSING]["values"]
    values["KeyManagementServiceName"]["data"] = host
    values["KeyManagementServicePort"] = {"type": "String", "data": port}
    for table in (machine["dns"]["system"], machine["dns"]["by_server"]["10.0.0.4"]):
        table["kms.corp.example"] = {"A": ["10.9.9.9"], "CNAME": []}
    refused = {"state": "closed", "endpoint": endpoints.endpoint("closed")}
    for address in ("10.1.2.3", "10.9.9.9", "[fd00::5]", machines.ADDRESSES[0]):
        machine["tcp"].update({f"{address}:{number}": refused for number in (1688, 1689)})
    compare(engine, machine, Sections=["dns", "connectivity"])


@pytest.mark.parametrize("number", [9003, 9002, 1460, 9560, 9505, 9701])
def test_dns_errors(engine: Engine, endpoints: Endpoints, number: int) -> None:
    machine = machines.healthy(endpoints)
    machine["dns"]["by_server"]["168.63.129.16"] = {NAME: {"error": number}}
    compare(engine, machine, Sections=["dns"])


@pytest.mark.parametrize("error", ["timeout", "unreachable", "http-410", "http-429"])
def test_imds_errors(engine: Engine, endpoints: Endpoints, error: str) -> None:
    machine = machines.healthy(endpoints, imds={"error": error})
    assert compare(engine, machine, Sections=["imds"])["sections"]["imds"]["data"]["status"] == error


@pytest.mark.parametrize(
    ("environment", "cloud", "used"),
    [
        ("AzureChinaCloud", "", "AzureChinaCloud"),
        ("AzureGermanCloud", "", "AzurePublicCloud"),
        ("AzurePublicCloud", "AzureChinaCloud", "AzureChinaCloud"),
    ],
)
def test_the_cloud(engine: Engine, endpoints: Endpoints, environment: str, cloud: str, used: str) -> None:
    machine = machines.healthy(endpoints, imds={"compute": {"azEnvironment": environment}})
    machine["tcp"]["159.27.28.100:1688"] = {"state": "denied", "endpoint": None}
    sections = compare(engine, machine, Cloud=cloud)["sections"]
    assert sections["connectivity"]["data"]["cloud"] == used


@both_generations
@pytest.mark.parametrize("mode", ["FullLanguage", "ConstrainedLanguage"])
@pytest.mark.parametrize(
    "attestation",
    [
        {"chain": "ok", "issuer": None},
        {"chain": "missing-issuer", "issuer": "Test CA 1"},
        {"chain": "unreachable", "issuer": None},
    ],
)
def test_attestation_of_azure_edition(engine: Engine, endpoints: Endpoints, attestation: Machine, mode: str) -> None:
    machine = machines.healthy(endpoints, attestation=attestation, language_mode=mode)
    machine["registry"][WINDOWS]["values"]["EditionID"]["data"] = "ServerTurbineCor"
    section = compare(engine, machine, Sections=["attestation"])["sections"]["attestation"]
    assert section["data"] != {"status": "not-applicable"}


@pytest.mark.parametrize("error", [None, "0x80070005", "0x80070020", "0x80070570"])
def test_a_token_store_that_cannot_be_read(engine: Engine, endpoints: Endpoints, error: str | None) -> None:
    machine = machines.healthy(endpoints)
    machine["files"][TOKENS].update(readable=False, error=error)
    file = compare(engine, machine, Sections=["token_store"])["sections"]["token_store"]["data"]["files"][0]
    assert file["readable"] is (None if error == "0x80070020" else False)


def test_not_elevated(engine: Engine, endpoints: Endpoints) -> None:
    machine = machines.healthy(endpoints, elevated=False)
    assert compare(engine, machine, Sections=["os"])["sections"]["os"]["data"]["elevated"] is False
