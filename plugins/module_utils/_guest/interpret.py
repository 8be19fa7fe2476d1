# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Raw answer of the probe in, evidence out. Pure, and total: a section that makes no sense becomes that section's error."""

from __future__ import annotations

import datetime
import typing as t

from .._reference import endpoints
from .._reference.endpoints import CloudEndpoints
from . import (
    clock,
    connectivity,
    dns,
    events,
    firewall,
    host,
    license,  # noqa: A004
    proxy,
    system,
    text,
)
from .evidence import SCHEMA_VERSION, SECTIONS, Cloud, GuestEvidence, Section, SectionError
from .fields import Fields, iso, parse_time

RAW_SCHEMA = 1
AUTO = "auto"
_PRODUCTS = "SoftwareLicensingProduct"
_SHAPE = "the probe's answer has not the expected schema"

Moment: t.TypeAlias = str | datetime.datetime | None
T = t.TypeVar("T")


def interpret(  # noqa: PLR0913 (keywords only)
    raw: t.Any,
    *,
    controller_before: Moment = None,
    controller_after: Moment = None,
    cloud_option: str = AUTO,
    subset: t.Collection[str] | None = None,
    given: endpoints.Override | None = None,
) -> GuestEvidence:
    """Return what the probe's parsed JSON says. Never raises, whatever `raw` holds.

    The two controller times (ISO 8601 or datetime) frame the run. `cloud_option` is `auto` or a cloud's IMDS or az CLI name.
    `subset` holds the sections that were asked, None means all. `given` replaces the dated endpoints of the VM's cloud.
    """
    before, after = _moment(controller_before), _moment(controller_after)
    reader = _Reader(text.clean(raw), SECTIONS if subset is None else subset)
    imds = reader.read("imds", system.parse_imds)
    cloud, source = _cloud(cloud_option, imds.cloud if imds is not None else None, reader)
    expected = endpoints.overridden(cloud, given)

    os = reader.read("os", lambda fields: system.parse_os(fields, reader.language_mode))
    edition, whole = os.edition_id if os is not None else None, not reader.failed("license", _PRODUCTS)
    rows = reader.read("license", lambda fields: license.select(fields, edition, whole))
    license_ = license.parse(rows) if rows is not None else None
    product = license_.product if license_ is not None else None
    activation_id = product.activation_id if product is not None else None
    settings = reader.read("kms_settings", lambda fields: fields)
    names = reader.read("dns", lambda fields: dns.parse(fields, expected))
    srv = names.srv.records if names is not None and names.srv is not None else ()
    asked_for_host = rows is not None or settings is not None or names is not None
    kms_host = host.parse(rows, settings, srv, activation_id, expected) if asked_for_host else None

    routes, addresses = reader.read("routes", system.parse_interfaces) or (None, None)
    evidence = {
        "domain": reader.read("domain", system.parse_domain),
        "connectivity": reader.read("connectivity", connectivity.parse),
        "events": reader.read(
            "events", lambda fields: events.parse(fields, activation_id, not reader.failed("events"))
        ),
        "services": reader.read("services", system.parse_services),
        "token_store": reader.read("token_store", system.parse_token_store),
        "firewall": reader.read(
            "firewall", lambda fields: firewall.parse(fields, expected, not reader.failed("firewall"))
        ),
        "clock": reader.read("clock", lambda fields: clock.parse(fields, before, after)),
        "proxy": reader.read("proxy", proxy.parse),
        "attestation": reader.read("attestation", system.parse_attestation),
    }
    return GuestEvidence(
        schema_version=SCHEMA_VERSION,
        collected_at=iso(after) if after is not None else None,
        sections=reader.sections(),
        cloud=_cloud_part(expected, source),
        os=os,
        license=license_,
        client_key=license.client_key(os, license_) if os is not None else None,
        kms_host=kms_host,
        dns=names,
        imds=imds,
        routes=routes,
        addresses=addresses,
        **t.cast(t.Any, evidence),
    )


