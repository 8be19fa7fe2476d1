# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both sides of every limit that decides a verdict: time, clock, renewal, and what of the log still counts."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.rules import activation_unexplained
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.view import View
from tests.unit.plugins.module_utils._diagnosis import build as made

DAY = 1440
NOW = datetime.datetime(2026, 11, 24, 8, tzinfo=datetime.timezone.utc)


def view(*changes: made.Plain) -> View:
    return View(made.evidence(*changes))


def ago(**parts: float) -> str:
    return (NOW - datetime.timedelta(**parts)).strftime("%Y-%m-%dT%H:%M:%SZ")


def product(**parts: object) -> made.Plain:
    return {"license": {"product": parts}}


@pytest.mark.parametrize(
    ("interval", "age", "healthy"),
    [
        # Seven days and a day of slack, or a longer interval and a day.
        (10080, 8 * DAY, True),
        (10080, 8 * DAY + 1, False),
        (None, 8 * DAY, True),
        (60, 8 * DAY, True),
        (60, 8 * DAY + 1, False),
        (20160, 15 * DAY, True),
        (20160, 15 * DAY + 1, False),
    ],
)
def test_a_renewal_is_late_after_its_interval_and_a_day(interval: int | None, age: int, healthy: bool) -> None:
    changes = (made.renewed(age), product(renewal_interval_minutes=interval), made.events())
    assert view(*changes).healthy is healthy
    root = made.verdict(*changes).root_cause
    assert (root.id == "activated") is healthy
    assert (root.id == "renewal-overdue") is not healthy


@pytest.mark.parametrize(
    ("offset", "doubt", "confidence"),
    [
        (14400.0, 0.0, None),
        (14401.0, 0.0, "certain"),
        (-14400.0, 0.0, None),
        (-14401.0, 0.0, "certain"),
        (14500.0, 100.0, "likely"),
        (14501.0, 100.0, "certain"),
        (14400.0, 500.0, None),
    ],
)
def test_kms_accepts_four_hours_exactly(offset: float, doubt: float, confidence: str | None) -> None:
    clock = {"clock": {"offset_seconds": offset, "uncertainty_seconds": doubt}}
    root = made.verdict(made.unlicensed(reason="0xC004F009"), made.events(), clock).root_cause
    assert (root.confidence if root.id == "clock-skew" else None) == confidence


@pytest.mark.parametrize(
    ("offset", "doubt", "title"),
    [
        (14300.0, 99.0, "which is right by now"),
        (14300.0, 100.0, "KMS refused the guest because of its clock: "),
        (None, 0.0, "KMS refused the guest because of its clock: "),
    ],
)
def test_a_clock_is_right_by_now_only_without_doubt(offset: float | None, doubt: float, title: str) -> None:
    clock = {"clock": {"offset_seconds": offset, "uncertainty_seconds": doubt}}
    failed = made.events(made.attempt(outcome="refused", value="0xC004F06C"))
    root = made.verdict(made.unlicensed(reason="0xC004F06C"), failed, clock).root_cause
    assert root.id == "clock-skew"
    assert title in root.title


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (14401.0, "4.1 hours fast"),
        (-14401.0, "4.1 hours slow"),
        (47.9 * 3600, "47.9 hours fast"),
        (48 * 3600.0, "2 days fast"),
    ],
)
def test_how_far_the_clock_is_off(offset: float, words: str) -> None:
    clock = {"clock": {"offset_seconds": offset, "uncertainty_seconds": 0.0}}
    assert words in made.verdict(made.unlicensed(), made.events(), clock).root_cause.title


@pytest.mark.parametrize(
    ("outcome", "seconds", "answered"),
    [
        ("refused", 0, True),
        ("refused", 86399, True),
        ("refused", 86400, False),
        ("unanswered", 60, False),
    ],
)
def test_a_refusal_of_the_last_day_shows_that_kms_answers(outcome: str, seconds: int, answered: bool) -> None:
    failed = made.events(made.attempt(ago(seconds=seconds), outcome, "0xC004F042"))
    assert view(made.unlicensed(), failed).kms_answered is answered


