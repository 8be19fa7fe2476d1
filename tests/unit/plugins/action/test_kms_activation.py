# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows is activated and that is proved, or one message says why not."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.azure_windows.activation.plugins.action import kms_activation
from tests.powershell.machines import SERVICES
from tests.unit.plugins.action.simulated import SimulatedGuest

BUSY, WRONG_HOST, OTHER_RUNS = 0xC004F074, 0xC004F042, 0xC004E028
QUICK = {"attempts": 3, "interval": 0}


@pytest.fixture
def guest() -> SimulatedGuest:
    return SimulatedGuest()


def block(guest: SimulatedGuest) -> None:
    guest.machine["tcp"] = {place: {"state": "filtered", "endpoint": None} for place in guest.machine["tcp"]}


def test_activation_at_the_first_attempt(guest: SimulatedGuest) -> None:
    before = copy.deepcopy(guest.machine)
    preview = guest.run(kms_activation, check_mode=True)
    assert (preview["changed"], guest.calls, guest.machine) == (True, ["probe"], before)
    assert preview["activation"]["outcome"] == "not_attempted"
    assert preview["diff"]["after"]["license_status"] == "licensed"
    result = guest.run(kms_activation)
    told = result["activation"]
    assert (result["changed"], told["outcome"], guest.calls) == (True, "activated", ["probe", "activate", "probe"])
    assert [(attempt["succeeded"], attempt["code"]) for attempt in told["attempts"]] == [(True, None)]
    assert told["attempts"][0]["at"] == "2026-11-24T08:00:00Z"
    assert told["license_before"]["status_name"] == "notification"
    assert told["license_after"] == {
        "channel": "kms_client",
        "partial_product_key": "6VM33",
        "status": 1,
        "status_name": "licensed",
        "grace_minutes": 259200,
        "renewal_age_minutes": 0,
    }
    assert told["restart_needed"] is False
    assert result["diff"]["before"]["license_status"] == "notification"


def test_what_is_activated_and_fresh_stays(guest: SimulatedGuest) -> None:
    guest.activated()
    for check_mode in (False, True):
        result = guest.run(kms_activation, check_mode=check_mode)
        assert (result["changed"], result["activation"]["outcome"]) == (False, "already_activated")
        assert guest.calls == ["probe"]
        assert result["diff"]["before"] == result["diff"]["after"]


def test_force_renews(guest: SimulatedGuest) -> None:
    guest.activated(5000)
    result = guest.run(kms_activation, force=True)
    assert (result["changed"], result["activation"]["license_after"]["renewal_age_minutes"]) == (True, 0)


def test_a_renewal_that_is_overdue_is_made(guest: SimulatedGuest) -> None:
    guest.activated(30 * 1440)
    assert guest.run(kms_activation)["activation"]["outcome"] == "activated"


def test_a_permanent_licence_is_left_alone_even_by_force(guest: SimulatedGuest) -> None:
    guest.license(Description="RETAIL channel", LicenseStatus=1, GracePeriodRemaining=0)
    result = guest.run(kms_activation, force=True)
    assert (result["activation"]["outcome"], guest.calls) == ("already_activated", ["probe"])


@pytest.mark.parametrize(("codes", "count"), [([BUSY, BUSY], 3), ([OTHER_RUNS], 2), ([WRONG_HOST, None], 2)])
def test_later_attempts(guest: SimulatedGuest, codes: list[int | None], count: int) -> None:
    guest.machine["on_activate"] = codes
    told = guest.run(kms_activation, **QUICK)["activation"]
    assert (told["outcome"], len(told["attempts"])) == ("activated", count)
    assert told["attempts"][0]["code"]["code"] == f"0x{codes[0]:08X}"
    assert told["attempts"][0]["code"]["meaning"]


@pytest.mark.parametrize("code", [BUSY, OTHER_RUNS, 0x8007139F, 0x800706BB])
def test_a_kms_that_answers_and_is_busy(guest: SimulatedGuest, code: int) -> None:
    guest.machine["on_activate"] = code
    result = guest.run(kms_activation, **QUICK)
    assert (result["failed"], result["changed"], result["activation"]["outcome"]) == (True, False, "busy")
    assert result["msg"].startswith("3 attempts failed although KMS answers: 0x")
    assert "next: try again later" in result["msg"]


def misname(guest: SimulatedGuest) -> None:
    guest.machine["dns"]["system"]["azkms.core.windows.net"] = {"A": ["10.9.9.9"], "CNAME": []}


def block_one(guest: SimulatedGuest) -> None:
    guest.machine["tcp"]["40.83.235.53:1688"] = {"state": "closed", "endpoint": None}


