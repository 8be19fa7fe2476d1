# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which KMS host counts, and what kind of host it is."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._guest import host
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import HostSetting, KmsHost
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.fields import Fields
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.license import Rows
from ansible_collections.azure_windows.activation.plugins.module_utils._reference import endpoints

PUBLIC = endpoints.CLOUDS["AzurePublicCloud"]
GOV = endpoints.CLOUDS["AzureUSGovernmentCloud"]
OWN = endpoints.overridden(PUBLIC, endpoints.Override(("kms.own.example",), ("192.0.2.1",)))


@pytest.mark.parametrize(
    ("name", "cloud", "kind"),
    [
        ("azkms.core.windows.net", PUBLIC, "azure"),
        ("AZKMS.core.Windows.net.", PUBLIC, "azure"),
        (" azkms.core.windows.net ", PUBLIC, "azure"),
        ("kms.core.windows.net", PUBLIC, "azure_legacy_name"),
        ("20.118.99.224", PUBLIC, "azure_address"),
        ("40.83.235.53", PUBLIC, "azure_address"),
        ("23.102.135.246", PUBLIC, "azure_old_address"),
        ("20.118.99.244", PUBLIC, "known_other"),
        ("kms.windows.googlecloud.com", PUBLIC, "known_other"),
        ("35.190.247.13", PUBLIC, "known_other"),
        ("kms.core.usgovcloudapi.net", PUBLIC, "azure_other_cloud"),
        ("23.97.0.13", PUBLIC, "azure_other_cloud"),
        ("azkms.core.chinacloudapi.cn", PUBLIC, "azure_other_cloud"),
        ("kms.core.cloudapi.de", PUBLIC, "azure_other_cloud"),
        ("51.4.143.248", PUBLIC, "azure_other_cloud"),
        ("kms.core.usgovcloudapi.net", GOV, "azure"),
        ("azkms.core.windows.net", GOV, "azure_other_cloud"),
        ("23.102.135.246", GOV, "azure_other_cloud"),
        ("kms.corp.example", PUBLIC, "other"),
        ("10.1.2.3", PUBLIC, "other"),
        ("[2001:db8::1]", PUBLIC, "other"),
        ("azkms.core.windows.net:1688", PUBLIC, "other"),
        ("azkms.core.windows.net.corp.example", PUBLIC, "other"),
        ("kms.own.example", OWN, "azure"),
        ("192.0.2.1", OWN, "azure_address"),
        ("azkms.core.windows.net", OWN, "azure_legacy_name"),
        ("20.118.99.224", OWN, "azure_old_address"),
    ],
)
def test_a_host_is_classified_from_its_cloud(name: str, cloud: endpoints.CloudEndpoints, kind: str) -> None:
    assert host.classify(name, cloud) == kind


PLACES: dict[str, dict[str, t.Any]] = {
    "product": {"base": {"KeyManagementServiceMachine": "product.example", "KeyManagementServicePort": 1111}},
    "product_key": {"products": [{"activation_id": "AAAA", "KeyManagementServiceName": "productkey.example"}]},
    "global": {"service": {"KeyManagementServiceMachine": "global.example", "KeyManagementServicePort": 0}},
    "global_key": {
        "spp": {
            "KeyManagementServiceName": {"type": "String", "data": "globalkey.example"},
            "KeyManagementServicePort": {"type": "String", "data": "2222"},
        }
    },
    "policy": {"policy": {"KeyManagementServiceName": {"type": "String", "data": "policy.example"}}},
    "discovered": {
        "base": {
            "DiscoveredKeyManagementServiceMachineName": "discovered.example",
            "DiscoveredKeyManagementServiceMachinePort": 3333,
        }
    },
    "discovered_service": {"service": {"DiscoveredKeyManagementServiceMachineName": "service.example"}},
    "cached": {"network_service": {"DiscoveredKeyManagementServiceName": {"type": "String", "data": "cached.example"}}},
}
SRV = (HostSetting("srv", "srv.example", 1688, "other"), HostSetting("srv", "srv2.example", 1688, "other"))


