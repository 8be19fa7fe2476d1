# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts that need no judgement beyond naming a number, the clock and the proxy."""

from __future__ import annotations

import datetime
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._guest import clock, proxy, system
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.fields import Fields

UTC = datetime.timezone.utc
BEFORE = datetime.datetime(2026, 11, 24, 8, 0, 0, tzinfo=UTC)
AFTER = datetime.datetime(2026, 11, 24, 8, 0, 10, tzinfo=UTC)


def fields(values: t.Any) -> Fields:
    return Fields(values, "section", {})


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        ({"edition_id": "ServerDatacenter", "sku": 8}, (False, False, False)),
        ({"edition_id": "ServerStandardEval", "sku": 7}, (True, False, False)),
        ({"edition_id": "x", "sku": 72}, (True, False, False)),
        ({"edition_id": "ServerRdsh"}, (False, True, False)),
        ({"sku": 175}, (False, True, False)),
        ({"edition_id": "ServerTurbineCor"}, (False, False, True)),
        ({"sku": 407}, (False, False, True)),
        ({}, (False, False, False)),
    ],
)
def test_special_editions(values: dict[str, t.Any], flags: tuple[bool, bool, bool]) -> None:
    parsed = system.parse_os(fields(values), "FullLanguage")
    assert (parsed.evaluation, parsed.multi_session, parsed.azure_edition) == flags


@pytest.mark.parametrize(
    ("values", "language"),
    [({"ui_culture": "ja-JP", "os_language": 1041}, "ja-JP"), ({"os_language": 1041}, "LCID 1041"), ({}, None)],
)
def test_the_language(values: dict[str, t.Any], language: str | None) -> None:
    assert system.parse_os(fields(values), None).language == language


@pytest.mark.parametrize(("start", "name"), [(2, "automatic"), (3, "manual"), (4, "disabled"), (9, "9"), (None, None)])
def test_start_types(start: int | None, name: str | None) -> None:
    services = system.parse_services(
        fields({"sppsvc": {"exists": True, "start": start, "delayed_autostart": 1}, "bad": 3})
    )
    assert set(services) == {"sppsvc"}
    assert (services["sppsvc"].start_name, services["sppsvc"].delayed) == (name, True)


NEW, OLD = "C:\\Windows\\System32\\spp\\store\\2.0\\tokens.dat", "C:\\Windows\\System32\\spp\\store\\tokens.dat"


@pytest.mark.parametrize(
    ("files", "path", "readable", "symbol"),
    [
        ([(NEW, True, True, None), (OLD, False, None, None)], NEW, True, None),
        ([(NEW, False, None, None), (OLD, True, True, None)], OLD, True, None),
        ([(NEW, True, None, "0x80070020"), (OLD, False, None, None)], NEW, None, "ERROR_SHARING_VIOLATION"),
        ([(NEW, True, False, "0x80070005")], NEW, False, "ERROR_ACCESS_DENIED"),
        ([(NEW, False, False, "0x80070005")], NEW, False, "ERROR_ACCESS_DENIED"),
        ([(NEW, True, False, "0x80070021")], NEW, None, None),
        ([(NEW, True, False, "0x800700E1")], NEW, None, None),
        # Only a denied look leaves open whether the file is there.
        ([(NEW, False, False, "0x80070003"), (OLD, True, True, None)], OLD, True, None),
        ([(NEW, False, False, "0x80070002")], None, None, None),
        ([(NEW, False, None, None), (OLD, False, None, None)], None, None, None),
    ],
)
def test_where_the_token_store_is(
    files: list[t.Any], path: str | None, readable: bool | None, symbol: str | None
) -> None:
    keys = ("path", "exists", "readable", "open_error")
    listed = [dict(zip(keys, file, strict=True)) for file in files]
    store = system.parse_token_store(fields({"files": listed, "folder": NEW.removesuffix("\\tokens.dat")}))
    assert store is not None
    assert store.held is (readable is None and path is not None)
    assert (store.path, store.readable, store.open_error.symbol if store.open_error else None) == (
        path,
        readable,
        symbol,
    )


def test_an_absent_file_in_guessed_folders_proves_nothing() -> None:
    files = [{"path": path, "exists": False} for path in (NEW, OLD)]
    assert system.parse_token_store(fields({"files": files})) is None
    elsewhere = [{"path": "D:\\spp\\tokens.dat", "exists": None}, *files]
    assert system.parse_token_store(fields({"files": elsewhere, "folder": "D:\\spp"})) is None


