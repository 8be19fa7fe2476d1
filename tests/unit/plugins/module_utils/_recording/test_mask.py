# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The masker: what may stay is listed, everything else is replaced, and the same thing always by the same."""

from __future__ import annotations

import json
import random
import string
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._recording import vocabulary
from ansible_collections.azure_windows.activation.plugins.module_utils._recording.mask import Masker

KEY = b"a key for tests of thirty-two by"
VM = "/subscriptions/1b2c3d4e-0000-4444-8888-1234567890ab/resourceGroups/rg-payroll/providers/Microsoft.Compute/virtualMachines/Web01"

SHAPES = (
    "{}",
    "{}.{}",
    "{}\\{}",
    "/subscriptions/{}/resourceGroups/{}",
    "{}:1688",
    "Name={}|Desc={}|",
    "{} {}",
    "{}@{}",
    'W/"{}"',
    "CN={}, O={}",
)


def masker() -> Masker:
    return Masker(KEY)


@pytest.mark.parametrize(
    "text",
    [
        "azkms.core.windows.net", "azkms.core.windows.net:1688", "KMS.core.windows.net.", "kms.windows.googlecloud.com", "20.118.99.224:1688",
        "0xC004F074", "2026-11-20T08:00:00Z", "10.0.20348.2402", "5.1.20348.2400", "1688", "1024-65535", "*", "Deny", "Windows(R), ServerDatacenter edition",
        "Windows(R) Operating System, VOLUME_KMSCLIENT channel", "Microsoft Windows Server 2022 Datacenter", "Volume:GVLK", "PowerState/running",
        "Microsoft.Network/routeTables/read", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "VirtualAppliance", "ja-JP",
        "*.core.windows.net", "time.windows.com,0x8", "System.Management.Automation.RuntimeException", "255.255.255.0", "10.0.0.0/8", "AzureFirewallSubnet",
        "hr=0xC004F074;RuleId=55c92734-d682-4d71-983e-d6ec3f16059f;Action=AutoActivate",
    ],
)  # fmt: skip
def test_what_windows_and_azure_define_stays(text: str) -> None:
    assert masker().text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "web01", "WEB01.corp.contoso.com", "CONTOSO\\svc-ansible", "svc@contoso.com", "kms01.corp.contoso.com:1688", "10.1.0.4", "10.1.0.0/24", "52.166.78.97",
        "1b2c3d4e-0000-4444-8888-1234567890ab", "WX4NM-KYWYW-QJJR4-XV3QB-6VM33", "00-0D-3A-12-34-56", "000D3A123456", "アクセスが拒否されました。", VM,
        "C:\\Users\\jdoe\\tokens.dat", "\\\\files01\\share", "proxy.contoso.com:8080", "CN=Contoso Issuing CA 1, O=Contoso", "fe80::1ff:fe23:4567:890a",
        "_vlmcs._tcp.corp.contoso.com", "Name=Block payroll|", "03612-03311-000-000001-03-1033-20348", "contoso.core.windows.net",
        "https://contoso.example/x?key=1",
    ],
)  # fmt: skip
def test_what_somebody_chose_is_replaced(text: str) -> None:
    masked = masker().text(text).casefold()
    for word in (
        "contoso",
        "web01",
        "kms01",
        "svc",
        "jdoe",
        "files01",
        "payroll",
        "proxy",
        "10.1.",
        "52.166",
        "1b2c3d4e",
        "6vm33",
        "0d3a",
        "拒否",
        "03612",
    ):
        assert word not in masked


def test_the_same_is_replaced_by_the_same_wherever_it_stands() -> None:
    mask = masker()
    raw = {"imds": {"data": {"compute": {"resourceId": VM, "name": "Web01", "resourceGroupName": "rg-payroll"}}}}
    compute = mask.value(raw)["imds"]["data"]["compute"]
    masked = compute["resourceId"].split("/")
    assert (masked[1], masked[3], masked[5:8]) == (
        "subscriptions",
        "resourceGroups",
        ["providers", "Microsoft.Compute", "virtualMachines"],
    )
    assert (masked[4], masked[8]) == (compute["resourceGroupName"], compute["name"])
    assert mask.text(VM.upper()).casefold() == compute["resourceId"].casefold()
    assert mask.text("web01.corp.contoso.com").endswith(mask.text("corp.contoso.com"))