def block_service(guest: SimulatedGuest) -> None:
    key = rf"{SERVICES}\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
    rule = r"v2.31|Action=Block|Active=TRUE|Dir=Out|Protocol=6|App=%SystemRoot%\system32\sppsvc.exe|Name=x|"
    guest.machine["registry"][key] = {"values": {"{rule}": {"type": "String", "data": rule}}}


@pytest.mark.parametrize("obstacle", [block, block_one, misname, block_service])
def test_a_kms_that_cannot_be_reached(guest: SimulatedGuest, obstacle: t.Callable[[SimulatedGuest], None]) -> None:
    obstacle(guest)
    guest.machine["on_activate"] = BUSY
    result = guest.run(kms_activation, **QUICK)
    assert (result["failed"], result["activation"]["outcome"]) == (True, "failed")
    assert "3 attempts failed, the step activate failed: 0xC004F074 (No KMS host gave a usable answer" in result["msg"]
    assert "next: open the way to KMS on TCP 1688" in result["msg"]
    assert len(result["activation"]["attempts"]) == 3


TWELVE = {"attempts": 12, "interval": 0}


@pytest.mark.parametrize("obstacle", [block, misname, block_service])
@pytest.mark.parametrize("code", [BUSY, 0x8007232B])
def test_equal_failures_of_a_guest_that_is_cut_off_end_the_attempts(
    guest: SimulatedGuest, obstacle: t.Callable[[SimulatedGuest], None], code: int
) -> None:
    obstacle(guest)
    guest.machine["on_activate"] = code
    before = copy.deepcopy(guest.machine["cim"])
    result = guest.run(kms_activation, **TWELVE)
    assert guest.calls == ["probe", *["activate"] * 3, "probe"]
    assert result["msg"].startswith("stopped after 3 equal failures, the step activate failed: 0x")
    assert (result["failed"], result["changed"], result["activation"]["outcome"]) == (True, False, "failed")
    assert guest.machine["cim"] == before
    assert len(guest.run(kms_activation, **TWELVE, insist=True)["activation"]["attempts"]) == 12


@pytest.mark.parametrize("obstacle", [None, block_one])
def test_a_busy_kms_gets_every_attempt(
    guest: SimulatedGuest, obstacle: t.Callable[[SimulatedGuest], None] | None
) -> None:
    if obstacle is not None:
        obstacle(guest)
    guest.machine["on_activate"] = [BUSY] * 11
    told = guest.run(kms_activation, **TWELVE)["activation"]
    assert (told["outcome"], len(told["attempts"])) == ("activated", 12)
    # The way to KMS was tried once, after the third attempt.
    assert guest.calls == ["probe", *["activate"] * 3, "probe", *["activate"] * 9, "probe"]


def test_failures_that_differ_go_on(guest: SimulatedGuest) -> None:
    block_service(guest)
    guest.machine["on_activate"] = [BUSY, BUSY, WRONG_HOST, BUSY, BUSY, BUSY, BUSY]
    result = guest.run(kms_activation, **TWELVE)
    assert len(result["activation"]["attempts"]) == 6
    assert "stopped after 3 equal failures" in result["msg"]


def test_calls_that_windows_does_not_answer_end_the_attempts_and_are_no_sign_of_a_busy_kms(
    guest: SimulatedGuest,
) -> None:
    guest.fault = ("activate", "after", {"behaviour": "error", "code": 0x00040004})
    guest.machine["on_activate"] = 0x00040004
    result = guest.run(kms_activation, **TWELVE)
    assert len(result["activation"]["attempts"]) == 3
    assert "0x00040004 (Windows did not answer within the time it was given, and may still be at work)" in result["msg"]
    assert result["activation"]["outcome"] == "failed"


def test_every_failed_attempt_is_told_of_at_once(guest: SimulatedGuest, capsys: pytest.CaptureFixture[str]) -> None:
    guest.machine["on_activate"] = [BUSY, OTHER_RUNS]
    guest.run(kms_activation, **QUICK)
    out, told = capsys.readouterr()
    lines = [line for line in told.splitlines() if "attempt" in line]
    assert [line.partition(" failed: ")[0] for line in lines] == ["guest: attempt 1 of 3", "guest: attempt 2 of 3"]
    assert "0xC004F074 (" in lines[0]
    assert lines[0].endswith("the next one follows in 0 s")
    assert "attempt" not in out


def test_what_comes_before_is_done_once(guest: SimulatedGuest) -> None:
    guest.machine["on_activate"] = [BUSY]
    guest.run(kms_activation, flush_dns=True, **QUICK)
    sent = [call["parameters"] for call in guest.sent if "ActivationId" in call["parameters"]]
    assert [(item["StartService"], item["FlushDns"]) for item in sent] == [(True, True), (False, False)]


