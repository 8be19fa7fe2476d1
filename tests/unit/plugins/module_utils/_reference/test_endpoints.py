# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The dated KMS endpoints against the documents that publish them, and their override."""

from __future__ import annotations

import pathlib

import pytest
import yaml

from ansible_collections.azure_windows.activation.plugins.module_utils._reference import endpoints

PUBLISHED = yaml.safe_load((pathlib.Path(__file__).parent / "published_endpoints.yml").read_text(encoding="utf-8"))
CLOUD = endpoints.CloudEndpoints(
    name="AzureTestCloud",
    cli_name="AzureTest",
    preferred_name="new.example",
    names=("new.example", "old.example"),
    legacy_names=("old.example",),
    addresses=("192.0.2.10", "192.0.2.20"),
    legacy_addresses=("192.0.2.30",),
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("AzurePublicCloud", "AzurePublicCloud"),
        ("AzureCloud", "AzurePublicCloud"),
        ("azureusgovernment", "AzureUSGovernmentCloud"),
        ("AzureUSGovernmentCloud", "AzureUSGovernmentCloud"),
        ("AzureChinaCloud", "AzureChinaCloud"),
        ("auto", None),
        ("", None),
        ("AzureStack", None),
    ],
)
def test_a_cloud_is_known_by_both_of_its_names(name: str, key: str | None) -> None:
    assert endpoints.cloud_key(name) == key


@pytest.mark.parametrize("cloud", endpoints.CLOUDS.values(), ids=lambda cloud: cloud.name)
def test_each_cloud_is_consistent(cloud: endpoints.CloudEndpoints) -> None:
    assert endpoints.CLOUDS[cloud.name] is cloud
    assert cloud.preferred_name in cloud.names
    assert cloud.preferred_name not in cloud.legacy_names
    assert not set(cloud.addresses) & set(cloud.legacy_addresses)


def test_no_address_serves_two_clouds() -> None:
    addresses = [address for cloud in endpoints.CLOUDS.values() for address in cloud.addresses + cloud.legacy_addresses]
    assert len(addresses) == len(set(addresses))
    assert not set(addresses) & set(endpoints.KNOWN_OTHER)


def test_the_endpoints_are_those_that_azure_publishes() -> None:
    found = {
        name: {key: list(getattr(cloud, key)) for key in ("names", "legacy_names", "addresses", "legacy_addresses")}
        for name, cloud in endpoints.CLOUDS.items()
    }
    assert found == PUBLISHED["clouds"]
    assert [cloud.preferred_name for cloud in endpoints.CLOUDS.values()] == PUBLISHED["preferred_names"]
    assert {"names": [*endpoints.RETIRED_NAMES], "addresses": [*endpoints.RETIRED_ADDRESSES]} == PUBLISHED["retired"]
    assert PUBLISHED["misprints"] == endpoints.MISPRINTS
    assert set(endpoints.KNOWN_OTHER) - set(endpoints.MISPRINTS) == set(PUBLISHED["not_azure"])
    assert {cloud.port for cloud in endpoints.CLOUDS.values()} == {PUBLISHED["port"]}


def test_without_an_override_the_dated_data_hold() -> None:
    assert endpoints.overridden(CLOUD, None) is CLOUD


def test_an_override_replaces_what_it_gives_and_remembers_the_rest_as_legacy() -> None:
    cloud = endpoints.overridden(CLOUD, endpoints.Override(("KMS.example.",), ("192.0.2.1",), 1689))
    assert (cloud.preferred_name, cloud.names, cloud.addresses, cloud.port) == (
        "kms.example",
        ("kms.example",),
        ("192.0.2.1",),
        1689,
    )
    assert cloud.legacy_names == ("old.example", "new.example")
    assert cloud.legacy_addresses == ("192.0.2.30", "192.0.2.10", "192.0.2.20")


def test_an_override_of_the_addresses_keeps_the_names() -> None:
    cloud = endpoints.overridden(CLOUD, endpoints.Override(addresses=("192.0.2.10", "192.0.2.1")))
    assert (cloud.names, cloud.legacy_names, cloud.port) == (CLOUD.names, CLOUD.legacy_names, 1688)
    assert cloud.legacy_addresses == ("192.0.2.30", "192.0.2.20")


@pytest.mark.parametrize("value", ["10.0.0.1", [1], {"10.0.0.1": 1}, ["10.0.0.1"] * 257, 7])
@pytest.mark.parametrize("part", ["names", "addresses"])
def test_what_is_given_must_be_short_lists_of_texts(part: str, value: object) -> None:
    with pytest.raises(ValueError, match="kms_endpoints: names and addresses must be lists"):
        endpoints.override({part: value})
