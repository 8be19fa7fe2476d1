# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines for the engine tests that no world describes, and the parameters of a diagnosis."""

from __future__ import annotations

import copy
import typing as t

from tests.lab.sockets import Endpoints

WINDOWS = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
LICENSING = rf"{WINDOWS}\SoftwareProtectionPlatform"
APP = "55c92734-d682-4d71-983e-d6ec3f16059f"
SERVICES = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services"
POLICY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft"
TOKENS = r"C:\Windows\System32\spp\store\2.0\tokens.dat"
NAME = "azkms.core.windows.net"
ADDRESSES = ["20.118.99.224", "40.83.235.53"]
# A real client's bind to the KMS interface (log in github.com/ThunderEX/py-kms issue 27).
BIND = (
    "05000b1310000000a000000002000000d016d0160000000003000000"
    "000001007521c8514e845047b0d8ec255555bc0601000000045d888aeb1cc9119fe808002b10486002000000"
    "010001007521c8514e845047b0d8ec255555bc060100000033057171babe37498319b5dbef9ccc3601000000"
    "020001007521c8514e845047b0d8ec255555bc06010000002c1cb76c12984045030000000000000001000000"
)
CLOUDS = {
    "AzurePublicCloud": {"Names": [NAME, "kms.core.windows.net"], "Addresses": [*ADDRESSES, "23.102.135.246"]},
    "AzureChinaCloud": {"Names": ["azkms.core.chinacloudapi.cn"], "Addresses": ["159.27.28.100"]},
}
CMDLETS = (
    "Get-NetRoute",
    "Get-NetIPAddress",
    "Get-NetConnectionProfile",
    "Get-DnsClientServerAddress",
    "Get-Service",
    "Get-TimeZone",
    "Get-UICulture",
    "whoami.exe",
)
Machine = dict[str, t.Any]


def parameters(**changes: t.Any) -> dict[str, t.Any]:
    """Return the probe's parameters; the cap only costs time where something never answers."""
    given = {"TimeoutSeconds": 10, "Port": 1688, "Clouds": CLOUDS, "Cloud": "", "BindRequest": BIND}
    return {**given, "EventDays": 45, "EventMax": 200, "Sections": [], **changes}


def healthy(endpoints: Endpoints, **changes: t.Any) -> Machine:
    """Return a Server 2022 on Azure that activates, with changes of its top-level keys."""
    kms = {"state": "kms", "endpoint": endpoints.endpoint("kms")}
    resolved = {"A": ADDRESSES, "CNAME": ["kms.region.example"]}
    names = {NAME: resolved, "kms.core.windows.net": {"A": ADDRESSES[:1], "CNAME": []}}
    machine: Machine = {
        "name": "web01",
        "utc_now": "2026-11-24T08:00:00Z",
        "language_mode": "FullLanguage",
        "elevated": True,
        "ui_culture": "ja-JP",
        "time_zone": "Tokyo Standard Time",
        "powershell": "5.1.20348.2400",
        "cim": {
            "Win32_OperatingSystem": {"rows": [_SYSTEM]},
            "Win32_ComputerSystem": {"rows": [{"PartOfDomain": True, "Domain": "corp.example"}]},
            "SoftwareLicensingProduct": {"rows": [_OFFICE, _ADDON, _PRODUCT, {**_PRODUCT, "PartialProductKey": None}]},
            "SoftwareLicensingService": {"rows": [_SERVICE]},
        },
        "registry": _REGISTRY,
        "events": _EVENTS,
        "event_log_error": None,
        "event_log_oldest": "2026-01-02T03:04:05Z",
        "dns": {"servers": ["10.0.0.4", "168.63.129.16"], "system": names, "by_server": {"10.0.0.4": names}, "srv": {}},
        "tcp": {f"{address}:1688": kms for address in [*ADDRESSES, "23.102.135.246"]},
        "services": {
            "sppsvc": {"status": "Stopped", "dependents": []},
            "w32time": {"status": "Running", "dependents": ["one"]},
        },
        "files": {TOKENS: {"size": 3612672, "modified": "2026-11-04T08:00:00Z", "readable": True, "error": None}},
        "net_profiles": ["Public", "Private", "Public"],
        "default_routes": [{"interface": "Ethernet", "next_hop": "10.0.0.1", "metric": 0}],
        "addresses": [
            {
                "interface": "Ethernet",
                "address": "10.0.0.5",
                "prefix_length": 24,
                "skip_as_source": False,
                "origin": "Dhcp",
            },
            {
                "interface": "Ethernet",
                "address": "10.0.0.6",
                "prefix_length": 24,
                "skip_as_source": True,
                "origin": "Manual",
            },
        ],
        "imds": {
            "compute": {
                "azEnvironment": "AzurePublicCloud",
                "vmId": "v",
                "resourceId": "/subscriptions/s",
                "licenseType": "",
            }
        },
        "attestation": {"chain": "ok", "issuer": None},
    }
    return {**copy.deepcopy(machine), **copy.deepcopy(changes)}


