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
    "resourceManager": "https://arm.stack.local:8443/",
    "authentication": {
        "loginEndpoint": "https://login.stack.local/",
        "audiences": ["https://arm.stack.local:8443/aud", "x"],
    },
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

    found = cloud.find("https://arm.stack.local:8443/metadata/endpoints", fetch)
    assert asked == ["https://arm.stack.local:8443/metadata/endpoints?api-version=2019-05-01"]
    assert (found.resource_manager, found.authority) == ("https://arm.stack.local:8443", "https://login.stack.local")
    assert found.scope == "https://arm.stack.local:8443/aud/.default"
    assert found.known is False


@pytest.mark.parametrize("answer", [[], {}, None, [{"resourceManager": 5}], "text"])
def test_unusable_metadata(answer: t.Any) -> None:
    with pytest.raises(cloud.CloudError, match="cloud_environment"):
        cloud.find("https://arm.stack.local", lambda url: answer)


@pytest.mark.parametrize("name", ["AzureCloudy", "http://arm.stack.local", ""])
def test_unknown_name(name: str) -> None:
    with pytest.raises(cloud.CloudError, match="cloud_environment"):
        cloud.find(name, never)


def _describing(login: str, manager: str = "https://arm.stack.local") -> t.Callable[[str], t.Any]:
    return lambda url: {
        "resourceManager": manager,
        "authentication": {"loginEndpoint": login, "audiences": ["https://arm.stack.local/aud"]},
    }


@pytest.mark.parametrize(
    "login", ["https://arm.stack.local/adfs", "https://adfs.stack.local", "https://login.microsoftonline.com/"]
)
def test_metadata_may_name_their_own_domain_and_the_public_clouds(login: str) -> None:
    assert cloud.find("https://arm.stack.local", _describing(login)).authority == login.rstrip("/")


@pytest.mark.parametrize(
    "host",
    ["login.evil.example", "evilstack.local", "stack.local.evil.example", "login.microsoftonline.com.evil.example"],
)
def test_metadata_may_name_another_host_only_when_it_is_trusted(host: str) -> None:
    for fetch in (_describing(f"https://{host}"), _describing("https://arm.stack.local", f"https://{host}:443")):
        with pytest.raises(cloud.CloudError, match=f"host {host}.*cloud_hosts"):
            cloud.find("https://arm.stack.local", fetch)
        assert cloud.find("https://arm.stack.local", fetch, [host.upper()]).known is False


@pytest.mark.parametrize("name", ["arm.example", "10.0.0.4"])
def test_a_top_level_domain_and_a_network_are_no_own_domain(name: str) -> None:
    other = f"evil.{name.partition('.')[2]}"
    with pytest.raises(cloud.CloudError, match="cloud_hosts"):
        cloud.find(f"https://{name}", _describing(f"https://{other}", f"https://{name}"))


@pytest.mark.parametrize(
    "login", ["http://arm.stack.local", "arm.stack.local", "https://u:p@arm.stack.local", "https://[::1", "https://"]
)
def test_metadata_must_name_https_addresses(login: str) -> None:
    with pytest.raises(cloud.CloudError, match="no https address"):
        cloud.find("https://arm.stack.local", _describing(login))
