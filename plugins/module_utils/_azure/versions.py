# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which API version to take where a cloud refuses the one that is asked for."""

from __future__ import annotations

import re
import typing as t

# A list, a resource, and what belongs to no provider. Recorded in https://github.com/Azure/azure-powershell/issues/12061,
# https://github.com/Azure/azure-cli/issues/28496 and https://github.com/ansible-collections/azure/issues/1739.
REFUSALS = frozenset(("InvalidResourceType", "NoRegisteredProviderFound", "InvalidApiVersionParameter"))
# What came after the version that objects are written in, by the types that are written. Source: the models of
# azure-mgmt-network 30.2.0 (2025-05-01) and 31.0.1 (2025-07-01), in which they first appear.
LATER = {
    "virtualnetworks/subnets": "serviceGateway",
    "natgateways": "serviceGateway",
    "routetables": "disablePeeringRoute",
    "routetables/routes": "nextHop",
}
_OFFER = re.compile(r"supported (?:api-)?versions are '([^']*)'", re.IGNORECASE)
_STABLE = re.compile(r"\d{4}-\d\d-\d\d")


def offered(message: str, wanted: str) -> str | None:
    """Return the newest stable version before `wanted` that a refusal offers, else the oldest after it, None without an offer."""
    listed = _OFFER.search(message)
    stable = [text for text in map(str.strip, listed.group(1).split(",")) if _STABLE.fullmatch(text)] if listed else []
    older = [version for version in stable if version < wanted]
    newer = [version for version in stable if version > wanted]
    return max(older, default=min(newer, default=None))


def kind_of(path: str) -> str:
    """Return what a request path is about, in lower case: `microsoft.network/natgateways`; `/` for what has no provider.

    Clouds support versions by type, so that one refusal speaks for every path of the type.
    """
    _before, found, after = path.lower().rpartition("/providers/")
    namespace, *rest = after.split("/")
    return "/".join([namespace, *rest[::2]]) if found else "/"


def later_property(resource_id: str, properties: t.Mapping[str, t.Any]) -> str | None:
    """Return the property of an object that a write in our version might lose, None when it shows none."""
    name = LATER.get(kind_of(resource_id).removeprefix("microsoft.network/"))
    return name if name and properties.get(name) is not None else None
