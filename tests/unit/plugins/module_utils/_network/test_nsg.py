# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security admin rules, network security groups and the platform's rule for Windows licensing."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._network import nsg

from . import arm

TABLE = {"routeTable": arm.ref("routeTables", "rt")}
DIRECT = arm.route("direct", "0.0.0.0/0", "Internet")
INTERNET = arm.effective(["0.0.0.0/0"], "Internet")
DENY = arm.nsg_rule("DenyAll", 4000, "Deny")
DENY_INTERNET = arm.nsg_rule("DenyInternet", 4000, "Deny", "Internet")
LKM = arm.nsg_rule("NoLicensing", 200, "Deny", "AzurePlatformLKM")
PIP = {"publicIPAddress": arm.ref("publicIPAddresses", "web-pip")}


def judged(*rules: arm.Json, default_route: bool = True, layer: str = "subnet", **parts: t.Any) -> arm.Json:
    group = {"networkSecurityGroup": arm.ref("networkSecurityGroups", "nsg")}
    place = {**(TABLE if default_route else {}), **(group if layer == "subnet" else {})}
    on_nic = {"nic": group} if layer == "nic" else {}
    config = {**PIP, **parts.pop("config", {})}
    resources, vm_id = arm.world(arm.nsg("nsg", *rules), arm.table("rt", DIRECT), place=place, config=config, **on_nic)
    return arm.run(resources, vm_id, arm.ONE, **parts)


def allow(name: str = "AllowKms", priority: int = 100, target: t.Any = arm.FIRST, **more: t.Any) -> arm.Json:
    return arm.nsg_rule(name, priority, "Allow", target, protocol="Tcp", **{"destinationPortRange": "1688", **more})


@pytest.mark.parametrize(
    ("rules", "default_route", "verdict", "platform"),
    [
        ([], False, "allow", "applies"),
        ([DENY], False, "allow", "applies"),
        ([DENY_INTERNET], False, "allow", "applies"),
        ([DENY], True, "deny", "off_default_route"),
        ([DENY_INTERNET], True, "deny", "off_default_route"),
        ([], True, "allow", "off_default_route"),
        ([allow(), DENY], True, "allow", "off_default_route"),
        ([allow(target="Internet"), DENY], True, "allow", "off_default_route"),
        ([allow(priority=4001), DENY], True, "deny", "off_default_route"),
        ([LKM], False, "deny", "denied_by_tag"),
        ([LKM], True, "deny", "denied_by_tag"),
        ([allow(), LKM], False, "allow", "applies"),
        ([DENY_INTERNET, LKM], False, "deny", "denied_by_tag"),
        ([arm.nsg_rule("NoLicensing", 200, "Deny", "AzurePlatformLKM", protocol="Udp")], False, "allow", "applies"),
        (
            [arm.nsg_rule("NoLicensing", 200, "Deny", "AzurePlatformLKM", direction="Inbound")],
            False,
            "allow",
            "applies",
        ),
        (
            [arm.nsg_rule("NoLicensing", 200, "Deny", "AzurePlatformLKM", sourceAddressPrefix="10.9.0.0/16")],
            False,
            "allow",
            "applies",
        ),
    ],
)
@pytest.mark.parametrize("layer", ["subnet", "nic"])
def test_platform_rule(rules: list[arm.Json], default_route: bool, verdict: str, platform: str, layer: str) -> None:
    path = judged(*rules, default_route=default_route, layer=layer)
    shown = path["addresses"][0]["nsg"]
    assert (shown["verdict"], shown["platform_rule"]) == (verdict, platform)
    assert path["verdict"] == ("blocked" if verdict == "deny" else "open")
    assert path["cause"] == ("nsg-denies-kms" if verdict == "deny" else None)
    if verdict == "deny":
        assert shown["rule"]["layer"] == layer
        assert shown["rule"]["name"] in path["reason"]
        assert path["addresses"][0]["egress"]["method"] == "not_reached"


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"destinationPortRange": "", "destinationPortRanges": ["443", "1680-1690"]}, "allow"),
        ({"destinationPortRange": "1688-1688"}, "allow"),
        ({"destinationPortRange": "443"}, "deny"),
        ({"destinationPortRange": "junk"}, "unknown"),
        ({"protocol": "TCP"}, "allow"),
        ({"protocol": "*"}, "allow"),
        ({"protocol": "Udp"}, "deny"),
        ({"protocol": "Quic"}, "unknown"),
        ({"destinationAddressPrefix": "", "destinationAddressPrefixes": ["9.9.9.9", "20.118.99.0/24"]}, "allow"),
        ({"destinationAddressPrefix": None, "destinationAddressPrefixes": None}, "unknown"),
        ({"destinationAddressPrefix": "20.118.99.0/77"}, "unknown"),
        ({"destinationAddressPrefix": "Storage"}, "unknown"),
        ({"destinationAddressPrefix": "Storage", "destinationPortRange": "443"}, "deny"),
        ({"destinationAddressPrefix": "AzureCloud"}, "allow"),
        ({"destinationAddressPrefix": "Sql"}, "deny"),
        ({"destinationAddressPrefix": "AzureLoadBalancer"}, "deny"),
        ({"destinationAddressPrefix": "VirtualNetwork"}, "unknown"),
        ({"destinationAddressPrefix": "AzurePlatformLKM"}, "unknown"),
        ({"sourceAddressPrefix": "10.1.0.0/24"}, "allow"),
        ({"sourceAddressPrefix": "VirtualNetwork"}, "allow"),
        ({"sourceAddressPrefix": "10.2.0.0/24"}, "deny"),
        ({"sourceAddressPrefix": "", "sourceAddressPrefixes": ["10.2.0.0/24", "10.1.0.4"]}, "allow"),
        ({"sourceAddressPrefix": "Internet"}, "deny"),
        ({"sourcePortRange": "49152-65535"}, "allow"),
        ({"sourcePortRange": "1024"}, "deny"),
        ({"sourcePortRange": "50000-51000"}, "unknown"),
        (
            {
                "sourceAddressPrefix": None,
                "sourceApplicationSecurityGroups": [arm.ref("applicationSecurityGroups", "web")],
            },
            "allow",
        ),
        (
            {
                "sourceAddressPrefix": None,
                "sourceApplicationSecurityGroups": [arm.ref("applicationSecurityGroups", "db")],
            },
            "deny",
        ),
        (
            {
                "destinationAddressPrefix": None,
                "destinationApplicationSecurityGroups": [arm.ref("applicationSecurityGroups", "web")],
            },
            "deny",
        ),
        ({"access": "Maybe"}, "unknown"),
        ({"priority": None}, "unknown"),
        ({"direction": None}, "unknown"),
        ({"direction": "Inbound"}, "deny"),
    ],
)
def test_matching_an_allow_before_a_deny(change: arm.Json, verdict: str) -> None:
    rule = allow()
    rule["properties"].update(change)
    tags = {"westeurope": {"AzureCloud": ["20.112.0.0/12"], "Sql": ["13.0.0.0/8"]}}
    groups = {"applicationSecurityGroups": [{"id": arm.rid("applicationSecurityGroups", "WEB")}]}
    path = judged(rule, DENY, service_tags=tags, config=groups)
    assert path["addresses"][0]["nsg"]["verdict"] == verdict
    assert path["verdict"] == {"allow": "open", "deny": "blocked", "unknown": "unknown"}[verdict]


