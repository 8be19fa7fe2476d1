# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security admin rules apply whatever subscription their network manager is in, and come in pages."""

from __future__ import annotations

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import catalog
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.module_utils._azure.conftest import Read

SPOKE = f"{b.NETWORK}/virtualNetworks/spoke"
READ = ["*/read", catalog.EFFECTIVE_ROUTES_ACTION]


def _rule(priority: int, access: str, port: str) -> b.Body:
    inner = {
        "access": access,
        "direction": "Outbound",
        "priority": priority,
        "protocol": "Any",
        "sourcePortRanges": ["0-65535"],
        "destinationPortRanges": [port],
        "sources": [{"addressPrefixType": "IPPrefix", "addressPrefix": "*"}],
        "destinations": [{"addressPrefixType": "IPPrefix", "addressPrefix": "*"}],
    }
    return {"id": f"/subscriptions/elsewhere/rules/r{priority}", "kind": "Custom", "properties": inner}


@pytest.mark.parametrize("before", [0, 5], ids=["first page", "third page"])
def test_a_manager_that_nobody_here_can_see_denies(read: Read, before: int) -> None:
    rules = [*(_rule(number + 1, "Deny", "25") for number in range(before)), _rule(100, "Deny", "1688")]
    (path,), unread, log = read(b.spoke(), admin_rules={SPOKE: rules}, options={"page_size": 2})
    assert (path["verdict"], path["cause"], unread) == ("blocked", "nsg-denies-kms", []), path["reason"]
    asked = [entry for entry in log if entry["path"].endswith("listNetworkManagerEffectiveSecurityAdminRules")]
    assert [entry["status"] for entry in asked] == [200] * (1 + before // 2)


def test_the_list_of_managers_is_not_needed(read: Read) -> None:
    permissions = [
        *(kind.action for kind in catalog.LISTINGS),
        catalog.EFFECTIVE_ROUTES_ACTION,
        catalog.ADMIN_RULES_ACTION,
    ]
    credentials = [{"client_id": "reader", "secret": "s3cret", "permissions": permissions}]
    (path,), unread, _log = read(b.spoke(), credentials=credentials)
    assert (path["verdict"], unread) == ("open", [])


def test_refused_rules_are_unread_and_named_with_the_right(read: Read) -> None:
    credentials = [{"client_id": "reader", "secret": "s3cret", "permissions": READ}]
    (path,), unread, _log = read(b.spoke(), credentials=credentials)
    assert path["verdict"] == "unknown"
    assert [(entry["what"], entry["action"]) for entry in unread] == [
        ("security admin rules", catalog.ADMIN_RULES_ACTION)
    ]


def test_a_page_that_comes_again_is_an_end_without_rules(read: Read) -> None:
    again = {"value": [_rule(1, "Allow", "25")], "skipToken": "2"}
    fault = {"on": "arm", "match": "POST */listNetworkManager*", "answer": 200, "body": again, "times": 9}
    (path,), unread, _log = read(b.spoke(), faults=[fault])
    assert path["verdict"] == "unknown"
    assert "PagingLoop" in unread[0]["reason"]