def blocked(endpoints: Endpoints, **changes: t.Any) -> Machine:
    """Return a guest that reaches nothing: no DNS, no KMS, no instance metadata."""
    dead = {name: {"error": 1460} for name in (NAME, "kms.core.windows.net")}
    filtered = {"state": "filtered", "endpoint": endpoints.endpoint("filtered")}
    return healthy(
        endpoints,
        dns={"servers": ["10.0.0.4"], "system": dead, "by_server": {"10.0.0.4": dead}, "srv": {}},
        tcp={f"{address}:1688": filtered for address in [*ADDRESSES, "23.102.135.246"]},
        imds={"error": "timeout"},
        **changes,
    )


def unreadable(registry: Machine) -> Machine:
    """Return a registry whose keys, and those that a probe may look for besides, refuse to be read."""
    firewall = rf"{SERVICES}\SharedAccess\Parameters\FirewallPolicy"
    others = (
        rf"{SERVICES}\mpssvc",
        rf"{LICENSING}\{APP}",
        rf"{firewall}\DomainProfile",
        rf"{POLICY}\WindowsFirewall\DomainProfile",
        rf"{POLICY}\WindowsFirewall\FirewallRules",
        r"HKEY_USERS\S-1-5-20\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform",
    )
    return {key: {"values": {}, "deny": "read"} for key in (*registry, *others)}


