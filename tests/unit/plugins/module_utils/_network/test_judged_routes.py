# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route selection against the model of the documents, over random route tables and random answers of Azure."""

from __future__ import annotations

import typing as t

import hypothesis
from hypothesis import strategies as st

from tests.models import ranges
from tests.models.routes import BGP, SYSTEM, USER, Row, exactness, is_tag, select

from . import arm
from .judged import settings

PLACE = {"routeTable": arm.ref("routeTables", "rt")}
PIP = {"publicIPAddress": arm.ref("publicIPAddresses", "web-pip")}
TARGETS = (arm.FIRST, arm.SECOND)
LENGTHS = (0, 1, 2, 7, 8, 12, 16, 20, 24, 30, 31, 32)
HOPS = ("Internet", "None", "VirtualNetworkGateway", "VnetLocal", "VirtualAppliance")
TAG_NAMES = ("AzureCloud", "AzureCloud.westeurope", "Storage", "Storage.westeurope", "AppService", "Sql.westus")

PREFIXES = st.builds(
    ranges.around,
    st.sampled_from((*TARGETS, arm.OLD, "20.118.99.225", "128.0.0.1", "10.1.0.4")),
    st.sampled_from(LENGTHS),
)
TAGS = st.fixed_dictionaries({tag: st.lists(PREFIXES, min_size=1, max_size=4) for tag in TAG_NAMES})


def _apart(rows: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Leave out routes that no document puts in an order: one prefix twice from one source."""
    seen: dict[tuple[str, str], tuple[str, str, str]] = {}
    for prefix, source, hop in rows:
        seen.setdefault((prefix, source), (prefix, source, hop))
    return list(seen.values())


USER_ROUTES = st.lists(
    st.tuples(st.one_of(PREFIXES, st.sampled_from(TAG_NAMES)), st.just(USER), st.sampled_from(HOPS)), max_size=9
).map(_apart)
ANSWERED = st.lists(
    st.one_of(
        st.tuples(PREFIXES, st.just(USER), st.sampled_from(HOPS)),
        st.tuples(PREFIXES, st.just(BGP), st.sampled_from(("VirtualNetworkGateway", "VirtualAppliance"))),
        st.tuples(
            PREFIXES,
            st.just(SYSTEM),
            st.sampled_from(("Internet", "None", "VirtualNetworkServiceEndpoint", "VNetPeering")),
        ),
    ),
    min_size=1,
    max_size=9,
).map(_apart)


def _rows(drawn: t.Iterable[tuple[str, str, str]]) -> list[Row]:
    return [Row(f"r{place}", *values) for place, values in enumerate(drawn)]


def _chosen(path: arm.Json) -> dict[str, arm.Json | None]:
    return {entry["address"]: entry["route"] for entry in path["addresses"]}


@settings(800)
@hypothesis.given(USER_ROUTES, TAGS)
def test_the_route_of_a_table_is_the_documented_one(
    drawn: list[tuple[str, str, str]], tags: dict[str, list[str]]
) -> None:
    """User routes with prefixes and service tags, beside the system's own default."""
    rows = _rows(drawn)
    routes = [
        arm.route(row.name, row.prefix, row.hop, "10.0.1.4" if row.hop == "VirtualAppliance" else None) for row in rows
    ]
    resources, vm_id = arm.world(arm.table("rt", *routes), place=PLACE, config=PIP)
    known = {**tags, "AzurePlatformLKM": list(TARGETS)}
    path = arm.run(resources, vm_id, service_tags={"westeurope": known})
    for address, chosen in _chosen(path).items():
        wanted = select([*rows, Row("system", "0.0.0.0/0", SYSTEM, "Internet")], address, tags)
        if wanted is not None:
            assert chosen is not None
            assert (chosen["name"] or "system") == wanted.name
            assert chosen["next_hop_type"] == wanted.hop


@settings(800)
@hypothesis.given(ANSWERED)
def test_the_route_of_azures_own_answer_is_the_documented_one(drawn: list[tuple[str, str, str]]) -> None:
    """User, BGP and system routes as effective routes list them, losers not yet marked."""
    rows = _rows(drawn)
    answer = [
        arm.effective([row.prefix], row.hop, row.source, ("10.0.1.4",) if row.hop == "VirtualAppliance" else ())
        for row in rows
    ]
    resources, vm_id = arm.world(config=PIP)
    path = arm.run(resources, vm_id, effective_routes=arm.with_routes(*answer))
    for address, chosen in _chosen(path).items():
        wanted = select(rows, address, {})
        if wanted is not None:
            assert chosen is not None
            assert (chosen["prefix"], chosen["source"], chosen["next_hop_type"]) == (
                wanted.prefix,
                wanted.source,
                wanted.hop,
            )


@hypothesis.given(st.sampled_from(TAG_NAMES), st.sampled_from(TAG_NAMES), st.sampled_from(LENGTHS[1:]), st.booleans())
@settings(150)
def test_tags_with_one_prefix_are_ordered_as_documented(one: str, other: str, length: int, longer: bool) -> None:
    """Two tags that hold the same prefix, and one that also holds a shorter one: only the longest counts."""
    hypothesis.assume(exactness(one) != exactness(other))
    prefix = ranges.around(arm.FIRST, length)
    tags = {one: [prefix, *([ranges.around(arm.FIRST, length - 1)] if longer else [])], other: [prefix]}
    rows = [Row("one", one, USER, "None"), Row("other", other, USER, "Internet")]
    resources, vm_id = arm.world(
        arm.table("rt", *(arm.route(row.name, row.prefix, row.hop) for row in rows)), place=PLACE, config=PIP
    )
    path = arm.run(resources, vm_id, arm.ONE, service_tags={"westeurope": tags})
    wanted = select([*rows, Row("system", "0.0.0.0/0", SYSTEM, "Internet")], arm.FIRST, tags)
    assert wanted is not None
    assert is_tag(wanted.prefix)
    assert path["addresses"][0]["route"]["name"] == wanted.name
