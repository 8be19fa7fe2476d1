# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of a DNS private resolver that send the names of Azure's KMS elsewhere, read only where names are in doubt.

https://learn.microsoft.com/azure/dns/dns-private-resolver-overview (the query process), https://learn.microsoft.com/rest/api/dns/dnsresolver.
"""

from __future__ import annotations

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import catalog, dns_forwarding
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.module_utils._azure.conftest import WEB, Read
from tests.unit.plugins.module_utils._azure.test_private_dns import zone

NAME = "azkms.core.windows.net"
LIST_RULESETS, LIST_RESOLVERS = "listDnsForwardingRulesets", "listDnsResolvers"


def ruleset(
    *rules: tuple[str, str], name: str = "rs", to: str | None = "spoke", state: str = "Enabled"
) -> list[b.Body]:
    """A ruleset with rules (domain, server), linked to a network."""
    place = f"dnsForwardingRulesets/{name}"
    found = [b.resource("dnsForwardingRulesets", name, {"dnsResolverOutboundEndpoints": []})]
    if to:
        link = {"virtualNetwork": b.ref(f"virtualNetworks/{to}")}
        found.append(b.resource(f"{place}/virtualNetworkLinks", "link", link))
    for number, (domain, server) in enumerate(rules):
        servers = [{"ipAddress": server, "port": 53}]
        properties = {"domainName": domain, "forwardingRuleState": state, "targetDnsServers": servers}
        found.append(b.resource(f"{place}/forwardingRules", f"rule{number}", properties))
    return found


def resolver(address: str = "10.0.2.4", network: str = "hub") -> list[b.Body]:
    """The network with a private resolver whose inbound endpoint has an address."""
    config = {"privateIpAddress": address, "privateIpAllocationMethod": "Dynamic"}
    return [
        b.network(network, "10.0.0.0/16", {"inbound": {"addressPrefix": "10.0.2.0/28"}}),
        b.resource("dnsResolvers", "resolver", {"virtualNetwork": b.ref(f"virtualNetworks/{network}")}),
        b.resource("dnsResolvers/resolver/inboundEndpoints", "in", {"ipConfigurations": [config]}),
    ]


def with_servers(resources: list[b.Body], *servers: str) -> list[b.Body]:
    """The spoke with DNS servers of its own."""
    network, *rest = resources
    return [{**network, "properties": {**network["properties"], "dhcpOptions": {"dnsServers": list(servers)}}}, *rest]


ONPREM = "10.9.0.53"
ROOT = ruleset((".", ONPREM))
HUB_ROOT = ruleset((".", ONPREM), to="hub")


@pytest.mark.parametrize(
    ("resources", "told"),
    [
        (b.spoke(*ROOT), ("rule0", "spoke", ONPREM)),
        (b.spoke(*ruleset(("core.windows.net.", ONPREM))), ("rule0", "spoke", ONPREM)),
        # The longest suffix decides, whatever the order.
        (b.spoke(*ruleset(("windows.net.", "10.9.0.1"), ("core.windows.net.", ONPREM), (".", "10.9.0.2"))), ("rule1", "spoke", ONPREM)),
        # Not concerned: another domain, half a label, a disabled rule, a ruleset that is not linked.
        (b.spoke(*ruleset(("contoso.com.", ONPREM))), None),
        (b.spoke(*ruleset(("indows.net.", ONPREM))), None),
        (b.spoke(*ruleset((".", ONPREM), state="Disabled")), None),
        (b.spoke(*ruleset((".", ONPREM), to=None)), None),
        # A linked private zone is consulted first.
        (b.spoke(*ROOT, *zone("core.windows.net")), None),
        (b.spoke(*ROOT, *zone("core.windows.net", to="hub")), ("rule0", "spoke", ONPREM)),
        # Other servers are asked: a private resolver's answer as in its network, what anybody else's do is not known.
        (with_servers(b.spoke(*resolver(), *HUB_ROOT), "10.0.2.4"), ("rule0", "hub", ONPREM)),
        (with_servers(b.spoke(*resolver(), *ROOT), "10.0.2.4"), None),
        (with_servers(b.spoke(*resolver(), *HUB_ROOT), "10.0.2.9"), None),
        (with_servers(b.spoke(*resolver(), *HUB_ROOT), "10.0.2.4", "192.168.1.1"), None),
    ],
)  # fmt: skip
def test_which_rule_sends_the_name_elsewhere(
    read: Read, resources: list[b.Body], told: tuple[str, str, str] | None
) -> None:
    (path,), unread, _log = read(resources, in_doubt=[WEB.upper()])
    # That is no matter of the path to an address.
    assert (path["verdict"], unread) == ("open", [])
    rows = [row for row in path["dns_forwarding"] if row["name"] == NAME]
    assert [(row["rule"], row["network"], *row["servers"]) for row in rows] == ([told] if told else [])
    notes = [note for note in path["notes"] if "DNS forwarding ruleset" in note and NAME in note]
    assert len(notes) == len(rows)
    assert all(path["messages"][note]["id"] == "network.name_forwarded" for note in notes)


def test_zones_of_the_resolvers_network_hide_the_name(read: Read) -> None:
    resources = b.spoke(*resolver(), *zone("core.windows.net", to="hub"))
    (path,), _unread, _log = read(with_servers(resources, "10.0.2.4"), in_doubt=[WEB])
    assert [row["network"] for row in path["private_zones"]] == ["hub"] * len(path["private_zones"])
    assert NAME in [row["name"] for row in path["private_zones"]]


def test_nothing_is_asked_where_no_name_is_in_doubt(read: Read) -> None:
    (path,), _unread, log = read(b.spoke(*ROOT))
    assert path["dns_forwarding"] == []
    assert not [entry for entry in log if "dns" in entry["path"].lower().removesuffix("privatednszones")]


def test_what_it_costs_is_counted_by_networks(read: Read) -> None:
    subnets = {"work": {"addressPrefix": "10.1.1.0/24"}, "other": {"addressPrefix": "10.1.2.0/24"}}
    resources = [b.network("spoke", "10.1.0.0/16", subnets), *ROOT]
    for number in range(6):
        place, address = ("work", f"10.1.1.{number + 4}") if number % 2 else ("other", f"10.1.2.{number + 4}")
        resources += b.machine(f"vm{number}", f"spoke/{place}", address)
    machines = [WEB.replace("/web", f"/vm{number}") for number in range(6)]
    paths, _unread, log = read(resources, machines, in_doubt=machines)
    assert all(path["dns_forwarding"] for path in paths)
    asked = [entry["path"].rsplit("/", 1)[1] for entry in log if "dnsF" in entry["path"] or "DnsF" in entry["path"]]
    assert asked == [LIST_RULESETS, "forwardingRules"]


RIGHTS = {
    dns_forwarding.RULESETS_ACTION: "10.1.0.4",
    dns_forwarding.RULES_ACTION: "",
    dns_forwarding.RESOLVERS_ACTION: "10.0.2.4",
    dns_forwarding.ENDPOINTS_ACTION: "10.0.2.4",
}


@pytest.mark.parametrize("right", RIGHTS)
def test_a_right_that_is_missing_is_named(read: Read, right: str) -> None:
    granted = {"*/read", catalog.EFFECTIVE_ROUTES_ACTION, catalog.ADMIN_RULES_ACTION, *RIGHTS}
    reads = {f"{kind.type}/read" for kind in catalog.LISTINGS} | {
        f"Microsoft.Network/privateDnsZones/{child}/read" for child in ("A", "CNAME", "virtualNetworkLinks")
    }
    permissions = sorted((granted - {"*/read"} | reads) - {right})
    custom = right in (dns_forwarding.RESOLVERS_ACTION, dns_forwarding.ENDPOINTS_ACTION)
    resources = b.spoke(*resolver(), *ROOT, *ruleset((".", ONPREM), name="hub-rs", to="hub"))
    (path,), unread, _log = read(
        with_servers(resources, "10.0.2.4") if custom else resources,
        in_doubt=[WEB],
        credentials=[{"client_id": "reader", "secret": "s3cret", "permissions": permissions}],
    )
    assert [entry["action"] for entry in unread] == [right]
    assert right in [entry["action"] for entry in path["unread"]]
    assert (path["verdict"], path["dns_forwarding"]) == ("open", [])


@pytest.mark.parametrize("body", [{}, {"value": {}}, {"value": [], "nextLink": "https://x"}, []])
def test_an_odd_answer_is_unread(read: Read, body: object) -> None:
    fault = {"on": "arm", "match": f"POST */{LIST_RULESETS}", "answer": 200, "body": body, "times": 9}
    (path,), unread, _log = read(b.spoke(*ROOT), in_doubt=[WEB], faults=[fault])
    assert [entry["what"] for entry in unread] == ["Microsoft.Network/dnsForwardingRulesets"]
    assert path["dns_forwarding"] == []
