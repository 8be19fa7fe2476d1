# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lab knows of Azure: KMS addresses, service tags and system routes.

KMS addresses: Microsoft support article "custom routes to enable KMS activation" (2024-07-17). The prefixes of the
service tags are a small sample that holds the addresses the lab needs, not the published list.
"""

from __future__ import annotations

KMS_PORT = 1688

# Cloud name of a world -> KMS name -> addresses.
KMS_NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "AzureCloud": {
        "azkms.core.windows.net": ("20.118.99.224", "40.83.235.53"),
        "kms.core.windows.net": ("20.118.99.224", "23.102.135.246"),
    },
    "AzureUSGovernment": {
        "kms.core.usgovcloudapi.net": ("23.97.0.13",),
        "azkms.core.usgovcloudapi.net": ("52.126.105.2",),
    },
    "AzureChinaCloud": {
        "azkms.core.chinacloudapi.cn": ("159.27.28.100", "163.228.64.161"),
        "kms.core.chinacloudapi.cn": ("42.159.7.249",),
    },
}

SERVICE_TAGS: dict[str, tuple[str, ...]] = {
    "AzureActiveDirectory": ("20.190.128.0/18", "40.126.0.0/18"),
    "AzureCloud": (
        "4.144.0.0/12", "20.33.0.0/16", "20.40.0.0/13", "20.48.0.0/12", "20.64.0.0/10", "20.150.0.0/15",
        "20.184.0.0/13", "23.96.0.0/13", "40.64.0.0/10", "42.159.0.0/16", "51.104.0.0/15", "52.96.0.0/12",
        "52.126.0.0/15", "52.224.0.0/11", "159.27.0.0/16", "163.228.0.0/16",
    ),
    "AzureCloud.westeurope": ("20.50.0.0/16", "40.68.0.0/14", "51.104.128.0/17", "52.232.0.0/17"),
    "AzureCloud.westus": ("40.83.128.0/17", "40.112.0.0/13"),
    "AzureCloud.westus3": ("20.118.0.0/16",),
    "AzureMonitor": ("20.42.64.0/20", "40.71.12.224/28"),
    "Storage": ("20.150.0.0/15", "52.239.128.0/17"),
    "Storage.westeurope": ("20.150.8.0/23", "52.239.140.0/22"),
    "Sql": ("40.68.37.158/32", "52.236.184.0/24"),
    "WindowsVirtualDesktop": ("40.68.18.120/32", "51.104.49.88/32"),
}  # fmt: skip

# Address space that Azure drops unless something routes it; the first four give way to a user's 0.0.0.0/0.
PRIVATE_SPACE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
RESERVED_SPACE = (
    "127.0.0.0/8", "25.4.0.0/14", "25.148.0.0/15", "25.150.0.0/16", "25.156.0.0/16", "25.159.0.0/16", "25.176.0.0/15",
    "198.18.0.0/15", "40.108.0.0/17", "40.109.0.0/16", "104.146.0.0/17", "104.147.0.0/16", "157.59.0.0/16",
    "23.103.0.0/18", "20.35.252.0/22",
)  # fmt: skip

DEFAULT_SECURITY_RULES: tuple[tuple[str, str, int, str, str, str], ...] = (
    ("AllowVnetInBound", "Inbound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", "Inbound", 65001, "Allow", "AzureLoadBalancer", "*"),
    ("DenyAllInBound", "Inbound", 65500, "Deny", "*", "*"),
    ("AllowVnetOutBound", "Outbound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
    ("AllowInternetOutBound", "Outbound", 65001, "Allow", "*", "Internet"),
    ("DenyAllOutBound", "Outbound", 65500, "Deny", "*", "*"),
)
