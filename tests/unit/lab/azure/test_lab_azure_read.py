# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lab's Resource Manager answers to reads, over the real SDK."""

from __future__ import annotations

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.unit.lab.azure import builders as b
from tests.unit.lab.azure.conftest import Start

NIC = f"{b.NETWORK}/networkInterfaces/web-nic"


def test_lists_come_in_pages(start: Start) -> None:
    client = start([b.table(name=f"rt{number}") for number in range(7)], options={"page_size": 3})
    assert [table.name for table in client.network().route_tables.list_all()] == [f"rt{number}" for number in range(7)]
    pages = [entry for entry in client.log() if entry["path"].endswith("/routeTables")]
    assert len(pages) == 3
    assert len(list(client.network().route_tables.list("RG"))) == 7
    missing = client.send(
        "GET", f"/subscriptions/{b.SUBSCRIPTION}/resourceGroups/none/providers/Microsoft.Network/routeTables"
    )
    assert missing.json()["error"]["code"] == "ResourceGroupNotFound"


def test_ids_are_found_in_any_case_and_lists_know_their_subscription(start: Start) -> None:
    other = {
        **b.table(name="else"),
        "id": "/subscriptions/other/resourceGroups/g/providers/Microsoft.Network/routeTables/else",
    }
    client = start([b.table(), other])
    assert (
        client.send("GET", f"{b.NETWORK}/ROUTETABLES/RT".replace("resourceGroups", "resourcegroups")).json()["name"]
        == "rt"
    )
    assert [table.name for table in client.network("other").route_tables.list_all()] == ["else"]
    with pytest.raises(ResourceNotFoundError, match="SubscriptionNotFound"):
        list(client.network("third").route_tables.list_all())


def test_references_back_follow_from_the_bodies(start: Start) -> None:
    client = start(
        b.routed(
            more=[b.group(), b.balancer("internal")],
            subnet={"networkSecurityGroup": b.ref("networkSecurityGroups/nsg")},
        )
    )
    subnet = f"{b.NETWORK}/virtualNetworks/spoke/subnets/work"
    assert client.send("GET", f"{b.NETWORK}/routeTables/rt").json()["properties"]["subnets"] == [{"id": subnet}]
    assert client.send("GET", f"{b.NETWORK}/networkSecurityGroups/nsg").json()["properties"]["subnets"] == [
        {"id": subnet}
    ]
    shown = client.send("GET", subnet).json()["properties"]["ipConfigurations"]
    assert shown == [{"id": f"{NIC}/ipConfigurations/ipconfig1"}]
    assert client.send("GET", NIC).json()["properties"]["virtualMachine"]["id"].endswith("/virtualMachines/web")


def test_children_share_the_etag_of_their_parent(start: Start) -> None:
    client = start([b.table(b.route("0.0.0.0/0", "Internet", name="d"))])
    whole = client.send("GET", f"{b.NETWORK}/routeTables/rt")
    child = client.send("GET", f"{b.NETWORK}/routeTables/rt/routes/d")
    assert whole.json()["etag"] == child.json()["etag"] == whole.headers["ETag"] == child.headers["ETag"]
    assert whole.json()["properties"]["routes"] == [child.json()]


def test_effective_routes_are_a_long_running_operation(start: Start) -> None:
    client = start(
        b.routed(b.route("0.0.0.0/0", "VirtualAppliance", b.FIREWALL, name="default")),
        options={"question_seconds": 0.2},
    )
    first = client.send("POST", f"{NIC}/effectiveRouteTable")
    assert (first.status_code, first.content) == (202, b"null")
    assert "Azure-AsyncOperation" not in first.headers
    assert client.send("GET", first.headers["Location"]).status_code == 202
    typed = client.network().network_interfaces.begin_get_effective_route_table("rg", "web-nic").result().value
    rows = client.ask(f"{NIC}/effectiveRouteTable")["value"]
    assert [row.state for row in typed] == [row["state"] for row in rows]
    winners = [row for row in rows if row["addressPrefix"] == ["0.0.0.0/0"]]
    assert [(row["source"], row["state"], row["nextHopType"]) for row in winners] == [
        ("Default", "Invalid", "Internet"),
        ("User", "Active", "VirtualAppliance"),
    ]
    assert winners[1]["name"] == "default"
    assert {"hasBgpOverride", "destinationServiceTags", "tagMap"} <= set(winners[1])
    assert not any(row["addressPrefix"] == ["10.0.0.0/8"] for row in rows)


@pytest.mark.parametrize("action", ["effectiveRouteTable", "effectiveNetworkSecurityGroups"])
def test_only_an_interface_of_a_running_machine_can_be_asked(start: Start, action: str) -> None:
    client = start(
        [b.network("v", "10.1.0.0/16", {"s": {}}), *b.machine("off", "v/s", "10.1.0.4", power="deallocated")]
    )
    answer = client.send("POST", f"{b.NETWORK}/networkInterfaces/off-nic/{action}")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"].startswith("NicMustBeAttachedToRunningVmToGetEffective")