def test_a_key_of_nobody_knows_what_is_replaced_too() -> None:
    raw = {
        "tags": {"name": "web01", "costcenter-4711": "payroll"},
        "rules": {"{BLOCK-CONTOSO}": "v2.31|Action=Block|"},
        "contosoKey": 1,
    }
    text = json.dumps(masker().value(raw))
    assert "4711" not in text
    assert "contoso" not in text.casefold()
    assert "Action=Block" in text


def test_numbers_and_truth_values_stay() -> None:
    assert masker().value({"id": 3221549172, "exists": True, "size": None, "level": 0.5}) == {
        "id": 3221549172,
        "exists": True,
        "size": None,
        "level": 0.5,
    }


def test_a_range_of_addresses_becomes_networks_that_hold_the_same() -> None:
    mask = masker()
    (body,) = mask.value([{"ipAddresses": ["10.20.0.4-10.20.0.7", "10.20.1.0/24"]}])
    assert body["ipAddresses"] == [mask.text("10.20.0.4/30"), mask.text("10.20.1.0/24")]
    rule = mask.text("v2.31|Action=Block|Dir=Out|RA4=10.20.0.4-10.20.0.8|Name=x|")
    assert (
        rule
        == f"v2.31|Action=Block|Dir=Out|RA4={mask.text('10.20.0.4/30')}|RA4={mask.text('10.20.0.8/32')}|Name={mask.text('x')}|"
    )


def test_only_published_setup_keys_show_their_end() -> None:
    rows = masker().value([{"PartialProductKey": "6VM33"}, {"PartialProductKey": "7QPVD"}])
    assert rows[0]["PartialProductKey"] == "6VM33"
    assert rows[1]["PartialProductKey"] not in {"7QPVD", "6VM33"}
    assert len(rows[1]["PartialProductKey"]) == 5


def test_a_proxy_hides_in_a_binary_value() -> None:
    text = b"proxy.contoso.com:8080"
    blob = (b"\x18\0\0\0\x07\0\0\0\x03\0\0\0" + len(text).to_bytes(4, "little") + text + b"\x07\0\0\0<local>").hex()
    masked = bytes.fromhex(
        masker().value({"winhttp_settings": {"type": "Binary", "data": blob}})["winhttp_settings"]["data"]
    )
    assert b"contoso" not in masked
    assert masked[:12].hex() == blob[:24]
    length = int.from_bytes(masked[12:16], "little")
    assert masked[16 : 16 + length].endswith(b":8080")


def test_of_an_answer_that_is_no_rpc_only_the_length_is_told() -> None:
    html = b"<html>blocked by fw01.contoso.com</html>".hex()
    ack = "05000c0310000000"
    masked = masker().value([{"reply": html}, {"reply": ack}])
    assert masked == [{"reply": "00" * (len(html) // 2)}, {"reply": ack}]


@pytest.mark.parametrize("seed", range(20))
def test_no_made_up_word_survives_at_any_place(seed: int) -> None:
    chosen = random.Random(seed)
    words: list[str] = []

    def word() -> str:
        words.append("".join(chosen.choices(string.ascii_lowercase, k=9)) + str(chosen.randrange(100)))
        return words[-1]

    def text() -> str:
        return chosen.choice(SHAPES).format(word(), word())

    def tree(depth: int) -> t.Any:
        if depth == 0:
            return text()
        keys = [chosen.choice(sorted(vocabulary.KEYS)) for _number in range(3)] + [word()]
        return {key: chosen.choice([tree(depth - 1), [tree(depth - 1), text()], 7, None]) for key in keys}

    masked = json.dumps(masker().value(tree(3))).casefold()
    assert words
    assert [item for item in words if item in masked] == []