def test_a_connection_that_is_lost_in_mid_run(guest: SimulatedGuest) -> None:
    before = copy.deepcopy(guest.product)
    guest.machine["on_activate"] = BUSY
    guest.fault = ("activate", "before", {"behaviour": "drop"})
    with pytest.raises(AnsibleConnectionFailure):
        guest.run(kms_activation, **QUICK, flush_dns=True)
    assert guest.product == before
    guest.fault = None
    guest.machine["on_activate"] = None
    result = guest.run(kms_activation, **QUICK)
    assert (result["activation"]["outcome"], guest.product["LicenseStatus"]) == ("activated", 1)
    assert guest.run(kms_activation)["changed"] is False


def test_a_connection_that_is_lost_after_success_is_found_activated(guest: SimulatedGuest) -> None:
    guest.fault = ("refresh", "before", {"behaviour": "drop"})
    with pytest.raises(AnsibleConnectionFailure):
        guest.run(kms_activation, **QUICK)
    assert guest.product["LicenseStatus"] == 1
    guest.fault = None
    result = guest.run(kms_activation, **QUICK)
    assert (result["changed"], result["activation"]["outcome"]) == (False, "already_activated")


@pytest.mark.parametrize(
    ("code", "attempts", "told"),
    [
        (0xC004F069, 1, "next: install the KMS client setup key"),
        (0xC004E015, 1, "next: rebuild the token store (kms_token_store)"),
        (0xC004F06C, 1, "next: correct the guest's clock"),
        (0xC004D302, 1, "next: restart Windows, then run this again"),
        (0x80070005, 1, "next: connect or become with an account that has full administrator rights"),
        (WRONG_HOST, 3, "next: set the KMS host of the VM's cloud (kms_host)"),
        (0x8007232B, 3, "next: see that the KMS host name is set and resolves"),
        (0xDEADBEEF, 3, "0xDEADBEEF (meaning not known); next: find the cause with kms_facts"),
    ],
)
def test_a_failure_that_lasts(guest: SimulatedGuest, code: int, attempts: int, told: str) -> None:
    guest.machine["on_activate"] = code
    result = guest.run(kms_activation, **QUICK)
    assert (result["failed"], result["activation"]["outcome"]) == (True, "failed")
    assert len(result["activation"]["attempts"]) == attempts
    assert told in result["msg"]
    assert result["activation"]["license_after"] == result["activation"]["license_before"]