@pytest.mark.parametrize("tag", ["VirtualNetwork", "Storage"])
def test_doubt_that_changes_nothing_is_no_doubt(tag: str) -> None:
    assert judged(allow(target=tag), allow("All", 110, "*"), DENY)["verdict"] == "open"


def test_both_layers_must_allow() -> None:
    groups = [arm.nsg("on-nic", allow(), DENY), arm.nsg("on-subnet", DENY_INTERNET)]
    place = {**TABLE, "networkSecurityGroup": arm.ref("networkSecurityGroups", "on-subnet")}
    on_nic = {"networkSecurityGroup": arm.ref("networkSecurityGroups", "on-nic")}
    resources, vm_id = arm.world(*groups, arm.table("rt", DIRECT), place=place, nic=on_nic, config=PIP)
    shown = arm.run(resources, vm_id)["addresses"][0]["nsg"]
    assert (shown["verdict"], shown["rule"]["layer"], shown["rule"]["name"]) == ("deny", "subnet", "DenyInternet")
    assert shown["rule"]["nsg_id"].endswith("/on-subnet")


def test_default_rules_as_printed_decide() -> None:
    group = arm.nsg("nsg")
    group["properties"]["defaultSecurityRules"] = [arm.nsg_rule("DenyAllOutBound", 65500, "Deny")]
    place = {**TABLE, "networkSecurityGroup": arm.ref("networkSecurityGroups", "nsg")}
    resources, vm_id = arm.world(group, arm.table("rt", DIRECT), place=place, config=PIP)
    assert arm.run(resources, vm_id)["addresses"][0]["nsg"]["rule"]["name"] == "DenyAllOutBound"


def admin_rule(name: str, access: str, **more: t.Any) -> arm.Json:
    own = {
        "priority": 10,
        "access": access,
        "direction": "Outbound",
        "protocol": "Any",
        "sources": [],
        "destinations": [{"addressPrefix": "Internet", "addressPrefixType": "ServiceTag"}],
        "sourcePortRanges": ["0-65535"],
        "destinationPortRanges": ["0-65535"],
    }
    return {"id": f"/x/{name}", "kind": "Custom", "properties": {**own, **more}}


