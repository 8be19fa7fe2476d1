# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of the network API: what a version does not know is neither shown nor asked for by it."""

from __future__ import annotations

import pathlib
import re
import typing as t

import yaml

from tests.lab.azure.messages import Problem
from tests.lab.azure.paste import INLINE, Body
from tests.lab.azure.paths import Target

_DATA = yaml.safe_load(pathlib.Path(__file__).with_name("api_versions.yml").read_text(encoding="utf-8"))
_KNOWN = tuple(sorted(str(version) for version in _DATA["versions"]))
_FIRST: dict[str, dict[str, str]] = {
    kind.lower(): {name: str(version) for name, version in properties.items()}
    for kind, properties in _DATA["properties"].items()
}
_NAMESPACE = "microsoft.network"
# Types that have versions of their own, by the beginning of the type or action:
# https://github.com/Azure/azure-rest-api-specs/tree/main/specification/privatedns/resource-manager/Microsoft.Network/stable and
# https://learn.microsoft.com/azure/templates/microsoft.network/dnsforwardingrulesets.
_PRIVATE_DNS = ("2018-09-01", "2020-01-01", "2020-06-01", "2024-06-01")
_RESOLVER = ("2022-07-01", "2025-05-01")
_OWN = {
    "privatednszones": _PRIVATE_DNS,
    "dnsresolvers": _RESOLVER,
    "dnsforwardingrulesets": _RESOLVER,
    "virtualnetworks/listdns": _RESOLVER,
}


def supported(newest: str | None) -> tuple[str, ...]:
    """Return the versions of a cloud whose newest one is given."""
    return tuple(version for version in _KNOWN if newest is None or version <= newest)


def check(target: Target, version: str, newest: str | None) -> None:
    """Refuse a version that the cloud does not know, in Resource Manager's words for a list and for a resource.

    Words: https://github.com/Azure/azure-powershell/issues/12061 (list), https://github.com/Azure/azure-cli/issues/28496.
    """
    resource = target.resource
    kind = target.word if target.kind == "list" and resource is None else resource.type if resource else ""
    if not kind.lower().startswith(f"{_NAMESPACE}/"):
        return
    asked = f"{kind}/{target.word}" if target.kind == "action" else kind
    own = (known for start, known in _OWN.items() if asked.lower().startswith(f"{_NAMESPACE}/{start}"))
    known = next(own, supported(newest))
    if version in known:
        return
    name = kind.split("/", 1)[1]
    if resource is None:
        raise Problem(
            404,
            "InvalidResourceType",
            f"The resource type '{name}' could not be found in the namespace 'Microsoft.Network' for api version '{version}'. "
            f"The supported api-versions are '{','.join(known)}'.",
        )
    raise Problem(
        400,
        "NoRegisteredProviderFound",
        f"No registered resource provider found for location 'westeurope' and API version '{version}' for type '{name}'. "
        f"The supported api-versions are '{', '.join(known)}'. The supported locations are 'westeurope, northeurope'.",
    )


def shown(body: Body, kind: str, version: str) -> Body:
    """Return a copy of a body without the properties that came after `version`, in its inline children too."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", version):
        return body
    kind = kind.lower()
    first = _FIRST.get(kind, {})
    properties: dict[str, t.Any] = {}
    for name, value in (body.get("properties") or {}).items():
        if first.get(name, "") > version:
            continue
        child = next((segment for segment, prop in INLINE.get(kind, {}).items() if prop == name), None)
        inside = child is not None and isinstance(value, list)
        properties[name] = (
            [shown(item, f"{kind}/{child}", version) if "properties" in item else item for item in value]
            if inside
            else value
        )
    return {**body, "properties": properties}
