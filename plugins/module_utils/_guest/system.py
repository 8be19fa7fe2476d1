# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Edition, release and the other facts about a guest that need no judgement beyond naming a number."""

from __future__ import annotations

from .._reference import client_keys, license_enums
from .evidence import Address, Attestation, DefaultRoute, Domain, Imds, OperatingSystem, Service, TokenStore
from .fields import Fields, parse_address

_BUILD_LIMIT = 999999
_SIZE_LIMIT = 2**48
_ACCESS_DENIED = "0x80070005"
# Sharing violation, lock violation, and an antivirus that keeps or deletes a file.
_HELD = frozenset({"0x80070020", "0x80070021", "0x800700E1", "0x800700E2"})


def parse_os(fields: Fields, language_mode: str | None) -> OperatingSystem:
    """Return the edition and the limits the probe ran under."""
    edition_id, sku = fields.text("edition_id"), fields.integer("sku")
    lcid = fields.integer("os_language")
    return OperatingSystem(
        edition_id=edition_id,
        sku=sku,
        caption=fields.text("caption") or fields.text("product_name"),
        product_type=fields.integer("product_type"),
        version=fields.text("version"),
        build=fields.integer("build", high=_BUILD_LIMIT),
        ubr=fields.integer("ubr"),
        language=fields.text("ui_culture") or (None if lcid is None else f"LCID {lcid}"),
        time_zone=fields.text("time_zone"),
        powershell=fields.text("powershell"),
        language_mode=language_mode,
        elevated=fields.boolean("elevated"),
        evaluation=client_keys.is_evaluation(edition_id, sku),
        multi_session=client_keys.is_multi_session(edition_id, sku),
        azure_edition=client_keys.is_azure_edition(edition_id, sku),
    )


def parse_domain(fields: Fields) -> Domain:
    """Return the domain membership."""
    return Domain(joined=fields.boolean("joined"), name=fields.text("name"))


def parse_services(fields: Fields) -> dict[str, Service]:
    """Return the services that were asked for, by name."""
    services = {}
    for name in fields.names():
        part = fields.part(name)
        exists = part.boolean("exists") if part is not None else None
        if part is None or exists is None:
            continue
        start = part.integer("start")
        delayed = part.integer("delayed_autostart")
        services[name] = Service(
            exists=exists,
            status=part.text("status"),
            start=start,
            start_name=None if start is None else license_enums.SERVICE_START.get(start, str(start)),
            delayed=None if delayed is None else delayed == 1,
            dependents=part.texts("dependents"),
        )
    return services


def parse_token_store(fields: Fields) -> TokenStore | None:
    """Return the first place that holds tokens.dat, the registry's before the documented ones; None when unread.

    Absent is what the folder in use says: that no documented one holds the file proves nothing.
    """
    files = fields.parts("files")
    if files is None:
        return None
    folder = fields.text("folder")
    absent = False
    for part in files:
        path, exists, error = part.text("path"), part.boolean("exists"), part.code("open_error")
        named = folder is not None and (path or "").casefold() == rf"{folder}\tokens.dat".casefold()
        absent = absent or (named and exists is False)
        held = error is not None and error.code in _HELD
        if named and exists is None and error is None:
            return None
        if path is None or not (exists or (error is not None and error.code == _ACCESS_DENIED)):
            continue
        return TokenStore(
            path=path,
            size=part.integer("size", high=_SIZE_LIMIT),
            modified=part.time("modified"),
            readable=None if held else part.boolean("readable"),
            open_error=error,
            folder=folder,
            held=held,
        )
    return TokenStore(path=None, folder=folder) if absent else None


def parse_interfaces(
    fields: Fields,
) -> tuple[tuple[DefaultRoute, ...] | None, tuple[Address, ...] | None] | None:
    """Return the default routes and the addresses; None when neither could be read."""
    found = parse_routes(fields), parse_addresses(fields)
    return None if found == (None, None) else found


def parse_routes(fields: Fields) -> tuple[DefaultRoute, ...] | None:
    """Return the default routes inside the guest; None when they could not be read."""
    routes = fields.parts("default")
    if routes is None:
        return None
    return tuple(
        DefaultRoute(interface=part.text("interface"), next_hop=part.text("next_hop"), metric=part.integer("metric"))
        for part in routes
    )


def parse_addresses(fields: Fields) -> tuple[Address, ...] | None:
    """Return the guest's IPv4 addresses; None when they could not be read."""
    parts = fields.parts("addresses")
    if parts is None:
        return None
    found = []
    for part in parts:
        address = parse_address(part.raw("address"))
        if address is None:
            part.note("address", "an IP address")
            continue
        length = part.integer("prefix_length", high=32)
        skipped, origin = part.boolean("skip_as_source"), part.text("origin")
        found.append(Address(part.text("interface"), address, length, skipped, origin))
    return tuple(found)


def parse_imds(fields: Fields) -> Imds | None:
    """Return what the instance metadata service said; None without a status."""
    status = fields.text("status")
    if status is None:
        fields.note("status", "a text")
        return None
    compute = fields.part("compute")
    if compute is None:
        return Imds(status=status)
    image = ":".join(part for part in (compute.text(key) for key in ("publisher", "offer", "sku")) if part)
    return Imds(
        status=status,
        resource_id=compute.text("resourceId", 1000),
        vm_id=compute.text("vmId"),
        cloud=compute.text("azEnvironment"),
        location=compute.text("location"),
        license_type=compute.text("licenseType"),
        image=image or None,
        scale_set=compute.text("vmScaleSetName"),
    )


def parse_attestation(fields: Fields) -> Attestation | None:
    """Return the state of the attested document's certificate chain; None without a status."""
    status = fields.text("status")
    if status is None:
        fields.note("status", "a text")
        return None
    return Attestation(
        status=status,
        signer=fields.text("signer", 1000),
        missing_issuer=fields.text("issuer", 1000) if status == "chain-incomplete" else None,
        chain_status=fields.texts("chain_status"),
    )
