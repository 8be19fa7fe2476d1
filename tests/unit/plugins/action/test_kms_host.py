# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows asks the wanted KMS host, whatever named another one before."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.azure_windows.activation.plugins.action import kms_host
from tests.powershell.machines import APP, LICENSING, NAME
from tests.unit.plugins.action.simulated import CACHE, POLICY, PRODUCT, SimulatedGuest

AZURE = {"source": "global", "host": NAME, "port": 1688, "kind": "azure"}
CORP = {"source": "global", "host": "kms.corp.example", "port": 1689, "kind": "other"}


@pytest.fixture
def guest() -> SimulatedGuest:
    return SimulatedGuest()


def set_host(guest: SimulatedGuest, host: str | None, port: int = 1689) -> None:
    values = guest.machine["registry"][LICENSING]["values"]
    guest.service.update(KeyManagementServiceMachine=host, KeyManagementServicePort=port if host else 0)
    for name in ("KeyManagementServiceName", "KeyManagementServicePort"):
        values.pop(name, None)
    if host:
        values.update(texts("KeyManagementService", host, port))


def set_product_host(guest: SimulatedGuest, host: str) -> None:
    guest.product.update(KeyManagementServiceMachine=host, KeyManagementServicePort=1689)
    key = rf"{LICENSING}\{APP}\{PRODUCT}"
    guest.machine["registry"][key] = {"values": texts("KeyManagementService", host, 1689)}


def texts(prefix: str, host: str, port: int) -> dict[str, t.Any]:
    return {f"{prefix}{name}": {"type": "String", "data": str(data)} for name, data in (("Name", host), ("Port", port))}


def test_the_right_host_stays(guest: SimulatedGuest) -> None:
    result = guest.run(kms_host)
    assert result["host"] == {"before": [AZURE], "after": [AZURE], "policy": [], "warnings": []}
    assert (result["changed"], guest.calls) == (False, ["probe"])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, AZURE),
        ({"name": "kms.own.example", "port": 1700}, {**CORP, "host": "kms.own.example", "port": 1700}),
        ({"name": "20.118.99.224"}, {**AZURE, "host": "20.118.99.224", "kind": "azure_address"}),
        ({"cloud": "AzureChinaCloud"}, {**AZURE, "host": "azkms.core.chinacloudapi.cn"}),
        ({"cloud": "AzureUSGovernment"}, {**AZURE, "host": "kms.core.usgovcloudapi.net"}),
    ],
)
def test_another_host_is_replaced(guest: SimulatedGuest, options: dict[str, t.Any], expected: t.Any) -> None:
    set_host(guest, "kms.corp.example")
    before = copy.deepcopy(guest.machine)
    preview = guest.run(kms_host, check_mode=True, **options)
    assert (preview["changed"], guest.calls, guest.machine) == (True, ["probe"], before)
    result = guest.run(kms_host, **options)
    assert (result["changed"], guest.calls) == (True, ["probe", "set_host", "probe"])
    assert result["host"]["before"] == [CORP]
    assert result["host"]["after"] == [expected]
    assert result["diff"] == preview["diff"] == {"before": {"host": [CORP]}, "after": {"host": [expected]}}
    assert guest.run(kms_host, **options)["changed"] is False


def test_the_clouds_own_host(guest: SimulatedGuest) -> None:
    guest.machine["imds"] = {"compute": {"azEnvironment": "AzureChinaCloud"}}
    result = guest.run(kms_host)
    assert result["host"]["after"][0]["host"] == "azkms.core.chinacloudapi.cn"


def test_an_explicit_port_is_kept_apart(guest: SimulatedGuest) -> None:
    result = guest.run(kms_host, port=1690)
    assert result["host"]["after"] == [{**AZURE, "port": 1690}]


def test_discovery(guest: SimulatedGuest) -> None:
    result = guest.run(kms_host, state="absent")
    assert (result["changed"], result["host"]["after"]) == (True, [])
    assert guest.run(kms_host, state="absent")["changed"] is False


def test_a_products_own_host_is_cleared(guest: SimulatedGuest) -> None:
    set_product_host(guest, "own.corp.example")
    preview = guest.run(kms_host, check_mode=True)
    result = guest.run(kms_host)
    assert [item["source"] for item in result["host"]["before"]] == ["product", "global"]
    assert result["host"]["after"] == preview["host"]["after"] == [AZURE]
    assert guest.run(kms_host)["changed"] is False


def test_a_products_own_host_that_stays_is_warned_about(guest: SimulatedGuest) -> None:
    set_product_host(guest, "own.corp.example")
    result = guest.run(kms_host, clear_product_overrides=False)
    assert result["changed"] is False
    assert "own.corp.example:1689, which wins" in result["warnings"][0]
    assert result["host"]["warnings"] == result["warnings"]