def test_success_that_the_licence_does_not_show(guest: SimulatedGuest, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = guest.execute

    def execute(**call: t.Any) -> dict[str, t.Any]:
        outcome = plain(**call)
        if guest.calls[-1] == "activate":
            guest.license(LicenseStatus=5)
        return outcome

    monkeypatch.setattr(guest, "execute", execute)
    result = guest.run(kms_activation)
    assert (result["failed"], result["activation"]["outcome"]) == (True, "failed")
    assert "its licence is still notification" in result["msg"]


def test_a_licence_that_success_did_not_renew(guest: SimulatedGuest, monkeypatch: pytest.MonkeyPatch) -> None:
    guest.activated(30 * 1440)
    before = guest.product["GracePeriodRemaining"]
    plain = guest.execute

    def execute(**call: t.Any) -> dict[str, t.Any]:
        outcome = plain(**call)
        if guest.calls[-1] == "activate":
            guest.license(GracePeriodRemaining=before)
        return outcome

    monkeypatch.setattr(guest, "execute", execute)
    result = guest.run(kms_activation)
    assert (result["failed"], result["activation"]["outcome"]) == (True, "failed")
    assert result["msg"] == "Windows reported success, but its licence was not renewed"
    told = result["activation"]
    assert told["license_after"] == told["license_before"]


def test_a_disabled_service_is_enabled_and_then_windows_activated(guest: SimulatedGuest) -> None:
    guest.disable(protected=False)
    preview = guest.run(kms_activation, check_mode=True)
    assert (preview["changed"], guest.calls) == (True, ["probe"])
    assert preview["diff"]["after"]["service_start"] == "automatic"
    result = guest.run(kms_activation)
    told = result["activation"]
    assert guest.calls == ["probe", "activate", "probe", "activate", "probe"]
    assert (told["outcome"], told["service"]["enabled_by"]) == ("activated", "service")
    assert told["service"]["before"]["start_name"] == "disabled"
    assert told["service"]["after"]["start_name"] == "automatic"
    assert told["service"]["after"]["delayed"] is True
    assert told["license_before"] is None
    assert guest.run(kms_activation)["changed"] is False


def test_a_service_that_windows_takes_over_at_its_next_start_only(guest: SimulatedGuest) -> None:
    guest.disable(protected=True)
    first = guest.run(kms_activation)
    assert (first["failed"], first["changed"]) == (True, True)
    assert first["activation"]["restart_needed"] is True
    assert first["activation"]["service"]["enabled_by"] == "registry"
    assert "next: restart Windows" in first["msg"]
    for check_mode in (True, False):
        again = guest.run(kms_activation, check_mode=check_mode)
        assert (again["failed"], again["changed"], guest.calls) == (True, False, ["probe"])
        assert again["activation"]["restart_needed"] is True
    guest.restart()
    assert guest.run(kms_activation)["activation"]["outcome"] == "activated"


def test_a_disabled_service_that_is_to_stay_so(guest: SimulatedGuest) -> None:
    guest.disable(protected=False)
    result = guest.run(kms_activation, start_service=False)
    assert (result["refused"], guest.calls) == ("service-disabled", ["probe"])


def test_a_service_that_may_not_be_enabled(guest: SimulatedGuest) -> None:
    guest.disable(protected=False)
    guest.fault = ("enable_service", "before", {"behaviour": "denied"})
    result = guest.run(kms_activation)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "the step enable_service failed: 0x80070005 (Access denied" in result["msg"]


def test_only_the_service(guest: SimulatedGuest) -> None:
    guest.disable(protected=False)
    result = guest.run(kms_activation, attempts=0)
    assert (result["changed"], result["activation"]["outcome"]) == (True, "not_attempted")
    assert guest.calls == ["probe", "activate", "probe"]
    again = guest.run(kms_activation, attempts=0)
    assert (again["changed"], guest.calls) == (False, ["probe"])


def test_the_dns_cache(guest: SimulatedGuest) -> None:
    result = guest.run(kms_activation, attempts=0, flush_dns=True)
    assert (result["changed"], result["activation"]["dns_flushed"]) == (False, True)
    result = guest.run(kms_activation, flush_dns=True)
    assert (result["changed"], result["activation"]["dns_flushed"]) == (True, True)


def test_a_dns_cache_that_stays_full(guest: SimulatedGuest) -> None:
    guest.fault = ("flush_dns", "before", {"behaviour": "denied"})
    assert guest.run(kms_activation, attempts=0, flush_dns=True)["failed"] is True
    result = guest.run(kms_activation, flush_dns=True)
    assert result["activation"]["outcome"] == "activated"
    assert "the step flush_dns failed" in result["warnings"][0]


@pytest.mark.parametrize(
    ("row", "refused", "told"),
    [
        ({"PartialProductKey": None}, "no-product-key", "kms_key"),
        ({"Description": "VOLUME_MAK channel"}, "not-kms-client", "a multiple activation key (MAK)"),
        ({"Description": "VOLUME_KMS_W10 channel"}, "not-kms-client", "a KMS host's key"),
        ({"Description": "TIMEBASED_EVAL channel"}, "evaluation", "convert the edition"),
        ({"ID": "x' OR ID<>'"}, "product-id-unknown", "no usable ID"),
    ],
)
def test_what_is_not_activated(guest: SimulatedGuest, row: dict[str, t.Any], refused: str, told: str) -> None:
    guest.license(**row)
    result = guest.run(kms_activation)
    assert (result["failed"], result["changed"], result["refused"]) == (True, False, refused)
    assert told in result["msg"]
    assert guest.calls == ["probe"]


def test_token_activation_only(guest: SimulatedGuest) -> None:
    guest.service["VLActivationTypeEnabled"] = 3
    assert guest.run(kms_activation)["refused"] == "token-only"


def test_no_such_service(guest: SimulatedGuest) -> None:
    del guest.machine["services"]["sppsvc"]
    del guest.machine["registry"][r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\sppsvc"]
    assert guest.run(kms_activation)["refused"] == "service-missing"


def test_licensing_classes_that_do_not_answer(guest: SimulatedGuest) -> None:
    for name in ("SoftwareLicensingProduct", "SoftwareLicensingService"):
        guest.machine["cim"][name]["error"] = {"code": "0x80041010", "message": "Ungültige Klasse"}
    result = guest.run(kms_activation)
    assert result["refused"] == "license-unreadable"
    assert "0x80041010" in result["msg"]


@pytest.mark.parametrize(
    ("change", "refused"),
    [({"elevated": False}, "not-elevated"), ({"language_mode": "ConstrainedLanguage"}, "constrained-language")],
)
def test_a_guest_that_cannot_be_changed(guest: SimulatedGuest, change: dict[str, t.Any], refused: str) -> None:
    guest.machine.update(change)
    result = guest.run(kms_activation)
    assert (result["refused"], result["changed"], guest.calls) == (refused, False, ["probe"])


@pytest.mark.parametrize(
    ("options", "told"),
    [({"attempts": 101}, "attempts: 101"), ({"attempts": -1}, "attempts: -1"), ({"interval": 601}, "interval: 601")],
)
def test_a_wrong_option_is_named_before_the_guest_is_asked(
    guest: SimulatedGuest, options: dict[str, t.Any], told: str
) -> None:
    with pytest.raises(AnsibleActionFail) as caught:
        guest.run(kms_activation, **options)
    assert told in str(caught.value)
    assert guest.calls == []
