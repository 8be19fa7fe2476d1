# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clouds by name and by metadata address."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import cloud

STACK = {
    "name": "Stack",
    "resourceManager": "https://arm.local:8443/",
    "authentication": {"loginEndpoint": "https://login.local/", "audiences": ["https://arm.local:8443/aud", "x"]},
}


def never(url: str) -> object:
    raise AssertionError(f"asked {url}")


def test_names_need_no_request() -> None:
    assert cloud.find("azureusgovernment", never).resource_manager == "https://management.usgovcloudapi.net"


@pytest.mark.parametrize("answer", [STACK, [STACK], [{"name": "other"}, STACK]])
def test_metadata_address(answer: t.Any) -> None:
    asked: list[str] = []

    def fetch(url: str) -> t.Any:
        asked.append(url)
        return answer

    found = cloud.find("https://arm.local:8443/metadata/endpoints", fetch)
    assert asked == ["https://arm.local:8443/metadata/endpoints?api-version=2019-05-01"]
    assert (found.resource_manager, found.authority) == ("https://arm.local:8443", "https://login.local")
    assert found.scope == "https://arm.local:8443/aud/.default"
    assert found.known is False


@pytest.mark.parametrize("answer", [[], {}, None, [{"resourceManager": 5}], "text"])
def test_unusable_metadata(answer: t.Any) -> None:
    with pytest.raises(cloud.CloudError, match="cloud_environment"):
        cloud.find("https://arm.local", lambda url: answer)


@pytest.mark.parametrize("name", ["AzureCloudy", "http://arm.local", ""])
def test_unknown_name(name: str) -> None:
    with pytest.raises(cloud.CloudError, match="cloud_environment"):
        cloud.find(name, never)
