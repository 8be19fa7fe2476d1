# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guest's resolvers say about the KMS names, compared with the addresses that are expected."""

from __future__ import annotations

import typing as t

from .._reference import endpoints
from .._reference.endpoints import CloudEndpoints
from . import codes, host
from .evidence import Code, Dns, DnsAnswer, NotRead, SrvAnswer
from .fields import Fields

# The id of what the probe's own limit cut off.
NOT_READ = "NotReadInTime"


def verdict(addresses: t.Sequence[str], cloud: CloudEndpoints) -> str:
    """Return expected, legacy, unexpected or empty: a non-empty subset is enough, a resolver hands out one address at a time."""
    if not addresses:
        return "empty"
    if set(addresses) <= set(cloud.addresses):
        return "expected"
    if set(addresses) <= set(cloud.addresses + cloud.legacy_addresses):
        return "legacy"
    return "unexpected"


def parse(fields: Fields, cloud: CloudEndpoints) -> Dns:
    """Return the resolvers, every address answer, and the SRV answer when discovery was asked."""
    answers, unread = [], []
    srv = None
    for query in fields.parts("queries") or []:
        name, kind = query.text("name"), query.text("type")
        if name is None or kind not in {"A", "SRV"}:
            query.note("", "a query with a name and the type A or SRV")
        elif (failed := query.part("error")) is not None and failed.text("id") == NOT_READ:
            # What the probe did not wait for is no answer, neither of a resolver nor of Windows.
            server = query.text("server")
            unread.append(NotRead(f"{name} at {server}" if server else name, failed.number("waited")))
        elif kind == "SRV":
            srv = srv or _srv(name, query, cloud)
        else:
            answers.append(_answer(name, query, cloud))
    return Dns(servers=fields.addresses("servers"), answers=tuple(answers), srv=srv, unread=tuple(unread))


def _answer(name: str, query: Fields, cloud: CloudEndpoints) -> DnsAnswer:
    addresses = query.addresses("answers")
    failed = query.part("error")
    return DnsAnswer(
        name=name,
        server=query.text("server"),
        addresses=addresses,
        chain=query.texts("chain"),
        error=_error(failed),
        verdict="error" if failed is not None else verdict(addresses, cloud),
    )


def _srv(name: str, query: Fields, cloud: CloudEndpoints) -> SrvAnswer:
    found = []
    for record in query.parts("srv") or []:
        target, port = record.text("target"), record.integer("port", 1, endpoints.PORT_LIMIT)
        if target is None:
            record.note("target", "a text")
            continue
        order = (record.integer("priority") or 0, -(record.integer("weight") or 0))
        found.append((order, host.setting("srv", target.rstrip("."), port, cloud)))
    found.sort(key=lambda item: item[0])
    return SrvAnswer(name=name, records=tuple(item for _order, item in found), error=_error(query.part("error")))


def _error(failed: Fields | None) -> Code | None:
    if failed is None:
        return None
    return codes.for_dns(failed.code("code"), failed.text("id"))