def test_of_the_failures_count_those_of_a_day_before_the_newest() -> None:
    times = [ago(hours=1), ago(hours=25), ago(hours=25, seconds=1)]
    history = view(made.unlicensed(), made.events(*(made.attempt(time) for time in times))).history
    assert [item.time for item in history.failures] == times[:2]
    assert history.newest is not None
    assert history.newest.time == times[0]


def test_a_success_ends_the_failures_and_what_is_as_old_as_it_counts_no_more() -> None:
    success = ago(hours=3)
    attempts = [
        made.attempt(ago(hours=1)),
        made.attempt(success, "success"),
        made.attempt(ago(hours=4)),
    ]
    others = (made.event(8198, "0xC004F074", ago(hours=2)), made.event(8198, "0xC004F074", success))
    history = view(made.unlicensed(), made.events(*attempts, others=others, success=success)).history
    assert [item.time for item in history.failures] == [ago(hours=1)]
    assert [item.time for item in history.weak] == [ago(hours=2)]


def test_only_two_events_beside_the_attempts_tell_of_a_failure() -> None:
    others = tuple(made.event(number, "0xC004F074", ago(hours=1)) for number in (8196, 8198, 8208, 1003, 1003))
    history = view(made.unlicensed(), made.events(others=others)).history
    assert [item.id for item in history.weak] == [8196, 8198]
    assert history.status_check is not None
    assert [seen.source for seen in history.codes()] == ["event_8196", "event_8198", "event_1003"]


@pytest.mark.parametrize(("seconds", "counts"), [(600, True), (601, False)])
def test_what_lies_ahead_of_the_clock_is_nobody_s_past(seconds: int, counts: bool) -> None:
    failed = made.attempt(ago(seconds=-seconds))
    history = view(
        made.unlicensed(), made.events(failed, others=(made.event(8198, "0xC004F074", failed["time"]),))
    ).history
    assert (bool(history.failures), bool(history.weak)) == (counts, counts)


@pytest.mark.parametrize(("seconds", "ends"), [(600, True), (601, False)])
def test_a_success_of_the_future_ends_nothing(seconds: int, ends: bool) -> None:
    failed = made.events(made.attempt(ago(hours=1)), success=ago(seconds=-seconds))
    assert bool(view(made.unlicensed(), failed).history.failures) is not ends


@pytest.mark.parametrize(
    ("attempt", "network"),
    [
        (made.attempt(outcome="unanswered"), True),
        (made.attempt(outcome="refused", value="0xC004F074"), True),
        (made.attempt(outcome="refused", value="0xC004F042"), False),
        (made.attempt(outcome="refused"), False),
    ],
)
def test_when_the_newest_attempt_got_no_usable_answer(attempt: made.Plain, network: bool) -> None:
    assert view(made.unlicensed(), made.events(attempt)).history.network is network
    assert view().history.network is False


@pytest.mark.parametrize(
    ("minutes", "transient"),
    [(8 * DAY, True), (8 * DAY + 1, False), (-1, False)],
)
def test_a_failure_of_the_last_renewal_interval_is_transient(minutes: int, transient: bool) -> None:
    events = made.events(made.attempt(ago(days=2), "success"), made.attempt(ago(minutes=minutes)), success=ago(days=2))
    root = made.verdict(events).root_cause
    assert (root.id == "transient-failure") is transient


@pytest.mark.parametrize(
    ("parts", "licensed"),
    [
        ({"status": 1}, True),
        *(({"status": status}, False) for status in (0, 2, 3, 4, 5, 6)),
        ({"status": 7}, None),
        ({"status": None}, None),
    ],
)
def test_whether_windows_is_licensed(parts: made.Plain, licensed: bool | None) -> None:
    assert view(product(**parts)).licensed is licensed


def test_without_a_product_windows_is_not_licensed_and_unread_nobody_knows() -> None:
    assert view({"license": {"product": None}}).licensed is False
    assert view({"license": {"readable": False}}).licensed is None
    assert view({"license": None}).licensed is None
    assert View(made.without_guest()).licensed is None


