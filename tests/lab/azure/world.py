# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Azure half of a world, checked and with its defaults."""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from tests.lab.azure import facts, ids, paste
from tests.lab.azure.paste import AzureWorldError, Body

KEYS = (
    "admin_rules", "appliances", "bgp", "credentials", "effective_routes", "options", "policies", "resources",
    "service_tags", "tenant",
)  # fmt: skip
CREDENTIAL_KEYS = ("client_id", "permissions", "scopes", "secret")
POLICY_KEYS = ("deny_delete", "deny_write", "lock", "name", "scope")
FAULT_KEYS = (
    "after", "answer", "behaviour", "body", "headers", "match", "on", "put", "retry_after", "text", "times",
)  # fmt: skip
# What becomes of the operation that a request starts, and what becomes of the answer (cut: done, but not answered).
FATES = ("fails", "never-finishes")
# silent: nothing is done and nothing is said, for ever; held: it is done, and nothing is said; drip: the answer comes byte by byte.
HANGING = ("silent", "held", "drip")
BEHAVIOURS = ("cut", "drop", "fails", "garbage", "never-finishes", "truncate", *HANGING)
APPLIANCE_KEYS = ("egress", "forwards")
ROUTE_KEYS = ("next_hop", "next_hop_ip", "prefix")
DEFAULT_TENANT = "72f988bf-0000-0000-0000-000000000001"


@dataclasses.dataclass(frozen=True)
class Options:
    """How the server behaves. `page_size` items; the others seconds; `retry_after` None leaves that header out.

    `newest_api`: the newest version of Microsoft.Network that the cloud knows; None for all of api_versions.yml.
    """

    page_size: int = 100
    token_seconds: int = 3599
    write_seconds: float = 0.2
    question_seconds: float = 0.2
    retry_after: float | None = 1
    newest_api: str | None = None


@dataclasses.dataclass(frozen=True)
class AzureWorld:
    """Everything the Azure half is made of; ids that are keys are in the form of `ids.key`."""

    cloud: str
    tenant: str
    credentials: list[Body]
    resources: list[Body]
    bgp: dict[str, list[Body]]
    effective_routes: dict[str, list[Body]]
    admin_rules: dict[str, list[Body]]
    appliances: dict[str, Body]
    policies: list[Body]
    faults: list[Body]
    service_tags: dict[str, tuple[str, ...]]
    guests: dict[str, str | None]
    kms_servers: dict[str, Body]
    kms_egress: str
    options: Options


def load(world: t.Mapping[str, t.Any]) -> AzureWorld:
    """Read the Azure half of a whole world (the mapping of its YAML file); raises AzureWorldError."""
    azure = world.get("azure") or {}
    _keys(azure, KEYS, "azure")
    cloud = world.get("cloud") or "AzureCloud"
    if cloud not in facts.KMS_NAMES:
        raise AzureWorldError(f"cloud: '{cloud}' is not one of {', '.join(facts.KMS_NAMES)}")
    documented = {address for addresses in facts.KMS_NAMES[cloud].values() for address in addresses}
    kms = world.get("kms") or {}
    bodies = paste.resources(azure.get("resources") or [])
    return AzureWorld(
        cloud=cloud,
        tenant=str(azure.get("tenant") or DEFAULT_TENANT),
        credentials=[_credential(item, index) for index, item in enumerate(azure.get("credentials") or [])],
        resources=bodies,
        bgp=_announced(_by_id(azure, "bgp")),
        effective_routes=_by_id(azure, "effective_routes"),
        admin_rules=_by_id(azure, "admin_rules"),
        appliances=_appliances(azure.get("appliances") or {}),
        policies=[
            _keys(item, POLICY_KEYS, f"azure.policies[{n}]") for n, item in enumerate(azure.get("policies") or [])
        ],
        faults=_faults(world.get("faults") or []),
        service_tags=_service_tags(azure.get("service_tags") or {}, bodies),
        guests={name: (guest or {}).get("azure_id") for name, guest in (world.get("guests") or {}).items()},
        kms_servers=dict(kms.get("servers") or {address: {} for address in sorted(documented)}),
        kms_egress=str(kms.get("egress") or "azure-public-ip"),
        options=_options(azure.get("options") or {}),
    )


def _keys(item: object, known: t.Iterable[str], place: str) -> Body:
    if not isinstance(item, dict):
        raise AzureWorldError(f"{place}: must be a mapping")
    for name in item:
        if name not in known:
            near = difflib.get_close_matches(str(name), list(known), n=1)
            hint = f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(known)}"
            raise AzureWorldError(f"{place}: unknown key '{name}'{hint}")
    return item


def _credential(item: object, index: int) -> Body:
    found = _keys(item, CREDENTIAL_KEYS, f"azure.credentials[{index}]")
    for name in ("client_id", "secret"):
        if not found.get(name):
            raise AzureWorldError(f"azure.credentials[{index}]: has no '{name}'")
    return found


def _by_id(azure: Body, name: str) -> dict[str, list[Body]]:
    table = azure.get(name) or {}
    if not isinstance(table, dict):
        raise AzureWorldError(f"azure.{name}: must map resource ids to lists")
    found = {}
    for resource_id, rows in table.items():
        if ids.parse(resource_id) is None:
            raise AzureWorldError(f"azure.{name}: '{resource_id}' is not the id of a resource")
        # What ARM answers is `{"value": [...]}`; a paste of the whole answer is as good.
        found[ids.key(resource_id)] = list(rows["value"] if isinstance(rows, dict) else rows)
    return found


def _announced(table: dict[str, list[Body]]) -> dict[str, list[Body]]:
    for speaker, routes in table.items():
        for index, route in enumerate(routes):
            _keys(route, ROUTE_KEYS, f"azure.bgp[{speaker}][{index}]")
    return table


def _appliances(table: Body) -> dict[str, Body]:
    for address, appliance in table.items():
        _keys(appliance or {}, APPLIANCE_KEYS, f"azure.appliances[{address}]")
    return {str(address): appliance or {} for address, appliance in table.items()}


def _faults(items: t.Sequence[t.Any]) -> list[Body]:
    found = []
    for index, item in enumerate(items):
        if not isinstance(item, dict) or item.get("on") != "arm":
            continue
        place = f"faults[{index}]"
        _keys(item, FAULT_KEYS, place)
        if not item.get("match"):
            raise AzureWorldError(f"{place}: has no 'match'")
        if item.get("behaviour", "drop") not in BEHAVIOURS:
            raise AzureWorldError(f"{place}: behaviour '{item['behaviour']}' is not one of {', '.join(BEHAVIOURS)}")
        found.append(dict(item))
    return found


def _service_tags(given: Body, bodies: list[Body]) -> dict[str, tuple[str, ...]]:
    tags = dict(facts.SERVICE_TAGS)
    for body in bodies:
        if body["type"].lower() == "microsoft.network/servicetags":
            values = body.get("values") or body["properties"].get("values") or []
            tags = {value["name"]: tuple(value["properties"]["addressPrefixes"]) for value in values}
    tags.update({name: tuple(prefixes) for name, prefixes in given.items()})
    return tags


def _options(given: Body) -> Options:
    known = _keys(given, [field.name for field in dataclasses.fields(Options)], "azure.options")
    # YAML reads 2024-05-01 as a date.
    return Options(**{**known, **({"newest_api": str(known["newest_api"])} if known.get("newest_api") else {})})
