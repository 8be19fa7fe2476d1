# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find what nobody reads in `plugins`, tests left aside: a name that only its own test uses is dead.

Vulture sees readers in Python; readers elsewhere are the report's templates, roles and playbooks, and users of a documented result.
"""

from __future__ import annotations

import ast
import re
import sys
import typing as t

import vulture
import yaml

from tests.tools import tree

PLUGINS = tree.ROOT / "plugins"
ROOMS = ("plugins/plugin_utils", "roles", "playbooks")
# Name -> who reads it.
READERS = {
    "ActionModule": "Ansible loads it by this name",
    "FilterModule": "Ansible loads it by this name",
    "ModuleDocFragment": "Ansible loads it by this name",
    "ATTRIBUTES": "part of a documentation fragment",
    "CHANGE": "part of a documentation fragment",
    "DOCUMENTATION": "ansible-doc",
    "EXAMPLES": "ansible-doc",
    "RETURN": "ansible-doc",
    "TRANSFERS_FILES": "Ansible's ActionBase",
    "args": "Ansible's Task",
    "disable": "the action kms_repair, which takes the plan of a guest's firewall as plain values",
    "started_at": "whoever reads the marker file on the guest",
    "service_start": "whoever reads the marker file on the guest",
    "service_delayed": "whoever reads the marker file on the guest",
    "thumbprint": "accepted for compatibility with azure.azcollection, as documented",
    "get_retry_after": "azure-core's RetryPolicy",
    "CALLBACK_NAME": "Ansible's loader of callbacks",
    "CALLBACK_TYPE": "Ansible's loader of callbacks",
    "CALLBACK_VERSION": "Ansible's loader of callbacks",
    "_last_task_name": "Ansible's callback `default`",
    "CONFIDENCES": "whoever holds the words of the report to all that a finding can say",
    "IDS": "whoever holds pages and words to the list of findings",
    "SOURCES": "whoever asks where the meaning of an error code comes from",
}


def elsewhere() -> set[str]:
    """Return the names that templates, roles, playbooks and documented results use."""
    found: set[str] = set()
    for room in ROOMS:
        for path in sorted((tree.ROOT / room).rglob("*")):
            if path.suffix in {".j2", ".yml"}:
                found.update(re.findall(r"\.(\w+)", path.read_text("utf-8")))
    for path in sorted((PLUGINS / "modules").glob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "RETURN":
                found |= _keys(yaml.safe_load(ast.literal_eval(node.value)))
    return found


def _keys(documented: t.Mapping[str, t.Any]) -> set[str]:
    found = set(documented)
    for entry in documented.values():
        found |= _keys(entry.get("contains", {}))
    return found


def main() -> int:
    """Say what is dead and which reason is no longer needed; return the exit status."""
    search = vulture.Vulture()
    search.scavenge([str(PLUGINS)])
    unused = search.get_unused_code()
    read = elsewhere()
    dead = [item for item in unused if item.name not in read and item.name not in READERS]
    for item in dead:
        print(f"{item.filename}:{item.first_lineno}: nobody reads {item.typ} '{item.name}'")
    stale = sorted(READERS.keys() - {item.name for item in unused})
    for name in stale:
        print(f"{__file__}: READERS has '{name}', which needs no reason")
    print(f"{len(dead)} dead names in {len(list(PLUGINS.rglob('*.py')))} files")
    return 1 if dead or stale else 0


if __name__ == "__main__":
    sys.exit(main())
