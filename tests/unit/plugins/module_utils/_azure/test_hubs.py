# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Virtual hubs: a connected network names a subscription of Microsoft's own, never the one that the hub is in."""

from __future__ import annotations

import collections

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import catalog
from tests import kms
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.module_utils._azure.conftest import Read

MANAGED = "99999999-0000-4000-8000-000000000099"
ELSEWHERE = "0b1f6471-1bf0-4dda-aec3-000000000002"
HUB = f"/subscriptions/{ELSEWHERE}/resourceGroups/rg/providers/Microsoft.Network"
PEERING = {
    "name": "RemoteVnetToHubPeering_7d1c",
    "properties": {
        "peeringState": "Connected",
        "useRemoteGateways": True,
        "remoteVirtualNetwork": {
            "id": f"/subscriptions/{MANAGED}/resourceGroups/RG_hub/providers/Microsoft.Network/virtualNetworks/HV_hub_7d1c"
        },
        "remoteAddressSpace": {"addressPrefixes": ["10.9.0.0/23"]},
    },
}
ANNOUNCED = {
    "source": "VirtualNetworkGateway",
    "state": "Active",
    "addressPrefix": ["0.0.0.0/0"],
    "nextHopType": "VirtualNetworkGateway",
    "nextHopIpAddress": ["10.9.0.132"],
}
ROUTES = {f"{b.NETWORK}/networkInterfaces/web-nic": [ANNOUNCED]}


def _elsewhere(kind: str, name: str, properties: b.Body) -> b.Body:
    body = b.resource(kind, name, properties)
    return {**body, "id": f"{HUB}/{kind}/{name}"}


def hub(action: str) -> list[b.Body]:
    rule = b.network_rule(action, *kms.ADDRESSES)
    firewall = {
        "hubIPAddresses": {"privateIPAddress": "10.9.0.132", "publicIPs": {"addresses": [{"address": "52.1.1.9"}]}},
        "virtualHub": {"id": f"{HUB}/virtualHubs/hub"},
        "firewallPolicy": {"id": f"{HUB}/firewallPolicies/policy"},
    }
    intent = {"name": "all", "destinations": ["Internet"], "nextHop": f"{HUB}/azureFirewalls/fw"}
    connection = {"remoteVirtualNetwork": b.ref("virtualNetworks/spoke"), "enableInternetSecurity": True}
    return [
        _elsewhere("virtualHubs", "hub", {"addressPrefix": "10.9.0.0/23"}),
        _elsewhere("virtualHubs/hub/routingIntent", "intent", {"routingPolicies": [intent]}),
        _elsewhere("virtualHubs/hub/hubVirtualNetworkConnections", "spoke", connection),
        _elsewhere("azureFirewalls", "fw", firewall),
        _elsewhere("firewallPolicies", "policy", {}),
        _elsewhere("firewallPolicies/policy/ruleCollectionGroups", "g", {"priority": 100, "ruleCollections": [rule]}),
    ]


@pytest.mark.parametrize(
    ("action", "verdict", "cause"), [("Allow", "open", None), ("Deny", "blocked", "azure-firewall-denies-kms")]
)
def test_the_hub_is_found_in_a_subscription_that_nothing_names(
    read: Read, action: str, verdict: str, cause: str | None
) -> None:
    resources = [*b.spoke(peering=PEERING), *hub(action)]
    (path,), unread, log = read(resources, effective_routes=ROUTES)
    assert (path["verdict"], path["cause"]) == (verdict, cause), path["reason"]
    # The network that Microsoft keeps for the hub explains itself: nobody can read it and nothing is missing.
    assert unread == []
    asked = collections.Counter(entry["path"] for entry in log if MANAGED in entry["path"])
    assert sum(asked.values()) == 1
    lists = collections.Counter((entry["path"], str(entry["query"])) for entry in log if ELSEWHERE in entry["path"])
    assert set(lists.values()) == {1}


def test_a_hub_that_cannot_be_read_leaves_the_gateway_in_doubt(read: Read) -> None:
    (path,), unread, _log = read(b.spoke(peering=PEERING), effective_routes=ROUTES)
    assert (path["verdict"], path["cause"]) == ("unknown", None)
    assert [entry["what"] for entry in unread] == ["subscription"]