@pytest.mark.parametrize("files", [None, [], [{"path": NEW, "exists": None}], "x"])
def test_a_token_store_that_was_not_looked_for_is_unknown(files: t.Any) -> None:
    assert system.parse_token_store(fields({"files": files})) is None


def test_imds() -> None:
    compute = {"azEnvironment": "AzureChinaCloud", "publisher": "p", "offer": "o", "sku": "", "licenseType": ""}
    parsed = system.parse_imds(fields({"status": "ok", "compute": compute}))
    assert parsed is not None
    assert (parsed.cloud, parsed.image, parsed.license_type) == ("AzureChinaCloud", "p:o", None)
    silent = system.parse_imds(fields({"status": "timeout", "compute": None}))
    assert silent is not None
    assert (silent.status, silent.cloud) == ("timeout", None)
    assert system.parse_imds(fields({})) is None


@pytest.mark.parametrize(("status", "missing"), [("chain-incomplete", "CN=Issuing CA 04"), ("ok", None)])
def test_only_an_incomplete_chain_misses_an_issuer(status: str, missing: str | None) -> None:
    parsed = system.parse_attestation(
        fields({"status": status, "issuer": "CN=Issuing CA 04", "chain_status": ["PartialChain"]})
    )
    assert parsed is not None
    assert parsed.missing_issuer == missing


@pytest.mark.parametrize(
    ("guest", "before", "after", "offset", "uncertainty"),
    [
        ("2026-11-24T08:00:05Z", BEFORE, AFTER, 0.0, 5.0),
        ("2026-11-24T13:10:05Z", BEFORE, AFTER, 18600.0, 5.0),
        ("2026-11-24T03:00:05Z", BEFORE, AFTER, -18000.0, 5.0),
        ("2026-11-24T09:00:05+01:00", BEFORE, AFTER, 0.0, 5.0),
        ("2026-11-24T08:00:05Z", None, AFTER, None, None),
        ("0000-99-99T00:00:00Z", BEFORE, AFTER, None, None),
        ("heute", BEFORE, AFTER, None, None),
        (None, BEFORE, AFTER, None, None),
    ],
)
def test_the_clock_is_measured_from_the_middle_of_the_run(
    guest: str | None,
    before: datetime.datetime | None,
    after: datetime.datetime | None,
    offset: float | None,
    uncertainty: float | None,
) -> None:
    parsed = clock.parse(fields({"utc_now": guest}), before, after)
    assert (parsed.offset_seconds, parsed.uncertainty_seconds) == (offset, uncertainty)


def test_the_time_service() -> None:
    registry = {
        "Type": {"type": "String", "data": "NT5DS"},
        "vmic_enabled": {"type": "DWord", "data": 0},
        "NtpServer": None,
    }
    parsed = clock.parse(fields({"utc_now": None, "w32time": registry}), None, None)
    assert (parsed.sync_type, parsed.ntp_server, parsed.host_sync_enabled, parsed.ntp_client_enabled) == (
        "NT5DS",
        None,
        False,
        None,
    )


def winhttp(flags: int, name: str, bypass: str = "<local>") -> str:
    parts = b"".join(len(text).to_bytes(4, "little") + text.encode() for text in (name, bypass))
    return (b"\x28\x00\x00\x00" + bytes(4) + flags.to_bytes(4, "little") + parts).hex()


@pytest.mark.parametrize(
    ("data", "name", "understood"),
    [
        (None, None, True),
        ("1800000000000000010000000000000000000000", None, True),
        (winhttp(3, "proxy.corp.example:8080"), "proxy.corp.example:8080", True),
        (winhttp(1, "proxy.corp.example:8080"), None, True),
        (winhttp(3, ""), None, True),
        (winhttp(3, "proxy.corp.example:8080")[:50], None, False),
        ("18000000", None, False),
        ("zz", None, False),
        (17, None, False),
    ],
)
def test_the_winhttp_proxy(data: t.Any, name: str | None, understood: bool) -> None:
    raw = None if data is None else {"type": "Binary", "data": data}
    parsed = proxy.parse(fields({"winhttp_settings": raw}))
    assert (parsed is not None) is understood
    assert (parsed.winhttp if parsed else None) == name
