# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module that changes Azure has in common: documentation, options, and a whole run by Ansible."""

from __future__ import annotations

import importlib
import json
import os
import pathlib
import subprocess
import typing as t

import pytest
import yaml

from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import running
from tests.tools import tree
from tests.unit import documentation
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.modules.azure.conftest import COLLECTION, Start

ROOT = pathlib.Path(__file__).resolve().parents[5]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("azure_kms_*.py"))
WRITING = [name for name in MODULES if name != "azure_kms_path_info"]
TABLE = f"{b.NETWORK}/routeTables/rt"
NSG = f"{b.NETWORK}/networkSecurityGroups/nsg"
SUBNET = f"{b.NETWORK}/virtualNetworks/spoke/subnets/work"
POLICY = f"{b.NETWORK}/firewallPolicies/policy"


def compared(options: dict[str, t.Any], nested: str) -> dict[str, t.Any]:
    return {
        name: {
            "type": option.get("type", "str"),
            "required": option.get("required", False),
            "default": option.get("default"),
            "elements": option.get("elements"),
            "choices": sorted(option.get("choices", [])),
            "options": sorted(option.get(nested, ())),
        }
        for name, option in options.items()
    }


@pytest.mark.parametrize("name", MODULES)
def test_a_module_takes_what_its_documentation_says(name: str) -> None:
    spec = importlib.import_module(f"{COLLECTION}.{name}").argument_spec()
    assert compared(spec, "options") == compared(documentation.options(name), "suboptions")


def test_the_action_group_holds_every_module() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text("utf-8"))
    assert runtime["action_groups"]["azure"] == MODULES


WRONG: dict[str, tuple[str, dict[str, t.Any], str]] = {
    "another type": ("route", {"route_table": SUBNET}, "route_table: .* is not the resource id of one of Microsoft.Network/routeTables"),
    "no id": ("route", {"route_table": "rt"}, "route_table: 'rt' is not the resource id"),
    "a query": ("route", {"route_table": f"{TABLE}?x=1"}, "route_table"),
    "a way up": ("nsg_rule", {"nsg": f"{NSG}/../x"}, "nsg"),
    "no address": ("route", {"route_table": TABLE, "addresses": ["kms"]}, "addresses: 'kms' is not an IPv4 address"),
    "host bits": ("nsg_rule", {"nsg": NSG, "sources": ["10.0.0.1/8"]}, "sources: '10.0.0.1/8' is neither"),
    "no sources": ("firewall_rule", {"policy": POLICY}, "sources: name the networks"),
    "a bad name": ("nat_gateway", {"subnet": SUBNET, "name": "a/b"}, "name: 'a/b' cannot be the name"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "options", "text"), WRONG.values(), ids=WRONG)
def test_a_wrong_option_is_named(azure: Start, name: str, options: dict[str, t.Any], text: str) -> None:
    with pytest.raises(running.OptionError, match=text):
        azure([b.table()]).run(name, **options)


def test_what_does_not_exist_is_said(azure: Start) -> None:
    lab = azure([b.table()])
    assert lab.run("route", route_table=f"{TABLE}x")["msg"].startswith(f"route_table: {TABLE}x does not exist")
    assert lab.run("nsg_rule", nsg=NSG)["msg"].startswith(f"nsg: {NSG} does not exist")


def test_a_missing_or_foreign_journal_is_said(azure: Start, tmp_path: pathlib.Path) -> None:
    lab = azure([b.table()])
    with pytest.raises(Exception, match=r"journal: .* does not exist"):
        lab.undo()
    for text in ("no json\n", '{"a": 1}\n', "[1]\n"):
        (tmp_path / "other").write_text(text)
        with pytest.raises(Exception, match=r"journal: .*(is no journal|is not one) of this collection"):
            lab.run("rollback", journal=str(tmp_path / "other"))


def started(lab: t.Any, module: str, *flags: str, **options: t.Any) -> subprocess.Popen[str]:
    """Start Ansible with one module."""
    environment = {
        "ANSIBLE_COLLECTIONS_PATH": str(tree.TREE),
        **os.environ,
        **lab.lab.environment,
        "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal",
        "ANSIBLE_NOCOLOR": "1",
    }
    command = [
        "ansible",
        "localhost",
        "-i",
        "localhost,",
        "-c",
        "local",
        "-e",
        "ansible_python_interpreter={{ ansible_playbook_python }}",
    ]
    return subprocess.Popen(
        [*command, "-m", f"azure_windows.activation.{module}", "-a", json.dumps(options), *flags],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT,
    )  # fmt: skip


def ansible(lab: t.Any, module: str, *flags: str, **options: t.Any) -> dict[str, t.Any]:
    with started(lab, module, *flags, **options) as process:
        out, err = process.communicate(timeout=120)
    assert "Traceback" not in out + err, (out, err)
    assert lab.lab.environment["AZURE_SECRET"] not in out + err + lab_text(lab)
    return t.cast("dict[str, t.Any]", json.loads(out[out.index("=> {") + 3 : out.rindex("}") + 1]))


def lab_text(lab: t.Any) -> str:
    return lab.journal.read_text("utf-8") if lab.journal.exists() else ""


def test_a_whole_run_by_ansible(azure: Start) -> None:
    lab = azure(b.routed(b.route("0.0.0.0/0", "None")))
    before = lab.lab.state_hash()
    journal = str(lab.journal)
    preview = ansible(lab, "azure_kms_route", "--check", route_table=TABLE, journal=journal)
    assert (preview["changed"], lab.writes(), lab.journal.exists()) == (True, [], False)
    done = ansible(lab, "azure_kms_route", route_table=TABLE, journal=journal)
    assert (done["changed"], done["effective"]) == (True, True)
    undone = ansible(lab, "azure_kms_rollback", journal=journal)
    assert (undone["changed"], undone["refused"], lab.lab.state_hash()) == (True, None, before)
    failed = ansible(lab, "azure_kms_nsg_rule", nsg=NSG)
    assert (failed["msg"].startswith(f"nsg: {NSG} does not exist"), failed["refused"]) == (True, None)
    wrong = ansible(lab, "azure_kms_nsg_rule", nsg="nsg")
    assert wrong["msg"] == "nsg: 'nsg' is not the resource id of one of Microsoft.Network/networkSecurityGroups."