@pytest.mark.parametrize(
    ("rules", "group", "verdict", "layer"),
    [
        ([admin_rule("stop", "Deny")], [], "deny", "admin"),
        ([admin_rule("stop", "Deny", destinationPortRanges=["25"])], [], "allow", "subnet"),
        ([admin_rule("go", "AlwaysAllow")], [DENY], "allow", "admin"),
        ([admin_rule("go", "Allow")], [DENY], "deny", "subnet"),
        ([admin_rule("go", "AlwaysAllow"), admin_rule("stop", "Deny", priority=20)], [DENY], "allow", "admin"),
        ([admin_rule("stop", "Deny", direction="Inbound")], [], "allow", "subnet"),
        ([admin_rule("odd", "Deny", destinations=[{"addressPrefix": "NewTag"}])], [], "unknown", "admin"),
        ([admin_rule("any", "Deny", destinations=[], destinationPortRanges=[])], [], "deny", "admin"),
        ([], [DENY], "deny", "subnet"),
    ],
)
def test_admin_rules_come_first(rules: list[arm.Json], group: list[arm.Json], verdict: str, layer: str) -> None:
    path = judged(*group, admin_rules={arm.rid("virtualNetworks", "spoke"): rules})
    shown = path["addresses"][0]["nsg"]
    assert (shown["verdict"], shown["rule"]["layer"]) == (verdict, layer)
    assert path["verdict"] == {"allow": "open", "deny": "blocked", "unknown": "unknown"}[verdict]


def test_unread_admin_rules_are_unknown() -> None:
    scope = arm.rid("virtualNetworks", "spoke")
    path = judged(unread=[{"what": "security admin rules", "scope": scope, "reason": "403", "action": None}])
    action = "Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action"
    assert path["verdict"] == "unknown"
    assert action in [entry["action"] for entry in path["unread"]]


def test_an_unread_service_tag_is_named_with_the_right_to_grant() -> None:
    unread = judged(allow(target="Storage"), DENY)["unread"]
    assert [entry["scope"] for entry in unread if entry["what"] == "service tags"] == ["Storage"]


def test_an_unread_group_is_unknown_and_named() -> None:
    place = {"networkSecurityGroup": arm.ref("networkSecurityGroups", "elsewhere")}
    resources, vm_id = arm.world(place=place, config=PIP)
    path = arm.run(resources, vm_id, effective_routes=arm.with_routes(INTERNET))
    assert (path["verdict"], path["cause"]) == ("unknown", None)
    assert path["unread"][0]["action"] == "Microsoft.Network/networkSecurityGroups/read"
    assert "elsewhere" in path["reason"]


def test_a_default_route_of_bgp_leaves_the_platform_rule_in_doubt() -> None:
    rows = [
        arm.effective(["0.0.0.0/0"], "VirtualNetworkGateway", "VirtualNetworkGateway"),
        arm.effective(["20.118.99.224/32"], "Internet", "User"),
    ]
    for rule, verdict in ((DENY, "unknown"), (allow(), "open")):
        place = {"networkSecurityGroup": arm.ref("networkSecurityGroups", "nsg")}
        resources, vm_id = arm.world(arm.nsg("nsg", rule), place=place, config=PIP)
        path = arm.run(resources, vm_id, arm.ONE, effective_routes=arm.with_routes(*rows))
        assert path["verdict"] == verdict
        assert path["cause"] == (None if verdict == "open" else "nsg-denies-kms")


@pytest.mark.parametrize("rules", ["junk", [None], [{"name": "x", "properties": None}], [{"name": "x"}]])
def test_broken_rules_never_decide(rules: t.Any) -> None:
    group = arm.nsg("nsg")
    group["properties"]["securityRules"] = rules
    place = {**TABLE, "networkSecurityGroup": arm.ref("networkSecurityGroups", "nsg")}
    resources, vm_id = arm.world(group, arm.table("rt", DIRECT), place=place, config=PIP)
    assert arm.run(resources, vm_id)["verdict"] == "unknown"


def test_an_allow_of_unknown_match_does_not_hide_a_deny_by_the_licensing_tag() -> None:
    """Whether 'NewService' holds KMS is not known, so neither is whether its allow comes before the deny."""
    rules = [allow("maybe", 100, "NewService"), arm.nsg_rule("licensing", 200, "Deny", "AzurePlatformLKM")]
    shown = judged(*rules, default_route=False)["addresses"][0]["nsg"]
    assert (shown["verdict"], shown["platform_rule"]) != ("allow", "applies")
    assert shown["verdict"] == "unknown"


@pytest.mark.parametrize(
    ("taken", "limit", "free"),
    [
        ([], 200, 199),
        ([199, 198], 200, 197),
        ([199, 197], 200, 198),
        ([], 101, 100),
        ([100], 101, None),
        ([], 100, None),
        # Behind the last priority that Azure allows comes none of ours.
        ([], 65500, 4096),
        ([4096], 65500, 4095),
        ([], 4097, 4096),
        ([], 4096, 4095),
    ],
)
def test_the_last_free_priority_before_a_rule(taken: list[int], limit: int, free: int | None) -> None:
    rules = [{"properties": {"priority": number}} for number in taken]
    assert nsg._free_priority({"rules": rules}, limit) == free
