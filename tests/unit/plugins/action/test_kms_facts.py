# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action: options in, one run on the guest, facts out."""

from __future__ import annotations

import json
import pathlib
import typing as t
import unittest.mock
import xml.etree.ElementTree as ET

import pytest
import requests
import winrm.exceptions
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.azure_windows.activation.plugins.action import kms_facts
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import SECTIONS, GuestEvidence
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import from_plain
from ansible_collections.azure_windows.activation.plugins.plugin_utils import _guest_script
from tests import kms
from tests.unit.plugins.action.wiring import run_action

HEALTHY = (pathlib.Path(__file__).parents[2] / "fixtures" / "guest" / "healthy.json").read_text(encoding="utf-8")


class Guest:
    """Runs the action against a canned answer of win_powershell and keeps what was sent."""

    def __init__(self, scripts: pathlib.Path) -> None:
        (scripts / "probe.ps1").write_text("# the probe of the test\n", encoding="utf-8")
        self.outcome: t.Any = {
            "changed": True,
            "output": [HEALTHY],
            "error": [],
            "invocation": {"module_args": {"script": "# the probe"}},
        }
        self.windows = self.installed = True
        self.calls: list[dict[str, t.Any]] = []
        self.check_mode = False

    def run(self, **options: t.Any) -> dict[str, t.Any]:
        return run_action(
            kms_facts,
            options,
            self.execute,
            check_mode=self.check_mode,
            windows=self.windows,
            installed=self.installed,
        )

    def execute(self, **call: t.Any) -> t.Any:
        self.calls.append(call)
        return self.outcome

    @property
    def parameters(self) -> dict[str, t.Any]:
        (call,) = self.calls
        return t.cast(dict[str, t.Any], call["module_args"]["parameters"])


@pytest.fixture
def guest(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Guest:
    monkeypatch.setattr(_guest_script, "_SCRIPTS", tmp_path)
    return Guest(tmp_path)


@pytest.mark.parametrize("check_mode", [False, True])
def test_one_run_gives_the_facts_and_nothing_else(guest: Guest, check_mode: bool) -> None:
    guest.check_mode = check_mode
    result = guest.run()
    assert set(result) == {"changed", "ansible_facts"}
    assert result["changed"] is False
    evidence = from_plain(GuestEvidence, result["ansible_facts"]["kms"])
    assert {section.status for section in evidence.sections.values()} == {"ok"}
    assert evidence.collected_at is not None
    (call,) = guest.calls
    assert call["module_name"] == "ansible.windows.win_powershell"
    assert call["module_args"]["script"] == "# the probe of the test\n"
    assert "the probe" not in json.dumps(result)


def test_a_recorded_reading_is_returned_and_kept_in_no_fact(guest: Guest, tmp_path: pathlib.Path) -> None:
    result = guest.run(record=str(tmp_path / "web01.json"))
    assert set(result["ansible_facts"]) == {"kms"}
    assert set(result["kms_reading"]) == {"asked", "controller", "raw"}
    assert (tmp_path / "web01.json").is_file()


def test_the_probe_gets_plain_parameters(guest: Guest) -> None:
    guest.run()
    parameters = guest.parameters
    assert json.loads(json.dumps(parameters)) == parameters
    assert parameters["Sections"] == list(SECTIONS)
    assert (parameters["TimeoutSeconds"], parameters["Port"], parameters["EventDays"], parameters["EventMax"]) == (
        5,
        1688,
        45,
        200,
    )
    assert parameters["Cloud"] == ""
    assert parameters["Clouds"]["AzurePublicCloud"] == {
        "Names": kms.NAMES,
        "Addresses": kms.ADDRESSES,
    }
    assert len(parameters["BindRequest"]) == 320


def test_options_reach_the_probe(guest: Guest) -> None:
    result = guest.run(
        gather_subset=["!events", "!min"],
        probe_timeout=9,
        event_days=3,
        cloud="AzureUSGovernment",
        kms_endpoints={"names": ["kms.own.example"], "addresses": ["192.0.2.1"], "port": 1689},
    )
    parameters = guest.parameters
    assert "events" not in parameters["Sections"]
    assert (parameters["TimeoutSeconds"], parameters["EventDays"], parameters["Port"]) == (9, 3, 1689)
    assert parameters["Cloud"] == "AzureUSGovernmentCloud"
    assert parameters["Clouds"]["AzureUSGovernmentCloud"] == {"Names": ["kms.own.example"], "Addresses": ["192.0.2.1"]}
    assert result["ansible_facts"]["kms"]["cloud"]["names"] == ["kms.own.example"]
    assert result["ansible_facts"]["kms"]["cloud"]["source"] == "option"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"probe_timout": 5}, "probe_timout"),
        ({"cloud": "AzureGermany"}, "AzureUSGovernment"),
        ({"probe_timeout": "soon"}, "probe_timeout"),
        ({"probe_timeout": 0}, "probe_timeout: 0 is out of range, it must be from 1 to 30"),
        ({"probe_timeout": 31}, "probe_timeout: 31"),
        ({"event_days": 366}, "event_days: 366"),
        ({"kms_endpoints": {"ports": 1}}, "ports"),
        ({"kms_endpoints": {"port": 70000}}, "kms_endpoints.port: 70000"),
        ({"kms_endpoints": {"addresses": ["azkms"]}}, "kms_endpoints.addresses: 'azkms' is not an IP address"),
        ({"kms_endpoints": {"names": ["192.0.2.1"]}}, "kms_endpoints.names: '192.0.2.1' is not a host name"),
    ],
)
def test_a_wrong_option_is_named_before_the_guest_is_asked(guest: Guest, options: dict[str, t.Any], told: str) -> None:
    with pytest.raises(AnsibleActionFail) as caught:
        guest.run(**options)
    assert told in str(caught.value)
    assert guest.calls == []


