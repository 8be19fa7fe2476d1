# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The dated KMS endpoints and their override."""

from __future__ import annotations

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._reference import endpoints

PUBLIC = endpoints.CLOUDS["AzurePublicCloud"]


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


def test_the_public_cloud_requires_two_addresses_and_accepts_the_third() -> None:
    assert PUBLIC.addresses == ("20.118.99.224", "40.83.235.53")
    assert PUBLIC.legacy_addresses == ("23.102.135.246",)


def test_without_an_override_the_dated_data_hold() -> None:
    assert endpoints.overridden(PUBLIC, None) is PUBLIC


def test_an_override_replaces_what_it_gives_and_remembers_the_rest_as_legacy() -> None:
    cloud = endpoints.overridden(PUBLIC, endpoints.Override(("KMS.example.",), ("192.0.2.1",), 1689))
    assert (cloud.preferred_name, cloud.names, cloud.addresses, cloud.port) == (
        "kms.example",
        ("kms.example",),
        ("192.0.2.1",),
        1689,
    )
    assert cloud.legacy_names == ("kms.core.windows.net", "azkms.core.windows.net")
    assert cloud.legacy_addresses == ("23.102.135.246", "20.118.99.224", "40.83.235.53")


def test_an_override_of_the_addresses_keeps_the_names() -> None:
    cloud = endpoints.overridden(PUBLIC, endpoints.Override(addresses=("20.118.99.224", "192.0.2.1")))
    assert (cloud.names, cloud.legacy_names, cloud.port) == (PUBLIC.names, PUBLIC.legacy_names, 1688)
    assert cloud.legacy_addresses == ("23.102.135.246", "40.83.235.53")
