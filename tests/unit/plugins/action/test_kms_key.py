# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key that fits is installed, and no guest gets one that it must not have."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.azure_windows.activation.plugins.action import kms_key
from tests.unit.plugins.action.simulated import KEY, PRODUCT, SimulatedGuest

MAK = "BCDFG-HJKMP-QRTVW-XY234-B2346"
WRONG = "VDYBN-27WPP-V4HQT-9VMD4-VMK7H"
CHANNELS = {
    "VOLUME_MAK channel": "mak",
    "RETAIL channel": "retail",
    "OEM_COA_NSLP channel": "oem",
    "VOLUME_KMS_W10 channel": "kms_host",
    "VIRTUAL_MACHINE_ACTIVATION channel": "avma",
}


@pytest.fixture
def guest() -> SimulatedGuest:
    return SimulatedGuest()


def _other_key(guest: SimulatedGuest, description: str, licensed: bool) -> None:
    rows = guest.machine["cim"]["SoftwareLicensingProduct"]["rows"]
    rows.append({**guest.product, "PartialProductKey": None})
    guest.license(ID="11111111-2222-3333-4444-555555555555", Description=description, PartialProductKey="B2346")
    guest.license(LicenseStatus=1 if licensed else 5, GracePeriodRemaining=0)


def test_the_right_key_stays(guest: SimulatedGuest) -> None:
    result = guest.run(kms_key)
    state = {"channel": "kms_client", "partial_product_key": "6VM33", "activation_id": PRODUCT}
    assert result["key"] == {"before": state, "after": state, "edition": "ServerDatacenter"}
    assert (result["changed"], guest.calls) == (False, ["probe"])


@pytest.mark.parametrize("description", CHANNELS)
def test_a_key_that_does_not_work_is_replaced(guest: SimulatedGuest, description: str) -> None:
    _other_key(guest, description, licensed=False)
    preview = guest.run(kms_key, check_mode=True)
    assert (preview["changed"], guest.calls) == (True, ["probe"])
    result = guest.run(kms_key)
    assert (result["changed"], guest.calls) == (True, ["probe", "set_key", "probe"])
    assert result["key"]["before"]["channel"] == CHANNELS[description]
    assert result["key"]["after"] == {"channel": "kms_client", "partial_product_key": "6VM33", "activation_id": PRODUCT}
    assert result["diff"] == {"before": result["key"]["before"], "after": result["key"]["after"]}
    assert preview["diff"]["after"]["partial_product_key"] == "6VM33"
    assert guest.run(kms_key)["changed"] is False


@pytest.mark.parametrize("description", CHANNELS)
def test_a_key_that_works_is_replaced_only_when_told(guest: SimulatedGuest, description: str) -> None:
    _other_key(guest, description, licensed=True)
    before = copy.deepcopy(guest.machine)
    result = guest.run(kms_key)
    assert result["refused"] == ("avma" if "VIRTUAL" in description else "working-key")
    assert (result["failed"], result["changed"], guest.calls) == (True, False, ["probe"])
    assert "convert: true" in result["msg"]
    assert guest.machine == before
    assert guest.run(kms_key, convert=True)["key"]["after"]["partial_product_key"] == "6VM33"


def test_no_key_at_all(guest: SimulatedGuest) -> None:
    guest.license(PartialProductKey=None, LicenseStatus=0)
    result = guest.run(kms_key)
    assert result["key"]["before"] == {"channel": None, "partial_product_key": None, "activation_id": None}
    assert result["changed"] is True


@pytest.mark.parametrize(
    ("edition", "sku", "refused", "told"),
    [
        ("ServerDatacenterEval", 80, "evaluation", "convert the edition first"),
        ("ServerRdsh", 175, "multi-session", "as its image brought it"),
        ("ServerUnheardOf", 9999, "unknown-edition", "none is guessed"),
        ("ServerDatacenter", 7, "unknown-edition", "EditionID ServerDatacenter, SKU 7"),
        ("Core", 101, "not-published", "no KMS client setup key is published"),
    ],
)
def test_editions_that_get_no_key(guest: SimulatedGuest, edition: str, sku: int, refused: str, told: str) -> None:
    guest.edition(edition, sku)
    guest.license(PartialProductKey="AAAAA", LicenseFamily=edition, Description="RETAIL channel")
    result = guest.run(kms_key)
    assert (result["refused"], result["changed"], guest.calls) == (refused, False, ["probe"])
    assert told in result["msg"]
    assert "; next: " in result["msg"]


@pytest.mark.parametrize(("edition", "sku"), [("ServerDatacenterEval", 80), ("ServerRdsh", 175)])
def test_a_given_key_does_not_help_a_protected_edition(guest: SimulatedGuest, edition: str, sku: int) -> None:
    guest.edition(edition, sku)
    guest.license(PartialProductKey="AAAAA", LicenseFamily=edition, Description="RETAIL channel")
    assert guest.run(kms_key, product_key=KEY, convert=True)["refused"] in {"evaluation", "multi-session"}


def test_a_kms_client_key_that_works_stays_whichever_it_is(guest: SimulatedGuest) -> None:
    guest.license(PartialProductKey="ZZZZZ")
    guest.activated()
    result = guest.run(kms_key)
    assert result["changed"] is False
    assert "ends in ZZZZZ" in result["warnings"][0]


