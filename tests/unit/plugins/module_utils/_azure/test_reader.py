# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading Azure through the real SDK against the lab: what is asked, what it costs, what faults do to the verdict."""

from __future__ import annotations

import collections
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import catalog, snapshot
from tests import kms
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.module_utils._azure.conftest import Read

NAT = [
    b.resource(
        "natGateways", "nat", {"publicIpAddresses": [b.ref("publicIPAddresses/nat-pip")]}, sku={"name": "Standard"}
    ),
    b.resource("publicIPAddresses", "nat-pip", {"ipAddress": "52.1.1.1"}, sku={"name": "Standard"}),
]
HEALTHY = b.spoke(*NAT, subnet={"natGateway": b.ref("natGateways/nat"), "defaultOutboundAccess": False})
ALLOWED = [
    *b.behind_firewall(b.network_rule("Allow", *kms.ADDRESSES)),
    b.resource("publicIPAddresses", "fw-pip", {"ipAddress": "52.1.1.2"}),
]
DENIED = [
    *b.behind_firewall(b.network_rule("Deny", *kms.ADDRESSES)),
    b.resource("publicIPAddresses", "fw-pip", {"ipAddress": "52.1.1.2"}),
]
SPOKE_PEERING = [
    {
        "name": "to-hub",
        "properties": {
            "peeringState": "Connected",
            "remoteVirtualNetwork": b.ref("virtualNetworks/hub"),
            "remoteAddressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        },
    }
]
for _world in (ALLOWED, DENIED):
    _world[0] = {**_world[0], "properties": {**_world[0]["properties"], "virtualNetworkPeerings": SPOKE_PEERING}}

# Stopping a firewall empties its IP configurations:
# https://learn.microsoft.com/azure/firewall/firewall-faq#how-can-i-stop-and-start-azure-firewall
STOPPED = [
    {**body, "properties": {**body["properties"], "ipConfigurations": []}}
    if body["type"] == "Microsoft.Network/azureFirewalls"
    else body
    for body in ALLOWED
]


@pytest.mark.parametrize(
    ("resources", "verdict", "cause"),
    [
        (HEALTHY, "open", None),
        (ALLOWED, "open", None),
        (DENIED, "blocked", "azure-firewall-denies-kms"),
        (b.routed(b.route("0.0.0.0/0", "None")), "blocked", "route-blackhole"),
        (STOPPED, "blocked", "route-blackhole"),
    ],
)
def test_a_whole_reading(read: Read, resources: list[b.Body], verdict: str, cause: str | None) -> None:
    (path,), unread, _log = read(resources)
    assert (path["verdict"], path["cause"], unread) == (verdict, cause, []), path["reason"]


def test_a_stopped_firewall_is_named_with_its_state(read: Read) -> None:
    (path,), _unread, _log = read(STOPPED)
    assert "firewall 'fw', which is stopped" in path["reason"]


WIDE = [
    b.resource(
        "natGateways",
        "wide",
        {
            "sourceVirtualNetwork": b.ref("virtualNetworks/spoke"),
            "publicIpAddresses": [b.ref("publicIPAddresses/nat-pip")],
        },
        sku={"name": "StandardV2"},
    ),
    NAT[1],
]
DIRECT = [b.resource("publicIPAddresses", "p", {"ipAddress": "52.1.1.3"}, sku={"name": "Standard"})]


@pytest.mark.parametrize(
    ("resources", "newest", "verdict", "not_shown"),
    [
        (b.spoke(*WIDE, subnet={"defaultOutboundAccess": False}), None, "open", []),
        # The cloud has the gateway, but none of its versions shows that it serves the whole network.
        (
            b.spoke(*WIDE, subnet={"defaultOutboundAccess": False}),
            "2024-05-01",
            "unknown",
            ["Microsoft.Network/natGateways"],
        ),
        (b.spoke(), "2024-05-01", "open", ["Microsoft.Network/natGateways"]),
        (
            b.spoke(subnet={"defaultOutboundAccess": False}),
            "2023-04-01",
            "unknown",
            ["Microsoft.Network/natGateways", "private subnets"],
        ),
        (
            b.spoke(*DIRECT, nic={"configuration": {"publicIPAddress": b.ref("publicIPAddresses/p")}}),
            "2023-04-01",
            "open",
            ["Microsoft.Network/natGateways", "private subnets"],
        ),
    ],
)
def test_what_a_clouds_versions_do_not_show_is_unknown(
    read: Read, resources: list[b.Body], newest: str | None, verdict: str, not_shown: list[str]
) -> None:
    (path,), unread, _log = read(resources, options={"newest_api": newest} if newest else {})
    assert path["verdict"] == verdict, path["reason"]
    assert sorted({entry["what"] for entry in unread}) == not_shown
    assert all(entry["action"] is None and str(newest) in entry["reason"] for entry in unread)


def test_a_refused_version_costs_one_request_for_each_type(read: Read) -> None:
    _paths, _unread, log = read(HEALTHY)
    (path,), _unread, old = read(HEALTHY, options={"newest_api": "2024-05-01"})
    assert path["verdict"] == "open"
    kinds = {entry["path"].rsplit("/providers/", 1)[1] for entry in old if entry["status"] in {400, 404}}
    assert 0 < len(old) - len(log) == len(kinds)


def test_a_machine_by_private_address(read: Read) -> None:
    (path, nobody), _unread, _log = read(HEALTHY, ["10.1.1.4", "10.9.9.9"])
    assert (path["name"], path["verdict"]) == ("web", "open")
    assert nobody["verdict"] == "unknown"


READ_ALL = [
    *sorted({kind.action for kind in catalog.LISTINGS}),
    "Microsoft.Network/firewallPolicies/ruleCollectionGroups/read",
    catalog.EFFECTIVE_ROUTES_ACTION,
]


@pytest.mark.parametrize("denied", READ_ALL)
@pytest.mark.parametrize("resources", [ALLOWED, DENIED], ids=["allowed", "denied"])
def test_a_missing_permission_is_never_a_wrong_verdict(read: Read, resources: list[b.Body], denied: str) -> None:
    permissions = [action for action in READ_ALL if action != denied]
    credentials = [{"client_id": "reader", "secret": "s3cret", "permissions": permissions}]
    (whole,), _none, _log = read(resources)
    (path,), unread, _log = read(resources, credentials=credentials)
    assert path["verdict"] in (whole["verdict"], "unknown", "suspect")
    assert denied in [entry["action"] for entry in unread]
    assert path["unread"]
    if path["verdict"] == "unknown":
        assert path["reason"]
        assert path["unread"]


# The words of https://github.com/MicrosoftDocs/azure-docs/issues/51173.
DENY_ASSIGNMENT = {
    "error": {
        "code": "DenyAssignmentAuthorizationFailed",
        "message": "The client 'c' with object id 'o' has permission to perform action "
        "'Microsoft.Network/networkInterfaces/effectiveRouteTable/action' on scope 's'; however, the access is denied because of "
        "the deny assignment with name 'System deny assignment created by Azure Databricks' and Id 'd' at scope 's'.",
    }
}


@pytest.mark.parametrize("match", ["POST */effectiveRouteTable", "GET */routeTables*"])
def test_no_right_is_asked_for_where_a_deny_assignment_outweighs_all(read: Read, match: str) -> None:
    fault = {"on": "arm", "match": match, "answer": 403, "body": DENY_ASSIGNMENT, "times": 9}
    (path,), unread, _log = read(ALLOWED, faults=[fault])
    assert unread
    for entry in (*unread, *path["unread"]):
        assert entry["action"] is None
        assert "created by Azure Databricks" in entry["reason"]


STORM = {"on": "arm", "match": "GET */networkInterfaces*", "answer": 429, "retry_after": 0, "times": 500}
FAULTS = {
    "429 storm": STORM,
    "500": {"on": "arm", "match": "GET */routeTables*", "answer": 500, "times": 50},
    "malformed": {"on": "arm", "match": "GET */virtualNetworks*", "behaviour": "garbage", "times": 50},
    "cut lists": {"on": "arm", "match": "GET */loadBalancers*", "behaviour": "truncate", "times": 50},
    "dropped": {"on": "arm", "match": "GET */azureFirewalls*", "behaviour": "drop", "times": 50},
    "slow operation": {"on": "arm", "match": "POST */effectiveRouteTable", "behaviour": "never-finishes"},
    "expired token": {"on": "arm", "match": "GET */publicIPAddresses*", "answer": 401, "times": 50},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("resources", [HEALTHY, ALLOWED, DENIED], ids=["nat", "allowed", "denied"])
def test_a_fault_is_said_and_never_a_wrong_verdict(
    read: Read, resources: list[b.Body], fault: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("azure.core.pipeline.transport.RequestsTransport.sleep", lambda self, seconds: None)
    (path,), unread, _log = read(resources, faults=[fault], deadline=1)
    assert unread
    assert path["unread"]
    assert path["verdict"] != ("blocked" if resources is not DENIED else "open")


@pytest.mark.parametrize("first", [True, False])
def test_an_answer_nobody_foresaw_costs_one_answer(read: Read, monkeypatch: pytest.MonkeyPatch, first: bool) -> None:
    add = snapshot.Snapshot.add
    failed: list[bool] = []

    def odd(self: snapshot.Snapshot, bodies: t.Any) -> None:
        if any("routetables" in str(body.get("id")).lower() for body in bodies):
            failed.append(True)
            raise AttributeError("odd")
        add(self, bodies)

    monkeypatch.setattr(snapshot.Snapshot, "add", odd)
    (path,), unread, _log = read(ALLOWED if first else DENIED)
    assert ("it could not be understood (AttributeError)" in [entry["reason"] for entry in unread]) is bool(failed)
    assert path["readable"]
    assert path["subnet_id"]


def test_it_is_said_when_nothing_could_be_read(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("azure.core.pipeline.transport.RequestsTransport.sleep", lambda self, seconds: None)
    fault = {"on": "arm", "match": "GET /subscriptions*", "answer": 500, "times": 999}
    (path,), unread, _log = read(HEALTHY, faults=[fault])
    assert (path["readable"], path["verdict"]) == (False, "unknown")
    assert unread


def test_metadata_of_a_busy_cloud_are_asked_for_again(read: Read) -> None:
    fault = {"on": "arm", "match": "GET /metadata/*", "answer": 503, "retry_after": 0, "times": 5}
    (path,), unread, _log = read(HEALTHY, faults=[fault])
    assert (path["verdict"], unread) == ("open", [])


def test_what_a_fleet_costs(read: Read) -> None:
    subnets = {f"s{n}": {"addressPrefix": f"10.1.{4 * n}.0/22", "defaultOutboundAccess": True} for n in range(20)}
    resources = [b.network("spoke", "10.1.0.0/16", subnets)]
    for n in range(1000):
        resources += b.machine(f"vm{n}", f"spoke/s{n % 20}", f"10.1.{4 * (n % 20)}.{10 + n // 20}")
    wanted = [f"{b.GROUP}/providers/Microsoft.Compute/virtualMachines/vm{n}" for n in range(1000)]
    found, unread, log = read(resources, wanted)
    assert [path["verdict"] for path in found] == ["open"] * 1000
    assert unread == []
    kinds = collections.Counter(
        "token" if "oauth2" in entry["path"] else entry["method"]
        for entry in log
        if "operation" not in entry["path"].lower()
    )
    assert kinds["token"] == 1
    # The routes of every subnet, and the security admin rules of the network.
    assert kinds["POST"] == 20 + 1
    assert not {"PUT", "PATCH", "DELETE"} & kinds.keys()
    # A hundred machines, interfaces and power states a page.
    assert len(log) <= 101, len(log)
    # One list a type and the power states; the lab may cut a list into pages.
    lists = {
        entry["path"].split("?")[0] for entry in log if entry["method"] == "GET" and "/providers/" in entry["path"]
    }
    assert len({path for path in lists if "operation" not in path.lower()}) <= len(catalog.LISTINGS) + 1


@pytest.mark.parametrize("cloud", ["AzureUSGovernment", "AzureChinaCloud"])
def test_the_metadata_of_a_sovereign_cloud_names_its_kms(read: Read, cloud: str) -> None:
    addresses = list(kms.CLOUDS[cloud].addresses)
    routes = [b.route("0.0.0.0/0", "None"), *(b.route(f"{address}/32", "Internet") for address in addresses)]
    (path,), _unread, _log = read(b.routed(*routes), cloud=cloud)
    assert (path["verdict"], [row["address"] for row in path["addresses"]]) == ("open", addresses)
    assert not [note for note in path["notes"] if "is not known" in note]
    (path,), _unread, _log = read(b.routed(*routes[:-1]), cloud=cloud)
    assert path["verdict"] == "blocked"


@pytest.mark.parametrize(("announced", "verdict"), [("192.168.0.0/16", "open"), ("0.0.0.0/0", "blocked")])
@pytest.mark.parametrize("propagates", [True, False])
def test_another_subnet_on_the_gateway_tells_where_a_firewall_leaves(
    read: Read, announced: str, verdict: str, propagates: bool
) -> None:
    network, *rest = b.hub(b.network_rule("Allow", *kms.ADDRESSES))
    network["properties"]["subnets"] += [
        {"name": "GatewaySubnet", "properties": {"addressPrefix": "10.0.0.0/27"}},
        {"name": "jump", "properties": {"addressPrefix": "10.0.2.0/24", "routeTable": b.ref("routeTables/jump")}},
    ]
    firewall = next(body for body in rest if body["type"] == "Microsoft.Network/azureFirewalls")
    firewall["properties"]["managementIpConfiguration"] = {"name": "m", "properties": {}}
    resources = b.routed(b.route("0.0.0.0/0", "VirtualAppliance", b.FIREWALL), more=[network, *rest, ALLOWED[-1]])
    resources += b.machine("jump", "hub/jump", "10.0.2.4")
    resources.append(b.table(name="jump", disableBgpRoutePropagation=not propagates))
    (path,), unread, log = read(resources, bgp={f"{b.NETWORK}/virtualNetworks/hub": [{"prefix": announced}]})
    assert (path["verdict"], unread) == (verdict if propagates else "unknown", []), path["reason"]
    asked = [entry["path"] for entry in log if entry["path"].endswith("effectiveRouteTable")]
    assert len(asked) == 1 + propagates


def _unused(number: int) -> list[b.Body]:
    """A firewall that no route leads to, with a policy and its parent."""
    name = f"other{number}"
    config = {
        "privateIPAddress": f"10.77.{number}.4",
        "subnet": b.ref("virtualNetworks/far/subnets/AzureFirewallSubnet"),
    }
    own = {
        "ipConfigurations": [{"name": "c", "properties": config}],
        "firewallPolicy": b.ref(f"firewallPolicies/{name}"),
    }
    group = {"priority": 100, "ruleCollections": [b.network_rule("Deny", "*")]}
    return [
        b.resource("azureFirewalls", name, own),
        b.resource("firewallPolicies", name, {"basePolicy": b.ref(f"firewallPolicies/parent{number}")}),
        b.resource(f"firewallPolicies/{name}/ruleCollectionGroups", "g", group),
        b.resource("firewallPolicies", f"parent{number}", {}),
        b.resource(f"firewallPolicies/parent{number}/ruleCollectionGroups", "g", group),
    ]


@pytest.mark.parametrize(("parent", "verdict"), [("Allow", "open"), ("Deny", "blocked")])
def test_only_policies_of_firewalls_on_the_way_are_looked_into(read: Read, parent: str, verdict: str) -> None:
    others = [body for number in range(12) for body in _unused(number)]
    rules = [b.network_rule(parent, *kms.ADDRESSES)]
    resources = [*b.behind_firewall(b.network_rule("Allow", *kms.ADDRESSES), parent=rules), *others, ALLOWED[-1]]
    resources[0] = ALLOWED[0]
    (path,), unread, log = read(resources)
    assert (path["verdict"], unread) == (verdict, []), path["reason"]
    groups = [entry["path"].split("/")[-2] for entry in log if entry["path"].endswith("/ruleCollectionGroups")]
    assert sorted(groups) == ["parent", "policy"]