_SYSTEM = {
    "Caption": "Microsoft Windows Server 2022 Datacenter",
    "OperatingSystemSKU": 8,
    "ProductType": 3,
    "Version": "10.0.20348",
    "OSLanguage": 1041,
}
_PRODUCT = {
    "ID": "ef6cfc9f-8c5d-44ac-9aad-de6a2ea0ae03",
    "ApplicationID": APP.upper(),
    "Name": "Windows(R), ServerDatacenter edition",
    "Description": "Windows(R) Operating System, VOLUME_KMSCLIENT channel",
    "PartialProductKey": "4M63B",
    "ProductKeyChannel": "Volume:GVLK",
    "LicenseFamily": "ServerDatacenter",
    "LicenseIsAddon": False,
    "LicenseStatus": 5,
    "LicenseStatusReason": 0xC004F00F,
    "GracePeriodRemaining": 0,
    "EvaluationEndDate": "1601-01-01T00:00:00Z",
    "VLActivationInterval": 120,
    "VLRenewalInterval": 10080,
    "VLActivationTypeEnabled": 0,
    "KeyManagementServiceMachine": None,
    "KeyManagementServicePort": 0,
    "GenuineStatus": 0,
}
_ADDON = {
    **_PRODUCT,
    "ID": "00000000-0000-0000-0000-0000000000e5",
    "LicenseIsAddon": True,
    "PartialProductKey": "ESU01",
}
_OFFICE = {**_PRODUCT, "ApplicationID": "0ff1ce15-a989-479d-af46-f275c6370663", "PartialProductKey": "OFFIC"}
_SERVICE = {
    "Version": "10.0.20348.2402",
    "ClientMachineID": "0d2b3a53-2f5f-4a4b-8f51-6f3e5f1d2c10",
    "KeyManagementServiceMachine": NAME.upper(),
    "KeyManagementServicePort": 1688,
    "KeyManagementServiceHostCaching": True,
    "RemainingWindowsReArmCount": 4294967295,
}
_RULE = "v2.31|Action=Block|Active=TRUE|Dir=Out|"
_REGISTRY: dict[str, t.Any] = {
    WINDOWS: {
        "values": {
            "EditionID": {"type": "String", "data": "ServerDatacenter"},
            "ProductName": {"type": "String", "data": "Windows Server 2022 Datacenter"},
            "InstallationType": {"type": "String", "data": "Server"},
            "CurrentBuildNumber": {"type": "String", "data": "20348"},
            "UBR": {"type": "DWord", "data": 2402},
        }
    },
    LICENSING: {
        "values": {
            "KeyManagementServiceName": {"type": "String", "data": NAME},
            "SkipRearm": {"type": "DWord", "data": 1},
            "BackupProductKeyDefault": {"type": "String", "data": "SECRET-PRODUCT-KEY"},
        }
    },
    rf"{LICENSING}\Activation": {"values": {"Manual": {"type": "DWord", "data": 4294967295}}},
    rf"{LICENSING}\{APP}\ef6cfc9f": {"values": {"KeyManagementServicePort": {"type": "String", "data": "1688"}}},
    rf"{LICENSING}\{APP}\other": {"values": {"Else": {"type": "String", "data": "x"}}},
    rf"{SERVICES}\sppsvc": {
        "values": {"Start": {"type": "DWord", "data": 2}, "DelayedAutostart": {"type": "DWord", "data": 1}}
    },
    rf"{SERVICES}\w32time": {"values": {"Start": {"type": "DWord", "data": 3}}},
    rf"{SERVICES}\W32Time\Parameters": {
        "values": {
            "Type": {"type": "String", "data": "NT5DS"},
            "NtpServer": {"type": "String", "data": "time.windows.com,0x8"},
        }
    },
    rf"{SERVICES}\W32Time\TimeProviders\NtpClient": {"values": {"Enabled": {"type": "DWord", "data": 1}}},
    rf"{SERVICES}\SharedAccess\Parameters\FirewallPolicy\PublicProfile": {
        "values": {
            "EnableFirewall": {"type": "DWord", "data": 1},
            "DefaultOutboundAction": {"type": "DWord", "data": 0},
        }
    },
    rf"{SERVICES}\SharedAccess\Parameters\FirewallPolicy\FirewallRules": {
        "values": {
            name: {"type": "String", "data": text}
            for name, text in {
                "{port}": f"{_RULE}Protocol=6|RPort=80|RPort=1688|Name=Lizenz|",
                "{range}": f"{_RULE}Protocol=6|RPort2_10=1000-2000|",
                "{any}": f"{_RULE}App=%SystemRoot%\\system32\\sppsvc.exe|",
                "{other port}": f"{_RULE}Protocol=6|RPort=16880|",
                "{udp}": f"{_RULE}Protocol=17|RPort=1688|",
                "{icmp}": f"{_RULE}Protocol=6x|",
                "{inactive}": "v2.31|Action=Block|Active=FALSE|Dir=Out|Protocol=6|RPort=1688|",
                "{in}": "v2.31|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=1688|",
            }.items()
        }
    },
    rf"{POLICY}\WindowsFirewall\PublicProfile": {"values": {"AllowLocalPolicyMerge": {"type": "DWord", "data": 0}}},
    rf"{POLICY}\Windows NT\CurrentVersion\Software Protection Platform": {
        "values": {"NoGenTicket": {"type": "DWord", "data": 1}}
    },
    r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections": {
        "values": {"WinHttpSettings": {"type": "Binary", "data": "1800000000000000ff"}}
    },
}
_EVENTS = [
    {"id": 12288, "record_id": 1, "time": "2026-01-02T03:04:05Z", "level": 4, "data": ["too old"]},
    {"id": 1003, "record_id": 2, "time": "2026-11-22T06:00:00Z", "level": 4, "data": [APP, "1: a"]},
    {"id": 1003, "record_id": 3, "time": "2026-11-23T06:00:00Z", "level": 4, "data": [APP, "2: b"]},
    {
        "id": 12288,
        "record_id": 4,
        "time": "2026-11-24T06:00:00Z",
        "level": 4,
        "data": ["0x00000000,0x00000000,h:1688,c,t,1,5,0,s,5"],
    },
    {
        "id": 12289,
        "record_id": 5,
        "time": "2026-11-24T06:00:01Z",
        "level": 4,
        "data": ["0x00000000, 0x00000000, 1, 0, 10"],
    },
    {"id": 1003, "record_id": 6, "time": "2026-11-24T06:00:02Z", "level": None, "data": [APP, "3: c"]},
    {
        "id": 8198,
        "record_id": 7,
        "time": "2026-11-24T07:00:00Z",
        "level": 2,
        "data": ["hr=0xC004F074", "RuleId=1;日本語"],
    },
    {
        "id": 12288,
        "record_id": 8,
        "time": "2026-11-24T07:30:00Z",
        "level": 4,
        "provider": "Other",
        "data": ["other provider"],
    },
    {"id": 903, "record_id": 9, "time": "2026-11-24T07:40:00Z", "level": 0, "data": []},
]