def parse(
    rows: Rows | None, settings: dict[str, t.Any], issues: dict[str, None] | None = None, **more: t.Any
) -> KmsHost:
    place = {"srv": (), "activation_id": None, "cloud": PUBLIC, **more}
    kms = host.parse(rows, Fields(settings, "kms_settings", {} if issues is None else issues), **place)
    assert kms is not None
    return kms


def found(*places: str, srv: tuple[HostSetting, ...] = (), activation_id: str | None = "aaaa") -> KmsHost:
    base: dict[str, t.Any] = {}
    service: dict[str, t.Any] = {}
    settings: dict[str, t.Any] = {}
    for place in places:
        values = dict(PLACES[place])
        base.update(values.pop("base", {}))
        service.update(values.pop("service", {}))
        settings.update(values)
    issues: dict[str, None] = {}
    rows = Rows(True, Fields(base, "row", issues), (), Fields(service, "service", issues))
    return parse(rows, settings, issues, srv=srv, activation_id=activation_id)


@pytest.mark.parametrize(
    ("places", "source", "name", "port"),
    [
        (list(PLACES), "product", "product.example", 1111),
        (["product_key", "global"], "product", "productkey.example", 1688),
        (["global", "global_key", "policy"], "global", "global.example", 1688),
        (["global_key", "policy", "discovered"], "global", "globalkey.example", 2222),
        (["policy", "discovered"], "policy", "policy.example", 1688),
        (["discovered", "discovered_service"], "discovered", "discovered.example", 3333),
        (["discovered_service", "cached"], "discovered", "service.example", 1688),
        (["cached"], "srv", "srv.example", 1688),
    ],
)
def test_the_first_place_that_names_a_host_counts(places: list[str], source: str, name: str, port: int) -> None:
    effective = found(*places, srv=SRV).effective
    assert effective == HostSetting(source, name, port, "other")


def test_a_cached_host_alone_is_not_in_use_but_is_shown() -> None:
    kms = found("cached")
    assert kms.effective is None
    assert [(item.source, item.host) for item in kms.settings] == [("cached", "cached.example")]


def test_every_place_is_listed_once() -> None:
    assert [item.source for item in found(*PLACES, srv=SRV).settings] == [
        "product",
        "global",
        "policy",
        "discovered",
        "cached",
        "srv",
        "srv",
    ]


def test_a_product_key_of_another_product_does_not_count() -> None:
    assert found("product_key", activation_id="bbbb").settings == ()


def test_with_no_licence_row_the_only_product_key_counts() -> None:
    assert [item.host for item in found("product_key", activation_id=None).settings] == ["productkey.example"]


@pytest.mark.parametrize(
    ("settings", "manual"),
    [
        ({"spp": {}, "activation": {"Manual": {"type": "DWord", "data": 1}}}, True),
        ({"spp": {}, "activation": {"Manual": None}}, False),
        ({"spp": {}}, None),
    ],
)
def test_manual_activation_is_unknown_until_it_was_read(settings: dict[str, t.Any], manual: bool | None) -> None:
    assert parse(None, settings).manual_activation is manual


DENIED = {"spp": None, "products": [], **PLACES["policy"], **PLACES["cached"]}


def test_without_a_readable_global_setting_no_host_is_unknown_not_unset() -> None:
    assert host.parse(None, Fields(DENIED, "kms_settings", {}), SRV, None, PUBLIC) is None
    assert host.parse(None, None, SRV, None, PUBLIC) is None
    assert parse(None, {"spp": {}}, srv=()).effective is None


def test_a_host_that_windows_surely_used_counts_without_the_global_setting() -> None:
    base = Fields(PLACES["discovered"]["base"], "row", {})
    effective = parse(Rows(True, base, (), None), DENIED, srv=SRV).effective
    assert effective is not None
    assert effective.source == "discovered"


@pytest.mark.parametrize("port", [{"type": "String", "data": "x"}, {"type": "String", "data": "70000"}, [1], {"no": 1}])
def test_a_senseless_port_becomes_the_documented_one_and_is_noted(port: t.Any) -> None:
    issues: dict[str, None] = {}
    values = {"KeyManagementServiceName": {"type": "String", "data": "a.example"}, "KeyManagementServicePort": port}
    kms = parse(None, {"spp": values}, issues)
    assert kms.effective == HostSetting("global", "a.example", 1688, "other")
    assert len(issues) == 1
