# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of several routes to one address wins, where service tags stand in for prefixes.

Order by https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview ("Exact Match"): the longest prefix; of equal ones an
explicit prefix, then regional tags, top-level tags, regional AzureCloud tags, the AzureCloud tag; of equal ones user, BGP, system.
"""

from __future__ import annotations

import ipaddress
import itertools
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._network import routes
from ansible_collections.azure_windows.activation.plugins.module_utils._network.routes import BGP, SYSTEM, USER

ADDRESS = ipaddress.ip_address("20.118.99.224")
NET = "20.118.96.0/20"
TAGS = dict.fromkeys(("AppService.WestUS3", "AppService", "AzureCloud.westus3", "AzureCloud"), (NET,))
# From the one that wins over all others to the one that wins over none.
ORDER = [
    ("20.118.99.0/24", USER),
    ("20.118.99.0/24", SYSTEM),
    (NET, USER),
    (NET, BGP),
    (NET, SYSTEM),
    ("AppService.WestUS3", USER),
    ("AppService", USER),
    ("AzureCloud.westus3", USER),
    ("AzureCloud", USER),
    ("20.0.0.0/8", USER),
]


def route(prefix: str, source: str) -> routes.Route:
    return routes.Route((prefix,), source, "Internet", name=f"{prefix} of {source}")


def winner(*found: routes.Route, tags: t.Mapping[str, tuple[str, ...]] | None = None) -> str:
    choice = routes.choose(routes.RouteView(found, "effective"), ADDRESS, (TAGS if tags is None else tags).get)
    assert len(choice.winners) == 1
    return choice.winners[0].name


@pytest.mark.parametrize(("first", "second"), itertools.combinations(ORDER, 2))
def test_of_two_routes(first: tuple[str, str], second: tuple[str, str]) -> None:
    better, worse = route(*first), route(*second)
    assert winner(better, worse) == winner(worse, better) == better.name


def test_of_the_prefixes_of_a_tag_the_longest_counts() -> None:
    tags = {"Storage": ("20.0.0.0/8", "20.118.99.0/24", "10.0.0.0/8")}
    tagged, net = route("Storage", USER), route(NET, USER)
    assert winner(tagged, net, tags=tags) == tagged.name
    assert winner(tagged, net, tags={"Storage": ("20.0.0.0/8", "20.118.99.0/32")}) == net.name


def test_equal_routes_share_the_load() -> None:
    view = routes.RouteView((route(NET, BGP), route(NET, BGP)), "effective")
    assert len(routes.choose(view, ADDRESS, TAGS.get).winners) == 2
