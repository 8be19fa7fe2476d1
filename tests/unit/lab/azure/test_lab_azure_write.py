# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lab's Resource Manager does with writes, over the real SDK and raw."""

from __future__ import annotations

import concurrent.futures
import typing as t

import pytest
from azure.core.exceptions import HttpResponseError

from tests.unit.lab.azure import builders as b
from tests.unit.lab.azure.conftest import Start

TABLE = f"{b.NETWORK}/routeTables/rt"
SUBNET = f"{b.NETWORK}/virtualNetworks/spoke/subnets/work"
GROUP_OF_RULES = f"{b.NETWORK}/firewallPolicies/policy/ruleCollectionGroups/net"
INTERNET = {"properties": {"addressPrefix": f"{b.KMS}/32", "nextHopType": "Internet"}}


def _error(answer: t.Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_repaired_route_repairs_the_guest(start: Start) -> None:
    client = start(b.routed(b.route("0.0.0.0/0", "None")))
    before = client.lab.state_hash()
    assert client.lab.reach("web", b.KMS, 1688) == "filtered"
    routes = client.network().routes
    made = routes.begin_create_or_update("rg", "rt", "kms", INTERNET).result()
    assert made.provisioning_state == "Succeeded"
    assert client.lab.reach("web", b.KMS, 1688) == "kms"
    assert client.lab.state_hash() != before
    routes.begin_delete("rg", "rt", "kms").result()
    assert client.lab.reach("web", b.KMS, 1688) == "filtered"
    assert client.lab.state_hash() == before
    assert not any("register" in entry["path"] for entry in client.log())


def test_a_repaired_route_repairs_a_guest_with_raw_routes(start: Start) -> None:
    raw = [
        {"source": "User", "state": "Active", "addressPrefix": ["0.0.0.0/0"], "nextHopType": "None"},
        {"source": "Default", "state": "Invalid", "addressPrefix": ["0.0.0.0/0"], "nextHopType": "Internet", "odd": 1},
    ]
    given = {f"{b.NETWORK}/networkInterfaces/web-nic": raw}
    client = start(b.routed(b.route("0.0.0.0/0", "None")), effective_routes=given)
    assert client.ask(f"{b.NETWORK}/networkInterfaces/web-nic/effectiveRouteTable")["value"] == raw
    client.send("PUT", f"{TABLE}/routes/kms", INTERNET)
    assert client.lab.reach("web", b.KMS, 1688) == "kms"
    assert client.lab.reach("web", b.OTHER_KMS, 1688) == "filtered"


def test_the_state_is_the_same_once_a_change_is_undone(start: Start) -> None:
    client = start([b.table(b.route("10.0.0.0/8", "None", name="a"), b.route("10.0.0.0/9", "None", name="b"))])
    before = client.lab.state_hash()
    first = client.send("GET", f"{TABLE}/routes/a").json()
    client.send("DELETE", f"{TABLE}/routes/a")
    assert client.lab.state_hash() != before
    client.send("PUT", f"{TABLE}/routes/a", first)
    assert client.lab.state_hash() == before


def test_writes_take_their_time(start: Start) -> None:
    client = start([b.table()], options={"write_seconds": 0.3})
    made = client.send("PUT", f"{TABLE}/routes/kms", INTERNET)
    assert made.status_code == 201
    assert made.json()["properties"]["provisioningState"] == "Updating"
    assert client.send("GET", TABLE).json()["properties"]["provisioningState"] == "Updating"
    follow = made.headers["Azure-AsyncOperation"]
    assert client.send("GET", follow).json() == {"status": "InProgress"}
    busy = client.send("PUT", f"{TABLE}/routes/more", INTERNET)
    assert _error(busy) == (429, "RetryableError")
    assert busy.json()["error"]["details"][0]["code"] == "RetryableErrorDueToAnotherOperation"
    assert int(busy.headers["Retry-After"]) >= 1
    while client.send("GET", follow).json()["status"] != "Succeeded":
        pass
    assert client.send("GET", f"{TABLE}/routes/kms").json()["properties"]["provisioningState"] == "Succeeded"


def test_a_busy_network_policy_and_reference_are_refused(start: Start) -> None:
    client = start(b.spoke(b.table(), *b.hub()), options={"write_seconds": 60})
    subnet = client.send("GET", SUBNET).json()
    assert client.send("PUT", SUBNET, subnet).status_code == 200
    assert _error(client.send("PUT", SUBNET, subnet)) == (409, "AnotherOperationInProgress")
    client.send("PUT", f"{TABLE}/routes/kms", INTERNET)
    hub_subnet = f"{b.NETWORK}/virtualNetworks/hub/subnets/AzureFirewallSubnet"
    body = client.send("GET", hub_subnet).json()
    body["properties"]["routeTable"] = {"id": TABLE}
    answer = client.send("PUT", hub_subnet, body)
    assert answer.json()["error"]["details"][0]["code"] == "ReferencedResourceNotProvisioned"
    client.send("PUT", f"{b.NETWORK}/firewallPolicies/policy", {"location": "westeurope", "properties": {}})
    code = "FirewallPolicyRuleCollectionGroupUpdateNotAllowed"
    assert _error(client.send("PUT", GROUP_OF_RULES, {"properties": {"priority": 300}})) == (400, code)


@pytest.mark.parametrize("path", [TABLE, f"{TABLE}/routes/d", SUBNET, GROUP_OF_RULES])
def test_etags(start: Start, path: str) -> None:
    client = start(b.routed(b.route("0.0.0.0/0", "Internet", name="d"), more=b.hub()))
    body = client.send("GET", path).json()
    assert client.send("PUT", path, body, If_Match=body["etag"]).status_code == 200
    stale = client.send("PUT", path, body, If_Match=body["etag"])
    assert _error(stale) == (412, "PreconditionFailed")
    detail = stale.json()["error"]["details"][0]
    assert detail["code"] == "PreconditionFailedEtagMismatch"
    assert body["etag"] in detail["message"]
    assert client.send("PUT", path, body, If_None_Match="*").status_code == 412
    assert client.send("PUT", path + "-new", INTERNET, If_Match=body["etag"]).status_code == 412


def test_unknown_properties_survive_a_round_trip(start: Start) -> None:
    odd = {"futureSetting": {"deep": [1, {"x": None}]}}
    client = start(b.routed(subnet={**odd, "privateEndpointNetworkPolicies": "Disabled"}))
    body = client.send("GET", SUBNET).json()
    body["properties"]["defaultOutboundAccess"] = False
    client.send("PUT", SUBNET, body)
    after = client.send("GET", SUBNET).json()["properties"]
    assert after["futureSetting"] == odd["futureSetting"]
    assert after["privateEndpointNetworkPolicies"] == "Disabled"
    assert after["routeTable"] == {"id": TABLE}


def test_a_table_is_replaced_and_a_network_keeps_its_subnets(start: Start) -> None:
    client = start([b.table(b.route("0.0.0.0/0", "Internet")), *b.spoke()])
    client.send("PUT", TABLE, {"location": "westeurope", "properties": {"disableBgpRoutePropagation": True}})
    assert client.send("GET", TABLE).json()["properties"].get("routes", []) == []
    network = f"{b.NETWORK}/virtualNetworks/spoke"
    space = {"addressSpace": {"addressPrefixes": ["10.1.0.0/16", "10.8.0.0/16"]}}
    assert client.send("PUT", network, {"location": "westeurope", "properties": space}).status_code == 200
    assert client.send("GET", SUBNET).status_code == 200
    emptied = client.send("PUT", network, {"location": "westeurope", "properties": {**space, "subnets": []}})
    assert _error(emptied) == (400, "InUseSubnetCannotBeDeleted")


BAD_WRITES: list[tuple[str, str, b.Body, tuple[int, str]]] = [
    ("same prefix under another name", f"{TABLE}/routes/again", {"properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "None"}},
     (400, "RouteConflict")),
    ("no such hop", f"{TABLE}/routes/x", {"properties": {"addressPrefix": "10.0.0.0/8", "nextHopType": "Moon"}},
     (400, "InvalidRequestFormat")),
    ("address without an appliance", f"{TABLE}/routes/x",
     {"properties": {"addressPrefix": "10.0.0.0/8", "nextHopType": "Internet", "nextHopIpAddress": "10.0.0.4"}},
     (400, "InvalidRequestFormat")),
    ("no such table", f"{b.NETWORK}/routeTables/none/routes/x", INTERNET, (404, "ResourceNotFound")),
    ("reference to nothing", SUBNET, {"properties": {"routeTable": {"id": f"{b.NETWORK}/routeTables/none"}}},
     (400, "InvalidResourceReference")),
    ("priority in use", f"{b.NETWORK}/networkSecurityGroups/nsg/securityRules/x", b.rule(200, "Allow"), (400, "SecurityRuleConflict")),
    ("priority out of range", f"{b.NETWORK}/networkSecurityGroups/nsg/securityRules/x", b.rule(99, "Allow"),
     (400, "SecurityRuleInvalidPriority")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "error"), [case[1:] for case in BAD_WRITES], ids=[case[0] for case in BAD_WRITES]
)
def test_what_azure_would_not_store(start: Start, path: str, body: b.Body, error: tuple[int, str]) -> None:
    client = start(b.routed(b.route("0.0.0.0/0", "Internet"), more=[b.group(b.rule(200, "Deny"))]))
    before = client.lab.state_hash()
    assert _error(client.send("PUT", path, body)) == error
    assert client.lab.state_hash() == before


def test_what_is_in_use_is_not_deleted(start: Start) -> None:
    client = start(b.routed())
    assert _error(client.send("DELETE", TABLE)) == (400, "InUseRouteTableCannotBeDeleted")
    subnet = client.send("GET", SUBNET).json()
    subnet["properties"].pop("routeTable")
    client.send("PUT", SUBNET, subnet)
    assert client.send("DELETE", TABLE).status_code == 202
    assert client.send("GET", TABLE).status_code == 404
    assert client.send("DELETE", TABLE).status_code == 204


def test_tags_are_patched(start: Start) -> None:
    client = start([b.table(b.route("0.0.0.0/0", "None"))])
    client.network().route_tables.update_tags("rg", "rt", {"tags": {"owner": "net"}})
    after = client.send("GET", TABLE).json()
    assert after["tags"] == {"owner": "net"}
    assert len(after["properties"]["routes"]) == 1


def test_a_write_needs_its_permission_and_that_of_what_it_joins(start: Start) -> None:
    permissions = ["*/read", "Microsoft.Network/virtualNetworks/subnets/write"]
    client = start(b.routed(), credentials=[{"client_id": "reader", "secret": "s3cret", "permissions": permissions}])
    assert _error(client.send("PUT", f"{TABLE}/routes/kms", INTERNET)) == (403, "AuthorizationFailed")
    answer = client.send("PUT", SUBNET, client.send("GET", SUBNET).json())
    assert _error(answer) == (403, "LinkedAuthorizationFailed")
    assert "'Microsoft.Network/routeTables/join/action'" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("policy", "method", "error"),
    [
        ({"deny_write": "Microsoft.Network/routeTables"}, "PUT", (403, "RequestDisallowedByPolicy")),
        ({"deny_write": "Microsoft.Network/virtualNetworks"}, "PUT", None),
        ({"lock": "ReadOnly"}, "PUT", (409, "ScopeLocked")),
        ({"lock": "ReadOnly", "scope": "/subscriptions/else"}, "PUT", None),
        ({"lock": "CanNotDelete", "scope": b.GROUP.upper()}, "DELETE", (409, "ScopeLocked")),
        ({"lock": "CanNotDelete"}, "PUT", None),
    ],
)
def test_policies_and_locks(start: Start, policy: b.Body, method: str, error: tuple[int, str] | None) -> None:
    client = start([b.table(b.route("10.0.0.0/8", "None", name="r"))], policies=[policy])
    answer = client.send(method, f"{TABLE}/routes/r", INTERNET if method == "PUT" else None)
    assert (_error(answer) if answer.status_code >= 400 else None) == error
    assert client.send("GET", TABLE).status_code == 200


def test_writers_of_children_lose_nothing(start: Start) -> None:
    client = start([b.table()])

    def write(number: int) -> int:
        body = {"properties": {"addressPrefix": f"10.{number}.0.0/16", "nextHopType": "None"}}
        return client.send("PUT", f"{TABLE}/routes/r{number}", body, If_None_Match="*").status_code

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert set(pool.map(write, range(24))) == {201}
    assert len(client.send("GET", TABLE).json()["properties"]["routes"]) == 24


def test_a_rule_collection_group_can_be_added_with_the_sdk(start: Start) -> None:
    client = start(b.behind_firewall())
    assert client.lab.reach("web", b.KMS, 1688) == "filtered"
    body = {"properties": {"priority": 250, "ruleCollections": [b.network_rule("Allow", b.KMS)]}}
    groups = client.network().firewall_policy_rule_collection_groups
    groups.begin_create_or_update("rg", "policy", "kms-activation", body).result()
    assert client.lab.reach("web", b.KMS, 1688) == "kms"
    groups.begin_delete("rg", "policy", "kms-activation").result()
    assert client.lab.reach("web", b.KMS, 1688) == "filtered"


def test_a_new_nat_gateway_gives_a_way_out(start: Start) -> None:
    client = start(b.spoke(subnet={"defaultOutboundAccess": False}))
    address = client.send(
        "PUT", f"{b.NETWORK}/publicIPAddresses/nat-pip", {"location": "westeurope", "sku": {"name": "Standard"}}
    )
    assert address.json()["properties"]["ipAddress"].startswith("20.50.")
    gateway = {"location": "westeurope", "properties": {"publicIpAddresses": [{"id": address.json()["id"]}]}}
    made = client.send("PUT", f"{b.NETWORK}/natGateways/nat", gateway).json()
    assert client.lab.reach("web", b.KMS, 1688) == "filtered"
    subnet = client.send("GET", SUBNET).json()
    subnet["properties"]["natGateway"] = {"id": made["id"]}
    client.send("PUT", SUBNET, subnet)
    assert client.lab.reach("web", b.KMS, 1688) == "kms"


def test_a_412_reaches_the_caller_of_the_sdk(start: Start) -> None:
    client = start([b.table(b.route("0.0.0.0/0", "None", name="d"))])
    with pytest.raises(HttpResponseError) as caught:
        client.network().routes.begin_create_or_update(
            "rg", "rt", "d", INTERNET, headers={"If-Match": 'W/"old"'}
        ).result()
    assert caught.value.status_code == 412
