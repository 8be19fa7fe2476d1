# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure's KMS endpoints per cloud: dated data, to be compared with what the guest's DNS says.

Sources, read 2026-11-23:
https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/custom-routes-enable-kms-activation (2024-07-17),
https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/windows-activation-stopped-working (2023-04-04).
Amazon EC2's, read 2026-12-01: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2config-service.html.
"""

from __future__ import annotations

import dataclasses
import typing as t

KMS_PORT = 1688
PORT_LIMIT = 65535
DEFAULT_CLOUD = "AzurePublicCloud"


@dataclasses.dataclass(frozen=True)
class CloudEndpoints:
    """One cloud, named as IMDS `azEnvironment` does. `legacy_names` still work; `legacy_addresses` are accepted, never required."""

    name: str
    cli_name: str
    preferred_name: str
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    legacy_names: tuple[str, ...] = ()
    legacy_addresses: tuple[str, ...] = ()
    port: int = KMS_PORT
    documented: str = "2024-07-17"


CLOUDS: t.Mapping[str, CloudEndpoints] = {
    "AzurePublicCloud": CloudEndpoints(
        name="AzurePublicCloud",
        cli_name="AzureCloud",
        preferred_name="azkms.core.windows.net",
        names=("azkms.core.windows.net", "kms.core.windows.net"),
        legacy_names=("kms.core.windows.net",),
        addresses=("20.118.99.224", "40.83.235.53"),
        legacy_addresses=("23.102.135.246",),
    ),
    "AzureUSGovernmentCloud": CloudEndpoints(
        name="AzureUSGovernmentCloud",
        cli_name="AzureUSGovernment",
        preferred_name="kms.core.usgovcloudapi.net",
        names=("kms.core.usgovcloudapi.net", "azkms.core.usgovcloudapi.net"),
        addresses=("23.97.0.13", "52.126.105.2"),
    ),
    "AzureChinaCloud": CloudEndpoints(
        name="AzureChinaCloud",
        cli_name="AzureChinaCloud",
        preferred_name="azkms.core.chinacloudapi.cn",
        names=("azkms.core.chinacloudapi.cn", "kms.core.chinacloudapi.cn"),
        legacy_names=("kms.core.chinacloudapi.cn",),
        addresses=("159.27.28.100", "163.228.64.161", "42.159.7.249"),
    ),
}

# The retired German cloud: its rows are still in the documents and in old images.
RETIRED_NAMES = ("kms.core.cloudapi.de",)
RETIRED_ADDRESSES = ("51.4.143.248",)

# Wrong address -> the one that was meant; older documentation carried it into many rule sets (SupportArticles-docs PR 644).
MISPRINTS: t.Mapping[str, str] = {"20.118.99.244": "20.118.99.224"}

# Host or address -> why it is known not to be a KMS of Azure.
KNOWN_OTHER: t.Mapping[str, str] = {
    **{wrong: f"misprint of {meant} in older documentation" for wrong, meant in MISPRINTS.items()},
    "kms.windows.googlecloud.com": "the KMS of Google Cloud (gcpdiag WARN/2022_012)",
    "35.190.247.13": "the KMS of Google Cloud (gcpdiag WARN/2022_012)",
    "169.254.169.250": "the KMS of Amazon EC2 (EC2Config service)",
    "169.254.169.251": "the KMS of Amazon EC2 (EC2Config service)",
    "fd00:ec2::250": "the KMS of Amazon EC2 (EC2Config service)",
}
# The hosts of other clouds: who uses one of them is likely there.
OTHER_CLOUDS = frozenset(KNOWN_OTHER) - frozenset(MISPRINTS)


def cloud_key(name: str) -> str | None:
    """Return the key of CLOUDS for an IMDS or az CLI name in any case, None when neither knows it."""
    wanted = name.casefold()
    for key, cloud in CLOUDS.items():
        if wanted in {key.casefold(), cloud.cli_name.casefold()}:
            return key
    return None


@dataclasses.dataclass(frozen=True)
class Override:
    """Names, addresses and port given by the user; an empty part keeps the dated data."""

    names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    port: int | None = None


# Far more than a KMS has; what is said of them grows with the square of their number.
_MOST = 256


def override(given: t.Mapping[str, t.Any] | None) -> Override | None:
    """Return what the option `kms_endpoints` gives, None when it gives nothing.

    Raises ValueError for other than short lists of texts, as a recording from elsewhere may hold: a text would count as its letters.
    """
    if not given:
        return None
    names, addresses = (given.get(part) or () for part in ("names", "addresses"))
    for part in (names, addresses):
        if not isinstance(part, (list, tuple)) or not all(isinstance(item, str) for item in part) or len(part) > _MOST:
            raise ValueError(f"kms_endpoints: names and addresses must be lists of at most {_MOST} texts")
    return Override(tuple(names), tuple(addresses), given.get("port"))


def overridden(cloud: CloudEndpoints, given: Override | None) -> CloudEndpoints:
    """Return the cloud with what the user gave in place of the dated data.

    What was replaced stays known as legacy, so that a guest that still uses it is named correctly.
    """
    if given is None:
        return cloud
    names = tuple(name.casefold().rstrip(".") for name in given.names) or cloud.names
    addresses = given.addresses or cloud.addresses
    known_names = dict.fromkeys(cloud.legacy_names + (cloud.names if given.names else ()))
    known_addresses = dict.fromkeys(cloud.legacy_addresses + cloud.addresses)
    return dataclasses.replace(
        cloud,
        preferred_name=names[0] if given.names else cloud.preferred_name,
        names=names,
        legacy_names=tuple(name for name in known_names if not given.names or name not in names),
        addresses=addresses,
        legacy_addresses=tuple(address for address in known_addresses if address not in addresses),
        port=given.port or cloud.port,
        documented="override",
    )