def test_a_given_key_is_installed_where_none_is_known(guest: SimulatedGuest) -> None:
    result = guest.run(kms_key, product_key=MAK)
    assert result["key"]["after"]["partial_product_key"] == "B2346"
    assert result["key"]["after"]["channel"] == "mak"
    assert guest.run(kms_key, product_key=MAK.lower())["changed"] is False


def test_a_wrong_key_is_explained_and_changes_nothing(guest: SimulatedGuest) -> None:
    before = copy.deepcopy(guest.machine)
    result = guest.run(kms_key, product_key=WRONG)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith("the step install failed: 0xC004F069 (The key belongs to another edition")
    assert "next: install the KMS client setup key" in result["msg"]
    assert result["msg"].endswith("the installed key is as before")
    assert guest.machine["cim"] == before["cim"]


@pytest.mark.parametrize("value", ["WX4NM-KYWYW-QJJR4-XV3QB", "secret", "", "WX4NM_KYWYW_QJJR4_XV3QB_6VM33"])
def test_what_is_no_key_is_not_repeated(guest: SimulatedGuest, value: str) -> None:
    with pytest.raises(AnsibleActionFail) as caught:
        guest.run(kms_key, product_key=value)
    assert "product_key: expected 'auto'" in str(caught.value)
    assert not value or value not in str(caught.value)
    assert guest.calls == []


def test_not_elevated(guest: SimulatedGuest) -> None:
    guest.machine["elevated"] = False
    result = guest.run(kms_key)
    assert (result["refused"], guest.calls) == ("not-elevated", ["probe"])
    assert "0x80070005 (Access denied" in result["msg"]


def test_constrained_language(guest: SimulatedGuest) -> None:
    guest.machine["language_mode"] = "ConstrainedLanguage"
    result = guest.run(kms_key)
    assert (result["refused"], guest.calls) == ("constrained-language", ["probe"])
    assert "next: allow the collection's scripts" in result["msg"]


def test_a_licence_that_cannot_be_read(guest: SimulatedGuest) -> None:
    guest.disable(protected=False)
    result = guest.run(kms_key)
    assert result["refused"] == "license-unreadable"
    assert "0x80070422" in result["msg"]
    assert "kms_activation" in result["msg"]


def test_a_refresh_that_fails_is_a_warning(guest: SimulatedGuest) -> None:
    guest.license(PartialProductKey=None, LicenseStatus=0)
    guest.fault = ("refresh", "before", {"behaviour": "error", "code": 0x80041001})
    result = guest.run(kms_key)
    assert (result["changed"], "failed" in result) == (True, False)
    assert "the step refresh failed: 0x80041001" in result["warnings"][0]


def test_a_failure_after_the_installation_is_not_called_unchanged(guest: SimulatedGuest) -> None:
    guest.license(PartialProductKey=None, LicenseStatus=0)
    guest.fault = ("install", "after", {"behaviour": "denied"})
    result = guest.run(kms_key)
    assert (result["failed"], result["changed"]) == (True, True)
    assert "as before" not in result["msg"]


def test_a_lost_connection_is_unreachable(guest: SimulatedGuest) -> None:
    guest.license(PartialProductKey=None, LicenseStatus=0)
    guest.fault = ("install", "after", {"behaviour": "drop"})
    with pytest.raises(AnsibleConnectionFailure):
        guest.run(kms_key)
    guest.fault = None
    assert guest.run(kms_key)["changed"] is False


@pytest.mark.parametrize("options", [{}, {"product_key": WRONG}, {"product_key": MAK}, {"product_key": KEY.lower()}])
@pytest.mark.parametrize("fault", [None, ("install", "before", {"behaviour": "denied"})])
def test_no_full_key_in_a_result(guest: SimulatedGuest, options: dict[str, t.Any], fault: t.Any) -> None:
    guest.license(PartialProductKey=None, LicenseStatus=0)
    guest.fault = fault
    text = json.dumps([guest.run(kms_key, **options), guest.run(kms_key, check_mode=True, **options)]).upper()
    for key in (KEY, WRONG, MAK):
        assert key not in text
        assert key[:23] not in text


def test_the_key_travels_as_a_secret(guest: SimulatedGuest) -> None:
    guest.license(PartialProductKey=None, LicenseStatus=0)
    guest.run(kms_key)
    sent = guest.sent[1]
    assert sent["sensitive_parameters"] == [{"name": "ProductKey", "value": KEY}]
    assert KEY not in json.dumps({**sent, "sensitive_parameters": None})


def test_the_guest_says_the_key_itself(guest: SimulatedGuest, monkeypatch: pytest.MonkeyPatch) -> None:
    guest.license(PartialProductKey=None, LicenseStatus=0)
    told = {"schema": 1, "language_mode": "FullLanguage"}
    error = {"source": "x", "code": None, "id": KEY, "type": "T", "message": f"cannot install {KEY}"}
    plain = guest.execute

    def execute(**call: t.Any) -> dict[str, t.Any]:
        outcome = plain(**call)
        if guest.calls[-1] == "set_key":
            steps = [{"name": "install", "ok": False, "error": error}]
            outcome["output"] = [json.dumps({**told, "steps": steps})]
        return outcome

    monkeypatch.setattr(guest, "execute", execute)
    result = guest.run(kms_key)
    assert result["failed"] is True
    assert "cannot install *****-6VM33" in result["msg"]
    assert KEY not in json.dumps(result)