def test_a_wrong_subset_is_named_before_the_guest_is_asked(guest: Guest) -> None:
    result = guest.run(gather_subset=["evnts"])
    assert result["failed"] is True
    assert "unknown name 'evnts' (did you mean 'events'?)" in result["msg"]
    assert guest.calls == []


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"windows": False}, "not set up as a Windows host: its winrm connection"),
        ({"installed": False}, "install the collection ansible.windows"),
        (
            {"outcome": {"failed": True, "error": [{"exception": {"message": "boom"}}]}},
            "probe failed on the guest: boom",
        ),
        ({"outcome": {"output": [HEALTHY[:5000]]}}, "breaks off or is damaged after 5000 characters"),
        ({"outcome": {"output": ["<html>"]}}, "not JSON"),
        ({"outcome": {}}, "gave no answer"),
    ],
)
def test_each_way_to_fail_has_one_message(guest: Guest, attributes: dict[str, t.Any], told: str) -> None:
    for name, value in attributes.items():
        setattr(guest, name, value)
    result = guest.run()
    assert (result["failed"], result["changed"]) == (True, False)
    assert told in result["msg"]
    assert set(result) == {"failed", "changed", "msg"}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (AnsibleConnectionFailure("no route"), "no route"),
        (ConnectionResetError(104, "Connection reset by peer"), "the connection broke off: .*reset by peer"),
        (
            requests.ConnectionError("('Connection aborted.', RemoteDisconnected())"),
            "the connection broke off: .*aborted",
        ),
        (
            winrm.exceptions.WinRMTransportError("http", 502, "bad gateway"),
            "invalid WinRM response from the guest: .*502",
        ),
        (ET.ParseError("no element found"), "invalid WinRM response from the guest: no element found"),
    ],
)
def test_a_guest_that_is_lost_is_unreachable(
    guest: Guest, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    monkeypatch.setattr(guest, "execute", unittest.mock.Mock(side_effect=error))
    with pytest.raises(AnsibleConnectionFailure, match=told):
        guest.run()


def test_a_missing_file_on_the_controller_is_not_blamed_on_the_guest(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = FileNotFoundError(2, "No such file", "/controller/module.ps1")
    monkeypatch.setattr(guest, "execute", unittest.mock.Mock(side_effect=error))
    with pytest.raises(FileNotFoundError):
        guest.run()


def test_an_answer_of_another_schema_is_evidence_of_nothing(guest: Guest) -> None:
    guest.outcome = {"output": ['{"schema": 99}']}
    facts = guest.run(gather_subset=["services", "!min"])["ansible_facts"]["kms"]
    assert facts["sections"]["services"]["status"] == "error"
    assert facts["sections"]["events"]["status"] == "skipped"