def test_no_subscriptions_are_looked_through_where_the_gateway_is_in_sight(read: Read) -> None:
    net = b.network("spoke", "10.1.0.0/16", {"GatewaySubnet": {"addressPrefix": "10.1.9.0/27"}})
    resources = b.spoke()
    resources[0]["properties"]["subnets"] += net["properties"]["subnets"]
    (path,), _unread, log = read(resources, effective_routes=ROUTES)
    assert (path["verdict"], path["cause"]) == ("blocked", "forced-tunneling")
    assert not [entry for entry in log if entry["path"] == "/subscriptions"]


@pytest.mark.parametrize(("action", "verdict"), [("Allow", "open"), ("Deny", "blocked")])
def test_a_firewall_behind_another_connection_is_read_wherever_it_is(read: Read, action: str, verdict: str) -> None:
    # The hub has learnt the default route from a static route of the network edge, which lies in a third subscription.
    edge = "/subscriptions/0b1f6471-1bf0-4dda-aec3-000000000003/resourceGroups/rg/providers/Microsoft.Network"

    def there(kind: str, name: str, properties: b.Body) -> b.Body:
        return {**b.resource(kind, name, properties), "id": f"{edge}/{kind}/{name}"}

    static = {"name": "all", "addressPrefixes": ["0.0.0.0/0"], "nextHopIpAddress": "10.60.1.4"}
    routing = {"vnetRoutes": {"staticRoutes": [static]}}
    to_edge = {"remoteVirtualNetwork": {"id": f"{edge}/virtualNetworks/edge"}, "routingConfiguration": routing}
    subnet = {"name": "AzureFirewallSubnet", "properties": {"addressPrefix": "10.60.1.0/26"}}
    config = {
        "privateIPAddress": "10.60.1.4",
        "subnet": {"id": f"{edge}/virtualNetworks/edge/subnets/AzureFirewallSubnet"},
        "publicIPAddress": {"id": f"{edge}/publicIPAddresses/ip"},
    }
    own = {
        "ipConfigurations": [{"name": "c", "properties": config}],
        "firewallPolicy": {"id": f"{edge}/firewallPolicies/p"},
    }
    group = {"priority": 100, "ruleCollections": [b.network_rule(action, *kms.ADDRESSES)]}
    resources = [
        *b.spoke(peering=PEERING),
        _elsewhere(
            "virtualHubs", "hub", {"addressPrefix": "10.9.0.0/23", "vpnGateway": {"id": f"{HUB}/vpnGateways/v"}}
        ),
        _elsewhere(
            "virtualHubs/hub/hubVirtualNetworkConnections",
            "spoke",
            {"remoteVirtualNetwork": b.ref("virtualNetworks/spoke")},
        ),
        _elsewhere("virtualHubs/hub/hubVirtualNetworkConnections", "edge", to_edge),
        there("virtualNetworks", "edge", {"addressSpace": {"addressPrefixes": ["10.60.0.0/16"]}, "subnets": [subnet]}),
        there("azureFirewalls", "fw", own),
        there("publicIPAddresses", "ip", {"ipAddress": "52.1.1.9"}),
        there("firewallPolicies", "p", {}),
        there("firewallPolicies/p/ruleCollectionGroups", "g", group),
    ]
    row = {**ANNOUNCED, "nextHopIpAddress": ["10.9.0.68"]}
    (path,), unread, _log = read(resources, effective_routes={f"{b.NETWORK}/networkInterfaces/web-nic": [row]})
    assert (path["verdict"], unread) == (verdict, []), path["reason"]


DENIED = [
    "Microsoft.Resources/subscriptions/read",
    "Microsoft.Network/virtualNetworks/read",
    "Microsoft.Network/virtualHubs/read",
    *(f"Microsoft.Network/virtualHubs/{child}/read" for child in ("hubVirtualNetworkConnections", "routingIntent")),
    "Microsoft.Network/azureFirewalls/read",
    "Microsoft.Network/firewallPolicies/read",
    "Microsoft.Network/firewallPolicies/ruleCollectionGroups/read",
    catalog.EFFECTIVE_ROUTES_ACTION,
]


