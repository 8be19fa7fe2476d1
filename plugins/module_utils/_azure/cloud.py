# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure clouds: endpoints by name, or asked from the metadata address of another cloud (Azure Stack, a test cloud)."""

from __future__ import annotations

import dataclasses
import typing as t
import urllib.parse

METADATA_API_VERSION = "2019-05-01"


@dataclasses.dataclass(frozen=True)
class AzureCloud:
    """`scope` is the token scope of Resource Manager, `authority` the Entra ID address, `known` false for a cloud by URL."""

    name: str
    resource_manager: str
    authority: str
    scope: str
    known: bool = True


# Source: Azure SDK for Python, azure-mgmt-core and azure-identity cloud constants (2026-11).
CLOUDS: t.Mapping[str, AzureCloud] = {
    cloud.name: cloud
    for cloud in (
        AzureCloud(
            "AzureCloud",
            "https://management.azure.com",
            "https://login.microsoftonline.com",
            "https://management.azure.com/.default",
        ),
        AzureCloud(
            "AzureUSGovernment",
            "https://management.usgovcloudapi.net",
            "https://login.microsoftonline.us",
            "https://management.usgovcloudapi.net/.default",
        ),
        AzureCloud(
            "AzureChinaCloud",
            "https://management.chinacloudapi.cn",
            "https://login.chinacloudapi.cn",
            "https://management.chinacloudapi.cn/.default",
        ),
    )
}

_KNOWN = frozenset(
    address.rpartition("/")[2] for cloud in CLOUDS.values() for address in (cloud.resource_manager, cloud.authority)
)


class CloudError(Exception):
    """The cloud is unknown or its metadata is unusable; the text names cloud_environment."""


def find(name: str, fetch: t.Callable[[str], t.Any], trusted: t.Collection[str] = ()) -> AzureCloud:
    """Return the cloud called `name`, or described at `name` when that is an https URL.

    `trusted` are further hosts that the description may name, as they get our secret or our token. `fetch` gets the metadata URL and returns its decoded JSON.
    """
    for known, cloud in CLOUDS.items():
        if known.lower() == name.lower():
            return cloud
    if urllib.parse.urlsplit(name).scheme != "https":
        names = ", ".join(CLOUDS)
        raise CloudError(f"cloud_environment: '{name}' is neither one of {names} nor an https metadata URL.")
    return _from_metadata(name, fetch, trusted)


def _from_metadata(url: str, fetch: t.Callable[[str], t.Any], trusted: t.Collection[str]) -> AzureCloud:
    parts = urllib.parse.urlsplit(url)
    base = f"{parts.scheme}://{parts.netloc}"
    answer = fetch(f"{base}/metadata/endpoints?api-version={METADATA_API_VERSION}")
    entries = answer if isinstance(answer, list) else [answer]
    for entry in entries:
        try:
            manager = str(entry["resourceManager"]).rstrip("/")
            login = str(entry["authentication"]["loginEndpoint"]).rstrip("/")
            audience = str(entry["authentication"]["audiences"][0]).rstrip("/")
        except (KeyError, IndexError, TypeError):
            continue
        if len(entries) == 1 or manager.lower() == base.lower():
            for address in (manager, login):
                _check_host(address, parts.hostname or "", trusted)
            return AzureCloud(str(entry.get("name") or base), manager, login, f"{audience}/.default", known=False)
    raise CloudError(f"cloud_environment: {base} describes no cloud whose resourceManager is that address.")


def _check_host(address: str, described_by: str, trusted: t.Collection[str]) -> None:
    """Raise CloudError for an address outside the domain of the host that names it, the known clouds and `trusted`."""
    try:
        parts = urllib.parse.urlsplit(address)
        host, right = (parts.hostname or "").lower(), parts.scheme == "https" and "@" not in parts.netloc
    except ValueError:
        host, right = "", False
    if not host or not right:
        raise CloudError(
            f"cloud_environment: the metadata of {described_by} name {address!r}, which is no https address."
        )
    domain = described_by.lower().partition(".")[2]
    # A single label, as com, is nobody's own domain; the end of an IPv4 address is none at all.
    ours = "." in domain and not domain.rpartition(".")[2].isdigit() and host.endswith(f".{domain}")
    if host == described_by.lower() or ours or host in _KNOWN or host in {name.lower() for name in trusted}:
        return
    raise CloudError(
        f"cloud_environment: the metadata of {described_by} name the host {host}, which would get our sign-in. "
        "Add it to cloud_hosts if it belongs to that cloud."
    )