@pytest.mark.parametrize(
    ("parts", "permanent"),
    [
        ({"channel": "mak"}, True),
        ({"channel": "retail"}, True),
        ({"channel": "kms_client", "grace_minutes": 0}, False),
        ({"channel": "unknown", "grace_minutes": 0}, True),
        ({"channel": "unknown", "grace_minutes": 1}, False),
        ({"channel": "mak", "status": 5}, False),
    ],
)
def test_which_licence_holds_for_good(parts: made.Plain, permanent: bool) -> None:
    assert view(product(**parts)).permanent is permanent


@pytest.mark.parametrize(
    ("parts", "directory"),
    [
        ({"activation_type": 1}, True),
        ({"activation_type": 2, "directory_object": "CN=x"}, False),
        ({"activation_type": None, "directory_object": "CN=x"}, True),
        ({"activation_type": None, "directory_object": None}, False),
        ({"activation_type": 1, "status": 5}, False),
    ],
)
def test_when_active_directory_gave_the_licence(parts: made.Plain, directory: bool) -> None:
    assert view(product(**parts)).directory is directory


@pytest.mark.parametrize(
    ("of_product", "of_service", "other"),
    [(0, 0, None), (None, 1, 1), (3, 0, 3), (2, 1, None), (0, 3, 3), (0, 2, None), (1, 3, 1)],
)
def test_which_activation_types_rule_kms_out(of_product: int | None, of_service: int, other: int | None) -> None:
    license_ = {"license": {"activation_type_enabled": of_service, "product": {"activation_type_enabled": of_product}}}
    assert view(license_).other_type == other


@pytest.mark.parametrize(
    ("parts", "age"),
    [
        ({"renewal_age_minutes": 5}, 5),
        ({"renewal_age_minutes": None, "channel": "unknown", "grace_minutes": 259200}, 0),
        ({"renewal_age_minutes": None, "channel": "unknown", "grace_minutes": 259199}, 1),
        ({"renewal_age_minutes": None, "channel": "unknown", "grace_minutes": 259201}, 2 * DAY),
        ({"renewal_age_minutes": None, "channel": "unknown", "grace_minutes": 0}, 2 * DAY),
        ({"renewal_age_minutes": None}, 2 * DAY),
        ({"renewal_age_minutes": None, "status": 5}, None),
    ],
)
def test_how_old_the_renewal_is(parts: made.Plain, age: int | None) -> None:
    assert view(product(**parts)).renewal_age == age


def test_an_age_without_a_success_or_without_a_clock_is_not_known() -> None:
    unknown = product(renewal_age_minutes=None)
    assert view(unknown, made.events()).renewal_age is None
    assert view(unknown, {"clock": None, "collected_at": None}).renewal_age is None
    assert view(unknown, made.events(success=ago(minutes=-5))).renewal_age == 0


@pytest.mark.parametrize(
    ("section", "status", "missing"),
    [("clock", "error", "unknown"), ("clock", "skipped", "skipped"), ("kms_settings", "error", "unknown")],
)
def test_what_was_not_seen_is_skipped_or_unknown(section: str, status: str, missing: str) -> None:
    assert view(made.failed(section, status=status)).missing(section) == missing
    assert view().missing(section) is None
    # A section that was read and yet gave nothing.
    assert view({{"kms_settings": "kms_host"}.get(section, section): None}).missing(section) == "unknown"


def test_azure_is_skipped_unless_it_was_asked() -> None:
    assert view().missing("azure") == "skipped"
    assert View(made.evidence(azure_problem="denied")).missing("azure") == "unknown"
    assert View(made.evidence(path=made.azure("open"), azure_problem="denied")).missing("azure") is None
    assert View(made.without_guest()).missing("clock") == "unknown"


@pytest.mark.parametrize(
    ("changes", "answers"),
    [
        ((), True),
        ((made.failed("connectivity", status="skipped"),), False),
        ((made.failed("connectivity"),), False),
        (({"connectivity": {"targets": []}},), False),
    ],
)
def test_kms_is_said_to_answer_only_where_it_was_tested(changes: tuple[made.Plain, ...], answers: bool) -> None:
    refused = made.events(made.attempt(outcome="refused", value="0xC004F0FF"))
    found = activation_unexplained.check(view(made.unlicensed(reason=None), refused, *changes))
    assert found is not None
    assert ("KMS answers the guest" in found.title) is answers
