# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The drawn way comes from the evidence, and marks where the traffic ends."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._report import drawing, network_path
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from tests.unit.plugins.module_utils._report.fleet import ADDRESSES, blackhole, fact, facts, tcp

ONE = ADDRESSES[0]
NSG_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/nsg-web"


def azure(
    egress: str = "not_reached", hops: t.Sequence[dict[str, t.Any]] = (), rules: dict[str, t.Any] | None = None
) -> list[dict[str, t.Any]]:
    """Return the evidence that Azure's side gives for one address."""
    found = [
        fact("path_verdict", {"verdict": "blocked", "reason": "the reason"}, ONE),
        fact("route", {"prefix": "0.0.0.0/0", "next_hop_type": "VirtualAppliance", "next_hop_ip": "10.0.1.4"}, ONE),
        fact("egress", {"method": egress, "public_ips": ["203.0.113.9"] if egress == "nat_gateway" else []}, ONE),
        *(fact("hop", hop, ONE) for hop in hops),
    ]
    return [*found, fact("nsg", rules, ONE)] if rules else found


def statuses(evidence: t.Sequence[dict[str, t.Any]]) -> dict[str, str]:
    (way,) = network_path.ways(facts(*evidence), "web01")
    return {place.kind: place.status for place in way.places}


def test_addresses_that_share_their_way_are_drawn_once() -> None:
    (way,) = network_path.ways(facts(*blackhole()["evidence"]), "80 VMs")
    assert way.addresses == ADDRESSES
    assert [(place.kind, place.label, place.status) for place in way.places] == [
        ("vm", "80 VMs", "ok"),
        ("nsg", "", "ok"),
        ("route", "rt-hub", "broken"),
        ("egress", "", "unreached"),
        ("kms", ONE, "unreached"),
    ]
    assert way.broken is not None
    assert way.broken.label == "rt-hub"
    assert way.reason == "User route 0.0.0.0/0 (next hop None) drops it"


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (
            azure(hops=[{"kind": "azure_firewall", "name": "afw", "verdict": "blocked"}]),
            {
                "vm": "ok",
                "nsg": "ok",
                "route": "ok",
                "azure_firewall": "broken",
                "egress": "unreached",
                "kms": "unreached",
            },
        ),
        (
            azure("unknown", hops=[{"kind": "appliance", "name": "fw", "verdict": "suspect"}]),
            {"vm": "ok", "nsg": "ok", "route": "ok", "appliance": "suspect", "egress": "unknown", "kms": "unknown"},
        ),
        (azure("none"), {"vm": "ok", "nsg": "ok", "route": "ok", "egress": "broken", "kms": "unreached"}),
        (azure("nat_gateway"), {"vm": "ok", "nsg": "ok", "route": "ok", "egress": "ok", "kms": "unknown"}),
        (
            azure(rules={"verdict": "deny", "rule": {"nsg_id": NSG_ID, "name": "no-internet"}}),
            {"vm": "ok", "nsg": "broken", "route": "unreached", "egress": "unreached", "kms": "unreached"},
        ),
        (
            azure("nat_gateway", rules={"verdict": "unknown"}),
            {"vm": "ok", "nsg": "unknown", "route": "ok", "egress": "ok", "kms": "unknown"},
        ),
        (
            [tcp(ONE, "guest_blocked", "forbidden")],
            {"vm": "ok", "guest_firewall": "broken", "network": "unreached", "kms": "unreached"},
        ),
        ([tcp(ONE, "filtered")], {"vm": "ok", "network": "unknown", "kms": "unknown"}),
        ([tcp(ONE, "kms")], {"vm": "ok", "network": "ok", "kms": "ok"}),
    ],
)
def test_where_it_ends(evidence: list[dict[str, t.Any]], expected: dict[str, str]) -> None:
    assert statuses(evidence) == expected


@pytest.mark.parametrize("observed", [None, 5, [], "text", {"rule": "x", "kind": 3, "verdict": []}, {"public_ips": 7}])
def test_evidence_of_another_shape_is_drawn_as_unknown_and_breaks_nothing(observed: t.Any) -> None:
    kinds = ("path_verdict", "route", "egress", "nsg", "hop")
    evidence = [fact(kind, observed, ONE) for kind in kinds]
    assert statuses(evidence)["kms"] in {"unknown", "unreached"}


def test_no_evidence_of_the_network_no_drawing() -> None:
    assert network_path.ways(facts(fact("code", "0xC004F074")), "web01") == []


def test_a_drawing_is_said_in_words_and_long_names_are_cut() -> None:
    (way,) = network_path.ways(facts(*blackhole("rt-" + "x" * 200)["evidence"]), "web01")
    drawn = drawing.draw(way, Catalogue())
    route = drawn.boxes[2]
    assert len(route.label) <= drawing.LABEL_COLUMNS
    assert "rt-" + "x" * 200 in route.full
    assert route.full.endswith("ends here")
    assert route.full in drawn.spoken
    assert [line.alive for line in drawn.lines] == [True, True, False, False]
    assert drawn.boxes[-1].x + drawing.BOX_WIDTH <= drawn.width


def test_a_source_or_an_object_in_other_words_draws_the_same() -> None:
    evidence = [{**item, "source": "elsewhere"} for item in blackhole()["evidence"]]
    assert network_path.ways(facts(*evidence), "web01") == network_path.ways(facts(*blackhole()["evidence"]), "web01")
