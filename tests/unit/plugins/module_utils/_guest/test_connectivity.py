# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a connection attempt and the bytes that came back say."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._guest import connectivity
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import Target
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.fields import Fields

HEADER = "05000c03100000003c00000002000000d016d0165a2d0000"
ACK = HEADER + "0500313638380000" + "01000000" + "00000000" + "045d888aeb1cc9119fe808002b10486002000000"
REJECTED = ACK.replace("0100000000000000", "0100000002000100")


def target(**values: t.Any) -> Target:
    raw = {"address": "20.118.99.224", "port": 1688, "reasons": ["documented"], "connected": False, **values}
    parsed = connectivity.parse(Fields({"targets": [raw]}, "connectivity", {}))
    assert parsed is not None
    return parsed.targets[0]


@pytest.mark.parametrize(
    ("values", "state", "symbol"),
    [
        ({"connected": True, "reply": ACK}, "kms", None),
        ({"connected": True, "reply": ACK, "reply_error": 10054}, "kms", None),
        ({"connected": True, "reply": REJECTED}, "open", None),
        ({"connected": True, "reply": "05000d03100000001500000002000000010001"}, "open", None),
        ({"connected": True, "reply": "485454502f312e3120343030"}, "open", None),
        ({"connected": True, "reply": "", "reply_timed_out": True}, "open", None),
        ({"connected": True, "reply": ""}, "open", None),
        ({"connected": True, "reply": None}, "open", None),
        ({"connected": True, "reply": "xyz"}, "open", None),
        ({"connected": True, "reply": "", "reply_error": 10054}, "reset", "WSAECONNRESET"),
        ({"connected": True, "reply": "", "reply_error": 10053}, "reset", "WSAECONNABORTED"),
        ({"connected": True, "reply": "", "reply_error": 10058}, "open", None),
        ({"socket_error": 10061}, "refused", "WSAECONNREFUSED"),
        ({"socket_error": 10013}, "guest_blocked", "WSAEACCES"),
        ({"socket_error": 10060}, "filtered", "WSAETIMEDOUT"),
        ({"socket_error": 10054}, "reset", "WSAECONNRESET"),
        ({"socket_error": 10065}, "error", "WSAEHOSTUNREACH"),
        ({"timed_out": True}, "filtered", None),
        ({}, "error", None),
        ({"connected": "yes"}, "error", None),
    ],
)
def test_the_state_of_a_target(values: dict[str, t.Any], state: str, symbol: str | None) -> None:
    parsed = target(**values)
    assert (parsed.state, parsed.code.symbol if parsed.code else None) == (state, symbol)
    assert parsed.detail


def test_a_target_without_address_or_port_is_noted_and_left_out() -> None:
    issues: dict[str, None] = {}
    raw = {"targets": [{"address": "x", "port": 1}, {"address": "10.0.0.1", "port": 0}, 7]}
    parsed = connectivity.parse(Fields(raw, "connectivity", issues))
    assert parsed is not None
    assert parsed.targets == ()
    assert {issue.split(":")[0].split(".")[1] for issue in issues} == {"targets[0]", "targets[1]", "targets[2]"}


def test_no_list_of_targets_is_no_evidence() -> None:
    assert connectivity.parse(Fields({"targets": None}, "connectivity", {})) is None
