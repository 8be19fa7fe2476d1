# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of the network API in the lab: fields that a version does not know, and versions that a cloud does not know."""

from __future__ import annotations

import typing as t

import pytest

from tests.unit.lab.azure import builders as b

if t.TYPE_CHECKING:
    from tests.unit.lab.azure.conftest import Start

WIDE = b.resource(
    "natGateways",
    "wide",
    {"sourceVirtualNetwork": b.ref("virtualNetworks/spoke"), "publicIpAddresses": [b.ref("publicIPAddresses/p")]},
)
WORLD = [*b.spoke(WIDE, subnet={"defaultOutboundAccess": False}, nic={"defaultOutboundConnectivityEnabled": False})]
LISTS = f"/subscriptions/{b.SUBSCRIPTION}/providers/Microsoft.Network"


@pytest.mark.parametrize(
    ("path", "place", "name", "versions"),
    [
        ("natGateways", (), "sourceVirtualNetwork", ("2024-05-01", "2024-07-01")),
        ("networkInterfaces", (), "defaultOutboundConnectivityEnabled", ("2024-03-01", "2024-05-01")),
        ("virtualNetworks", ("subnets", 0, "properties"), "defaultOutboundAccess", ("2023-04-01", "2023-05-01")),
    ],
)
def test_a_field_is_shown_from_its_first_version_on(
    start: Start, path: str, place: tuple[t.Any, ...], name: str, versions: tuple[str, str]
) -> None:
    client = start(WORLD)
    for version, there in zip(versions, (False, True), strict=True):
        bodies = client.send("GET", f"{LISTS}/{path}", version=version).json()["value"]
        found: list[t.Any] = [body["properties"] for body in bodies]
        for step in place:
            found = [item[step] for item in found]
        assert any(name in item for item in found) is there
        one = client.send("GET", bodies[0]["id"], version=version).json()
        assert (name in str(one)) is there


def test_a_list_in_a_version_that_the_cloud_does_not_know(start: Start) -> None:
    client = start(WORLD, options={"newest_api": "2024-05-01"})
    answer = client.send("GET", f"{LISTS}/natGateways", version="2024-07-01")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (404, "InvalidResourceType")
    assert error["message"].endswith(",2024-03-01,2024-05-01'.")
    assert client.send("GET", f"{LISTS}/natGateways", version="2024-05-01").status_code == 200


def test_a_resource_in_a_version_that_the_cloud_does_not_know(start: Start) -> None:
    client = start(WORLD, options={"newest_api": "2024-05-01"})
    answer = client.send("GET", WIDE["id"], version="2031-01-01")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "NoRegisteredProviderFound")
    assert ", 2024-05-01'. The supported locations are" in error["message"]


def test_what_an_older_version_does_not_show_is_lost_by_putting_it_back(start: Start) -> None:
    """Nobody documents that it is kept, so the lab shows the worst."""
    client = start(WORLD)
    body = client.send("GET", WIDE["id"], version="2024-05-01").json()
    assert client.send("PUT", WIDE["id"], body, version="2024-05-01").status_code == 200
    assert "sourceVirtualNetwork" not in client.send("GET", WIDE["id"], version="2024-07-01").json()["properties"]
