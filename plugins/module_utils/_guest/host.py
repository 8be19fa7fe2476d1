# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which KMS host the guest uses, and what kind of host each setting names."""

from __future__ import annotations

from .._reference import endpoints
from .._reference.endpoints import CloudEndpoints
from .evidence import HostSetting, KmsHost
from .fields import Fields, parse_address
from .license import Rows

_SET = ("KeyManagementServiceMachine", "KeyManagementServicePort")
_DISCOVERED = ("DiscoveredKeyManagementServiceMachineName", "DiscoveredKeyManagementServiceMachinePort")
_PRECEDENCE = ("product", "global", "policy", "discovered", "srv")
# What Windows surely uses, or used, whatever stands in a global setting that could not be read.
_SURE = ("product", "discovered")


def classify(host: str, cloud: CloudEndpoints) -> str:
    """Return the kind of a KMS host name or address as seen from this cloud; see `HostSetting.kind`."""
    name = host.strip().strip("[]").rstrip(".").casefold()
    address = parse_address(name)
    dated = endpoints.CLOUDS.get(cloud.name, cloud)
    others = [other for other in endpoints.CLOUDS.values() if other.name != cloud.name]
    if address is not None:
        tests: tuple[tuple[str, tuple[str, ...]], ...] = (
            ("azure_address", cloud.addresses),
            ("known_other", tuple(endpoints.KNOWN_OTHER)),
            ("azure_old_address", cloud.legacy_addresses + dated.addresses + dated.legacy_addresses),
            ("azure_other_cloud", tuple(item for other in others for item in other.addresses + other.legacy_addresses)),
            ("azure_other_cloud", endpoints.RETIRED_ADDRESSES),
        )
        return next((kind for kind, known in tests if address in known), "other")
    tests = (
        ("azure_legacy_name", cloud.legacy_names),
        ("azure", cloud.names),
        ("known_other", tuple(endpoints.KNOWN_OTHER)),
        ("azure_other_cloud", tuple(item for other in others for item in other.names) + endpoints.RETIRED_NAMES),
    )
    return next((kind for kind, known in tests if name in known), "other")


def setting(source: str, host: str, port: int | None, cloud: CloudEndpoints) -> HostSetting:
    """Return one setting; no port or 0 means the documented one."""
    return HostSetting(source, host, port or endpoints.KMS_PORT, classify(host, cloud))


def parse(
    rows: Rows | None,
    settings: Fields | None,
    srv: tuple[HostSetting, ...],
    activation_id: str | None,
    cloud: CloudEndpoints,
) -> KmsHost | None:
    """Put together what CIM rows, registry and SRV discovery say; CIM comes first where both hold a place.

    None when nothing that was read names the host in use, and neither place of the global setting could be read.
    """
    base = rows.base if rows is not None else None
    service = rows.service if rows is not None else None
    found = [
        *_from_cim("product", base, _SET, cloud),
        *_from_product_keys(settings, activation_id, cloud),
        *_from_cim("global", service, _SET, cloud),
        *_from_registry("global", settings, "spp", "KeyManagementService", cloud),
        *_from_registry("policy", settings, "policy", "KeyManagementService", cloud),
        *_from_cim("discovered", base, _DISCOVERED, cloud),
        *_from_cim("discovered", service, _DISCOVERED, cloud),
        *_from_registry("cached", settings, "network_service", "DiscoveredKeyManagementService", cloud),
    ]
    first = {item.source: item for item in reversed(found)}
    kept = (*(item for item in dict.fromkeys(found) if first[item.source] == item), *dict.fromkeys(srv))
    read = service is not None or (settings is not None and settings.part("spp") is not None)
    sources = _PRECEDENCE if read else _SURE
    effective = next((item for source in sources for item in kept if item.source == source), None)
    if effective is None and not read:
        return None
    activation = settings.part("activation") if settings is not None else None
    manual = activation.registry_number("Manual") if activation is not None else None
    return KmsHost(
        effective=effective,
        settings=kept,
        caching=service.boolean("KeyManagementServiceHostCaching") if service is not None else None,
        manual_activation=None if activation is None else manual == 1,
    )


def _from_cim(source: str, row: Fields | None, names: tuple[str, str], cloud: CloudEndpoints) -> list[HostSetting]:
    host = row.text(names[0]) if row is not None else None
    if row is None or host is None:
        return []
    return [setting(source, host, row.integer(names[1], high=endpoints.PORT_LIMIT), cloud)]


def _from_registry(
    source: str, settings: Fields | None, key: str, prefix: str, cloud: CloudEndpoints
) -> list[HostSetting]:
    part = settings.part(key) if settings is not None else None
    return _from_values(source, part, prefix, cloud) if part is not None else []


def _from_values(source: str, part: Fields, prefix: str, cloud: CloudEndpoints) -> list[HostSetting]:
    host = part.registry_text(f"{prefix}Name")
    return [setting(source, host, part.registry_number(f"{prefix}Port", endpoints.PORT_LIMIT), cloud)] if host else []


def _from_product_keys(settings: Fields | None, activation_id: str | None, cloud: CloudEndpoints) -> list[HostSetting]:
    parts = (settings.parts("products") if settings is not None else None) or []
    own = [part for part in parts if (part.text("activation_id") or "").lower() == activation_id]
    if activation_id is None and len(parts) == 1:
        own = parts
    return [item for part in own for item in _from_values("product", part, "KeyManagementService", cloud)]