@pytest.mark.parametrize("denied", DENIED)
@pytest.mark.parametrize(("action", "verdict"), [("Allow", "open"), ("Deny", "blocked")])
def test_a_missing_permission_is_never_a_wrong_verdict(read: Read, action: str, verdict: str, denied: str) -> None:
    kinds = [*(kind.type for kind in catalog.LISTINGS), "Microsoft.Network/firewallPolicies/ruleCollectionGroups"]
    kinds += [f"Microsoft.Network/virtualHubs/{child}" for child in ("hubVirtualNetworkConnections", "routingIntent")]
    kinds.append("Microsoft.Network/virtualHubs/hubRouteTables")
    granted = {f"{kind}/read" for kind in kinds} | set(DENIED)
    credentials = [{"client_id": "reader", "secret": "s3cret", "permissions": sorted(granted - {denied})}]
    resources = [*b.spoke(peering=PEERING), *hub(action)]
    (path,), unread, _log = read(resources, effective_routes=ROUTES, credentials=credentials)
    assert path["verdict"] in (verdict, "unknown"), path["reason"]
    assert path["cause"] in (None, "azure-firewall-denies-kms")
    if path["verdict"] == "unknown":
        assert unread
        assert path["unread"]


SERVERS = ("GatewaySubnet", "RouteServerSubnet")


def _peered(number: int) -> tuple[b.Body, list[b.Body]]:
    """Return a peering of the spoke and what is in the other subscription."""
    place = f"/subscriptions/0b1f6471-1bf0-4dda-aec3-{number:012}/resourceGroups/rg/providers/Microsoft.Network"
    prefix = f"10.{100 + number}.0.0/16"
    remote = {**b.network(f"net{number}", prefix, {}), "id": f"{place}/virtualNetworks/net{number}"}
    properties = {
        "peeringState": "Connected",
        "remoteVirtualNetwork": {"id": remote["id"]},
        "remoteAddressSpace": {"addressPrefixes": [prefix]},
    }
    return {"name": f"to-net{number}", "properties": properties}, [remote]


def test_what_sixty_peered_subscriptions_cost(read: Read) -> None:
    peered = [_peered(number) for number in range(10, 70)]
    resources = b.routed(b.route("0.0.0.0/0", "VirtualAppliance", b.FIREWALL))
    firewall = b.hub(b.network_rule("Allow", *kms.ADDRESSES))
    resources[0]["properties"]["virtualNetworkPeerings"] += [peering for peering, _remote in peered]
    resources += [*firewall, *(body for _peering, remote in peered for body in remote)]
    (path,), unread, log = read(resources)
    assert (path["verdict"], unread) == ("open", []), path["reason"]
    assert len(log) <= 25, len(log)


def test_the_network_of_a_gateway_in_use_is_read_wherever_its_next_hops_lie(read: Read) -> None:
    # Rows of ExpressRoute name Microsoft's routers; a Route Server beside the gateway may have the route from an appliance.
    peering, (remote,) = _peered(10)
    peering["properties"]["useRemoteGateways"] = True
    servers = [{"name": name, "properties": {"addressPrefix": f"10.110.{n}.0/27"}} for n, name in enumerate(SERVERS)]
    remote["properties"]["subnets"] = servers
    row = {**ANNOUNCED, "nextHopIpAddress": ["172.16.5.1"]}
    routes = {f"{b.NETWORK}/networkInterfaces/web-nic": [row]}
    (path,), _unread, log = read([*b.spoke(peering=peering), remote], effective_routes=routes)
    assert (path["verdict"], path["cause"]) == ("suspect", "appliance-blocks-kms"), path["reason"]
    assert not [entry for entry in log if entry["path"] == "/subscriptions"]


def test_of_the_peered_networks_the_one_with_the_next_hop_is_read(read: Read) -> None:
    peered = [_peered(number) for number in range(10, 15)]
    resources = b.routed(b.route("0.0.0.0/0", "VirtualAppliance", "10.113.0.4"))
    resources[0]["properties"]["virtualNetworkPeerings"] = [peering for peering, _remote in peered]
    place = peered[3][1][0]["id"].partition("/virtualNetworks")[0]
    config = {"privateIPAddress": "10.113.0.4", "subnet": {"id": f"{peered[3][1][0]['id']}/subnets/nva"}}
    nic = b.resource(
        "networkInterfaces",
        "nva",
        {"ipConfigurations": [{"name": "c", "properties": config}], "enableIPForwarding": False},
    )
    resources += [body for _peering, remote in peered for body in remote]
    resources.append({**nic, "id": f"{place}/networkInterfaces/nva"})
    (path,), unread, log = read(resources)
    # The NIC does not forward, which only its own subscription tells.
    assert (path["verdict"], path["cause"], unread) == ("blocked", "route-blackhole", []), path["reason"]
    read_of = {entry["path"].split("/")[2] for entry in log if entry["path"].startswith("/subscriptions/")}
    assert read_of == {b.SUBSCRIPTION, place.split("/")[2]}
