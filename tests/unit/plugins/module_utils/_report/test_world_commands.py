# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every az command in the reports on the lab's worlds: Azure CLI takes it, and it names everything that was read."""

from __future__ import annotations

import functools
import json
import pathlib
import re

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import paths, session, settings
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import intake
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.interpret import interpret
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import to_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, markdown
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from tests.lab.azure import half
from tests.lab.guest import probe
from tests.lab.guest.machine import GuestMachine
from tests.lab.guest.reachability import Reach
from tests.lab.world import World, load
from tests.tools import tree
from tests.unit.plugins.module_utils._diagnosis.worlds import ASKED, NOW
from tests.unit.plugins.module_utils._report import az_cli

_POLICY = {
    "network firewall policy rule-collection-group collection add-filter-collection",
    "network firewall policy rule-collection-group create",
}
WIDE = "tests/end_to_end/worlds/wide.yml"
_NAT = {"network nat gateway create", "network public-ip create", "network vnet subnet update"}
# World -> the commands that its report has; those without an Azure of their own offer none.
OFFERED: dict[str, set[str]] = {
    "tests/lab/worlds/contoso.yml": {
        "network route-table create",
        "network route-table route create",
        "network nsg rule create",
        *_POLICY,
        *_NAT,
    },
    "tests/lab/worlds/northwind.yml": {"network route-table route create", *_POLICY, *_NAT},
    WIDE: {
        "network firewall network-rule create",
        "network nat gateway update",
        "network route-table route create",
        *_NAT,
    },
    "tests/lab/worlds/fabrikam.yml": set(),
    "tests/end_to_end/worlds/elsewhere.yml": set(),
    "tests/end_to_end/worlds/small.yml": set(),
    "tests/end_to_end/worlds/token_store.yml": set(),
}
_CODE = re.compile(r"- Azure CLI: (`+) ?(az .*?) ?\1$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"<[^>]+>")


def printed(name: str, tmp_path: pathlib.Path, *, licensed: bool = False) -> list[str]:
    """Return the az commands in the Markdown report on a world, whose guests may still be licensed."""
    world = load(tree.ROOT / name)
    for guest in world.guests.values() if licensed else ():
        guest.pop("cim", None)
    if world.azure:
        world.azure.setdefault("options", {}).update(question_seconds=0, retry_after=0)
    lab = half.start(world, tmp_path / "lab")
    try:
        found = _azure_paths(world, lab, tmp_path) if lab else {}
        reach = functools.cache(lab.reach) if lab else None
        evidence = [
            {"name": guest, "guest": _guest(world, guest, reach), "path": found.get(guest)} for guest in world.guests
        ]
        diagnoses = [to_plain(diagnose(item)) for item in intake.read(evidence)]
    finally:
        if lab is not None:
            lab.stop()
    text = markdown.render(build.report(diagnoses, "2026-11-24T08:00:00Z", "1.0.0"), Catalogue("en"))
    return [line for _ticks, line in _CODE.findall(text)]


def _azure_paths(world: World, lab: half.AzureLab, tmp_path: pathlib.Path) -> dict[str, object]:
    ids = {guest: machine for guest in world.guests if (machine := lab.machine_id(guest))}
    found = settings.resolve({"ca_path": str(lab.ca)}, lab.environment, tmp_path)
    with session.open_session(found, deadline=20) as opened:
        answer, _unread = paths.read_paths(opened.client, opened.cloud.name, paths.Asked(list(ids.values())), None)
    return dict(zip(ids, answer, strict=True))


def _guest(world: World, guest: str, reach: Reach | None) -> object:
    machine = GuestMachine(world, guest, NOW, reach).snapshot(NOW)
    raw = json.loads(json.dumps(probe.answer(machine, ASKED, pace=0.0)))
    return to_plain(interpret(raw, controller_before=NOW.isoformat(), controller_after=NOW.isoformat()))


@pytest.mark.parametrize(
    ("world", "licensed"), [*((world, False) for world in OFFERED), pytest.param(WIDE, True, id="next renewal")]
)
def test_every_command_is_complete_and_taken(world: str, licensed: bool, tmp_path: pathlib.Path) -> None:
    lines = printed(world, tmp_path, licensed=licensed)
    for line in lines:
        assert not _PLACEHOLDER.search(line), line
        az_cli.check(line)
    assert {line.split(" --")[0].removeprefix("az ") for line in lines} == OFFERED[world]


def test_the_table_is_of_the_real_azure_cli() -> None:
    assert all(arguments for arguments in az_cli.COMMANDS.values())
    assert set.union(*OFFERED.values()) == set(az_cli.COMMANDS)
