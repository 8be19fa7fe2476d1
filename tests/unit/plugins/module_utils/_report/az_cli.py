# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments that Azure CLI takes, for the commands that a report prints.

Sources: the argument schemas in azure/cli/command_modules/network/aaz/latest/network of azure-cli 2.91.0 (PyPI) with what
custom.py and operations beside it change (`--public-ip-addresses` in place of `--pip-addresses`), and for
`network firewall` those of the extension azure-firewall, https://github.com/Azure/azure-cli-extensions/tree/main/src/azure-firewall
(azext_firewall/_params.py and aaz/latest/network/firewall). Every command takes `--subscription`; options that a command needs end in `!`.
"""

from __future__ import annotations

import shlex

_EVERY = "--subscription --resource-group!"
_CHAIN = "--policy-name! --name!"
COMMANDS = {
    "network route-table create": "--name! --location --tags --disable-bgp-route-propagation",
    "network route-table route create": "--name! --route-table-name! --address-prefix --next-hop-type --next-hop-ip-address",
    "network nsg rule create": (
        "--nsg-name! --name! --priority! --access --description --direction --protocol --destination-address-prefixes "
        "--destination-port-ranges --source-address-prefixes --source-port-ranges"
    ),
    "network nat gateway create": "--name! --location --idle-timeout --public-ip-addresses --public-ip-prefixes --sku --tags --zone",
    "network public-ip create": "--name! --location --allocation-method --sku --tier --tags --version --zone",
    "network vnet subnet update": "--name! --vnet-name! --nat-gateway --network-security-group --route-table",
    "network firewall policy rule-collection-group create": f"{_CHAIN} --priority",
    "network firewall policy rule-collection-group collection add-filter-collection": (
        f"{_CHAIN} --rule-collection-group-name! --collection-priority --action --rule-name --rule-type --description "
        "--ip-protocols --source-addresses --source-ip-groups --destination-addresses --destination-fqdns --destination-ports"
    ),
    "network firewall network-rule create": (
        "--firewall-name! --collection-name! --name! --priority --action --protocols --source-addresses --source-ip-groups "
        "--destination-addresses --destination-fqdns --destination-ports"
    ),
}
# Options that take more than one value; a further value of any other is an error of the command line.
_MANY = {
    "--destination-address-prefixes", "--destination-port-ranges", "--ip-protocols", "--source-addresses", "--destination-addresses",
    "--destination-ports", "--protocols", "--tags", "--public-ip-addresses",
}  # fmt: skip


def check(line: str) -> None:
    """Raise AssertionError unless Azure CLI takes the command line."""
    first, *words = shlex.split(line)
    split = next(at for at, word in enumerate(words) if word.startswith("--"))
    command = " ".join(words[:split])
    assert first == "az"
    assert command in COMMANDS, command
    known = f"{_EVERY} {COMMANDS[command]}".split()
    given: dict[str, list[str]] = {}
    option = ""
    for word in words[split:]:
        if word.startswith("--"):
            option = word
            assert option not in given, f"{option} twice in {line}"
            given[option] = []
        else:
            given[option].append(word)
    assert set(given) <= {name.rstrip("!") for name in known}, line
    assert {name.rstrip("!") for name in known if name.endswith("!")} <= set(given), line
    for option, values in given.items():
        assert len(values) == 1 or (values and option in _MANY), f"{option} {values}"