def test_a_policy_is_reported_and_not_fought(guest: SimulatedGuest) -> None:
    guest.machine["registry"][POLICY]["values"].update(texts("KeyManagementService", "kms.gpo.example", 1688))
    result = guest.run(kms_host)
    assert result["changed"] is False
    assert result["host"]["policy"] == [{**CORP, "source": "policy", "host": "kms.gpo.example", "port": 1688}]
    assert "a policy sets the KMS host kms.gpo.example:1688, which this module cannot change" in result["warnings"][0]


def test_a_remembered_host_is_forgotten(guest: SimulatedGuest) -> None:
    set_host(guest, "kms.corp.example")
    guest.service["DiscoveredKeyManagementServiceMachineName"] = "seen.corp.example"
    guest.machine["registry"][CACHE] = {"values": texts("DiscoveredKeyManagementService", "seen.corp.example", 1688)}
    guest.machine["services"]["sppsvc"]["status"] = "Running"
    preview = guest.run(kms_host, check_mode=True)
    result = guest.run(kms_host)
    assert [item["source"] for item in result["host"]["before"]] == ["global", "discovered", "cached"]
    assert result["host"]["after"] == preview["host"]["after"] == [AZURE]


@pytest.mark.parametrize("remembered", [False, True])
def test_the_service_restarts_only_to_forget_another_host(guest: SimulatedGuest, remembered: bool) -> None:
    set_host(guest, "kms.corp.example")
    guest.service["DiscoveredKeyManagementServiceMachineName"] = "seen.corp.example" if remembered else NAME
    guest.service["DiscoveredKeyManagementServiceMachinePort"] = 1688
    guest.run(kms_host)
    (sent,) = [call["parameters"] for call in guest.sent if "Restart" in call["parameters"]]
    assert sent["Restart"] is remembered


@pytest.mark.parametrize("step", ["set_machine", "set_port"])
@pytest.mark.parametrize("at", ["before", "after"])
def test_a_step_that_fails_leaves_the_old_host(guest: SimulatedGuest, step: str, at: str) -> None:
    set_host(guest, "kms.corp.example")
    guest.fault = (step, at, {"behaviour": "error", "code": 0xC004F025})
    result = guest.run(kms_host)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith(f"the step {step} failed: 0xC004F025 (Access denied: elevation needed)")
    assert result["msg"].endswith("the KMS host settings are as before")
    assert result["host"]["after"] == [CORP]


def test_a_restart_that_fails_is_a_warning(guest: SimulatedGuest) -> None:
    set_host(guest, "kms.corp.example")
    guest.service["DiscoveredKeyManagementServiceMachineName"] = "seen.corp.example"
    guest.fault = ("restart_service", "before", {"behaviour": "error", "code": 0x8007041D})
    result = guest.run(kms_host)
    assert (result["changed"], "failed" in result) == (True, False)
    assert "the step restart_service failed: 0x8007041D" in result["warnings"][0]


@pytest.mark.parametrize("step", ["set_machine", "set_port"])
def test_a_lost_connection_is_made_good_by_the_next_run(guest: SimulatedGuest, step: str) -> None:
    set_host(guest, "kms.corp.example")
    guest.fault = (step, "after", {"behaviour": "drop"})
    with pytest.raises(AnsibleConnectionFailure):
        guest.run(kms_host)
    guest.fault = None
    assert guest.run(kms_host)["host"]["after"] == [AZURE]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"name": "kms.corp.example:1688"}, "name: 'kms.corp.example:1688' is neither"),
        ({"name": "a b"}, "name: 'a b'"),
        ({"name": ""}, "name: ''"),
        ({"port": 0}, "port: 0 is out of range"),
        ({"port": 65536}, "port: 65536"),
        ({"state": "query"}, "present, absent"),
    ],
)
def test_a_wrong_option_is_named_before_the_guest_is_asked(
    guest: SimulatedGuest, options: dict[str, t.Any], told: str
) -> None:
    with pytest.raises(AnsibleActionFail) as caught:
        guest.run(kms_host, **options)
    assert told in str(caught.value)
    assert guest.calls == []


@pytest.mark.parametrize(
    ("change", "refused"),
    [({"elevated": False}, "not-elevated"), ({"language_mode": "ConstrainedLanguage"}, "constrained-language")],
)
def test_a_guest_that_cannot_be_changed(guest: SimulatedGuest, change: dict[str, t.Any], refused: str) -> None:
    set_host(guest, "kms.corp.example")
    guest.machine.update(change)
    result = guest.run(kms_host)
    assert (result["failed"], result["changed"], result["refused"]) == (True, False, refused)
    assert guest.calls == ["probe"]


def test_a_hostile_product_id_goes_into_no_query(guest: SimulatedGuest) -> None:
    set_product_host(guest, "own.corp.example")
    guest.product["ID"] = "x' OR ID<>'"
    result = guest.run(kms_host)
    assert (result["refused"], guest.calls) == ("product-id-unknown", ["probe"])