def test_effective_security_groups(start: Start) -> None:
    client = start(
        b.spoke(
            b.group(b.rule(100, "Deny", "Internet", "1688")),
            subnet={"networkSecurityGroup": b.ref("networkSecurityGroups/nsg")},
        )
    )
    found = client.network().network_interfaces.begin_list_effective_network_security_groups("rg", "web-nic").result()
    rules = found.value[0].effective_security_rules
    assert (rules[0].name, rules[0].protocol, rules[0].destination_port_range) == (
        "securityRules/r100",
        "All",
        "1688-1688",
    )
    assert rules[-1].name == "defaultSecurityRules/DenyAllOutBound"


def test_power_states_are_shown_only_when_asked_for(start: Start) -> None:
    machines = f"/subscriptions/{b.SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachines"
    client = start(
        [
            b.network("v", "10.1.0.0/16", {"s": {}}),
            *b.machine("on", "v/s", "10.1.0.4"),
            *b.machine("off", "v/s", "10.1.0.5", power="deallocated"),
        ]
    )
    plain = client.send("GET", machines).json()["value"]
    assert not any("instanceView" in machine["properties"] for machine in plain)
    states = {
        machine["name"]: [status["code"] for status in machine["properties"]["instanceView"]["statuses"]]
        for machine in client.send("GET", f"{machines}?statusOnly=true").json()["value"]
    }
    assert states == {
        "on": ["ProvisioningState/succeeded", "PowerState/running"],
        "off": ["ProvisioningState/succeeded", "PowerState/deallocated"],
    }
    whole = client.send("GET", f"{b.GROUP}/providers/Microsoft.Compute/virtualMachines/on?$expand=instanceView").json()
    assert "instanceView" in whole["properties"]
    assert "networkProfile" in whole["properties"]


def test_policies_show_their_groups_firewalls_and_children(start: Start) -> None:
    client = start(b.behind_firewall(b.network_rule("Allow", b.KMS), parent=[b.application_rule(443)])).network()
    policy = client.firewall_policies.get("rg", "policy")
    assert policy.firewalls[0].id.endswith("/azureFirewalls/fw")
    assert [group.id.rsplit("/", 1)[-1] for group in policy.rule_collection_groups] == ["net"]
    assert client.firewall_policies.get("rg", "parent").child_policies[0].id == policy.id
    groups = list(client.firewall_policy_rule_collection_groups.list("rg", "policy"))
    assert groups[0].rule_collections[0].rules[0].destination_ports == ["1688"]


def test_admin_rules_and_service_tags(start: Start) -> None:
    raw = {
        "kind": "Custom",
        "properties": {"access": "Deny", "direction": "Outbound", "priority": 1, "protocol": "Tcp"},
    }
    network = f"{b.NETWORK}/virtualNetworks/spoke"
    client = start(b.spoke(), admin_rules={network: [raw]}, service_tags={"MyTag": ["198.51.100.0/24"]})
    assert client.send("POST", f"{network}/listNetworkManagerEffectiveSecurityAdminRules", {}).json()["value"] == [raw]
    listed = client.send(
        "GET", f"/subscriptions/{b.SUBSCRIPTION}/providers/Microsoft.Network/locations/westeurope/serviceTags"
    )
    tags = {tag["name"]: tag["properties"]["addressPrefixes"] for tag in listed.json()["values"]}
    assert tags["MyTag"] == ["198.51.100.0/24"]
    assert "AzureCloud" in tags


@pytest.mark.parametrize("kind", ["virtualNetworkGateways", "routeTable", "Routetables/rt/route"])
def test_types_that_cannot_be_listed_there(start: Start, kind: str) -> None:
    client = start([b.table()])
    answer = client.send("GET", f"/subscriptions/{b.SUBSCRIPTION}/providers/Microsoft.Network/{kind}")
    assert (answer.status_code, answer.json()["error"]["code"]) in (
        (404, "InvalidResourceType"),
        (404, "ResourceNotFound"),
    )


def test_an_api_version_is_needed(start: Start) -> None:
    bare = start([b.table()]).send("GET", "/subscriptions", version="")
    assert bare.json()["error"]["code"] == "MissingApiVersionParameter"


def test_permissions_are_checked_by_action(start: Start) -> None:
    client = start(
        b.spoke(b.table()), credentials=[{"client_id": "reader", "secret": "s3cret", "permissions": ["*/read"]}]
    )
    assert len(list(client.network().route_tables.list_all())) == 1
    with pytest.raises(HttpResponseError) as caught:
        client.network().network_interfaces.begin_get_effective_route_table("rg", "web-nic").result()
    assert caught.value.status_code == 403
    assert "perform action 'Microsoft.Network/networkInterfaces/effectiveRouteTable/action' over scope" in str(
        caught.value
    )


def test_permissions_may_end_at_a_scope(start: Start) -> None:
    other = {
        **b.table(name="else"),
        "id": "/subscriptions/other/resourceGroups/g/providers/Microsoft.Network/routeTables/else",
    }
    credential = {"client_id": "reader", "secret": "s3cret", "scopes": [f"/subscriptions/{b.SUBSCRIPTION}"]}
    client = start([b.table(), other], credentials=[credential])
    assert len(list(client.network().route_tables.list_all())) == 1
    with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
        list(client.network("other").route_tables.list_all())
