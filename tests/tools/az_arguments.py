# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write anew which arguments Azure CLI takes for the commands that reports print.

Azure CLI with what it needs is 300 MB, so that this runs in an environment of its own, and tests read what it wrote:

    python3 -m venv /tmp/az && /tmp/az/bin/pip install azure-cli-core && /tmp/az/bin/pip install --no-deps azure-cli
    /tmp/az/bin/python tests/tools/az_arguments.py

Commands of the extension azure-firewall, which no package index has, are renewed where `az extension add` has put it, else kept.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import pathlib
import typing as t

TABLE = pathlib.Path(__file__).parents[1] / "unit" / "plugins" / "module_utils" / "_report" / "az_arguments.json"
EXTENSION = "azure-firewall"
# What `argparse` takes for an option that may be given more than one value.
_MANY = ("+", "*")

Arguments = dict[str, dict[str, t.Any]]


def loaded(commands: t.Iterable[str]) -> dict[str, Arguments]:
    """Return the arguments of each command that this Azure CLI has, by the longest spelling of their option."""
    cli = importlib.import_module("azure.cli.core").get_default_cli()
    invocation = cli.invocation_cls(
        cli_ctx=cli, parser_cls=cli.parser_cls, commands_loader_cls=cli.commands_loader_cls, help_cls=cli.help_cls
    )
    cli.invocation = invocation
    loader, found = invocation.commands_loader, {}
    for command in commands:
        invocation.data["command_string"] = command
        loader.load_command_table(command.split())
        known = loader.command_table.get(command)
        if known is not None:
            # As Azure CLI itself does it: one command, with the arguments that every command gets, and then its own.
            loader.command_table = {command: known}
            cli.raise_event("CommandInvoker.OnPreArgumentLoad", commands_loader=loader)
            loader.load_arguments(command)
            found[command] = _arguments(known.arguments)
    return found


def _arguments(known: t.Mapping[str, t.Any]) -> Arguments:
    found: Arguments = {}
    for argument in known.values():
        settings = argument.type.settings
        # `cmd` is what Azure CLI hands to its own functions.
        if argument.name == "cmd":
            continue
        name = max(map(str, settings["options_list"]), key=len)
        given: dict[str, t.Any] = {"required": True} if settings.get("required") else {}
        given |= {"many": True} if settings.get("nargs") in _MANY else {}
        choices = settings.get("choices")
        given |= {"choices": sorted(map(str, choices))} if choices else {}
        found[name] = given
    return dict(sorted(found.items()))


def main() -> None:
    """Rewrite the table for the commands that it has."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    commands = [command for part in table.values() for command in part["commands"]]
    found = loaded(commands)
    for name, part in table.items():
        renewed = {command: found[command] for command in part["commands"] if command in found}
        if renewed:
            part["commands"] |= renewed
            part["version"] = importlib.metadata.version(name) if name != EXTENSION else _extension_version()
    TABLE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def _extension_version() -> str:
    extension = importlib.import_module("azure.cli.core.extension")
    return str(extension.get_extension(EXTENSION).version)


if __name__ == "__main__":
    main()