class _Reader:
    """Opens each section once and keeps what went wrong in it."""

    def __init__(self, raw: t.Any, asked: t.Collection[str]) -> None:
        mapping = raw if isinstance(raw, dict) else {}
        valid = mapping.get("schema") == RAW_SCHEMA and isinstance(mapping.get("sections"), dict)
        self._raw: dict[str, t.Any] = mapping["sections"] if valid else {}
        self._valid = valid
        self._asked = asked
        self._issues: dict[str, dict[str, None]] = {name: {} for name in SECTIONS}
        self._empty: set[str] = set()
        mode = mapping.get("language_mode")
        self.language_mode = text.message(mode) if valid and isinstance(mode, str) else None

    def read(self, name: str, parse: t.Callable[[Fields], T | None]) -> T | None:
        """Return the parsed section, None when it was not asked or gave nothing."""
        section = self._raw.get(name)
        data = section.get("data") if isinstance(section, dict) else None
        value = None
        if isinstance(data, dict) and (self._filled(data) or not self._errors(name)):
            value = parse(Fields(data, name, self._issues[name]))
        if value is None:
            self._empty.add(name)
        return value

    def failed(self, name: str, source: str | None = None) -> bool:
        """Say whether a section, or one source in it, was not read as a whole."""
        return any(source in (None, error.source) for error in self._errors(name))

    def note(self, name: str, issue: str) -> None:
        """Note something about a section that is not an error of reading it."""
        self._issues[name][issue] = None

    def sections(self) -> dict[str, Section]:
        """Return how each section went; call after everything was read."""
        return {name: self._section(name) for name in SECTIONS}

    def _section(self, name: str) -> Section:
        if name not in self._raw and name not in self._asked:
            return Section("skipped")
        errors = [*self._errors(name), *(SectionError(name, message=text.message(item)) for item in self._issues[name])]
        if name in self._empty:
            missing = "the probe gave no answer for this section" if self._valid else _SHAPE
            return Section("error", tuple(errors or [SectionError(name, message=missing)]))
        return Section("partial" if errors else "ok", tuple(errors))

    def _errors(self, name: str) -> list[SectionError]:
        section = self._raw.get(name)
        if not isinstance(section, dict):
            return []
        issues: dict[str, None] = {}
        parts = Fields(section, name, issues).parts("errors") or []
        found = [
            SectionError(
                part.text("source") or name,
                part.code("code"),
                part.text("id"),
                part.text("message"),
                part.number("waited"),
            )
            for part in parts
        ]
        return found + [SectionError(name, message=text.message(issue)) for issue in issues]

    @staticmethod
    def _filled(data: dict[str, t.Any]) -> bool:
        return any(value is not None for value in data.values())


def _moment(value: Moment) -> datetime.datetime | None:
    if isinstance(value, str):
        return parse_time(value)
    if value is None:
        return None
    return value.replace(tzinfo=value.tzinfo or datetime.timezone.utc)


def _cloud(option: str, told: str | None, reader: _Reader) -> tuple[CloudEndpoints, str]:
    wanted = endpoints.cloud_key(option)
    if wanted is not None:
        return endpoints.CLOUDS[wanted], "option"
    known = endpoints.cloud_key(told) if told is not None else None
    if known is not None:
        return endpoints.CLOUDS[known], "imds"
    if told is not None:
        reader.note("imds", f"no KMS endpoints are known for the cloud {told}")
    return endpoints.CLOUDS[endpoints.DEFAULT_CLOUD], "default"


def _cloud_part(cloud: CloudEndpoints, source: str) -> Cloud:
    return Cloud(
        name=cloud.name,
        source=source,
        preferred_name=cloud.preferred_name,
        names=cloud.names,
        addresses=cloud.addresses,
        legacy_addresses=cloud.legacy_addresses,
        port=cloud.port,
    )
