# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Diagnose a world without Ansible, and what of its report is no words. Loaded by `pseudo`, after it changed the texts."""

from __future__ import annotations

import dataclasses
import datetime
import os
import pathlib
import tempfile
import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils import _text
from ansible_collections.azure_windows.activation.plugins.module_utils._azure import paths, session, settings
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import intake
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.interpret import AUTO, interpret
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import to_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._report import (
    build,
    commands,
    console,
    drawing,
    grouping,
    network_path,
    page,
    prometheus,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from ansible_collections.azure_windows.activation.plugins.plugin_utils._guest_read import DEFAULTS, parameters
from tests.lab.azure import half
from tests.lab.guest import probe
from tests.lab.guest.machine import GuestMachine
from tests.lab.server.behaviour import behaviour
from tests.lab.sockets import Endpoints
from tests.lab.world import World

NOW = datetime.datetime(2026, 12, 1, 11, 0, tzinfo=datetime.timezone.utc)
REPORTED = "2026-12-01T11:00:05Z"
DOWN = {"kind": "unreachable", "message": "connection refused"}
_DEADLINE = 120

Plain = dict[str, t.Any]


def report(world: World, accents: bool) -> Plain:
    """Return the wordless report on a world; with `accents` a text of one VM is another one than the same text of the next."""
    found = [to_plain(diagnose(item)) for item in intake.read(evidence(world))]
    return wordless([other_words(item, number) for number, item in enumerate(found)] if accents else found)


def evidence(world: World) -> list[Plain]:
    """Return what the modules find out about every guest of the world, and about its way through Azure."""
    with tempfile.TemporaryDirectory() as folder:
        options = {**world.document["azure"].get("options", {}), "retry_after": 0}
        azure = half.start({**world.document, "azure": {**world.document["azure"], "options": options}}, folder)
        assert azure is not None
        ways = _ways(azure, [found for found in map(azure.machine_id, world.guests) if found], pathlib.Path(folder))
        sockets = Endpoints()
        sockets.start()
        found = []
        for name, guest in world.guests.items():
            machine = GuestMachine(world, name, NOW, azure.reach, sockets)
            side = {"path": ways.get(str(azure.machine_id(name)).lower())}
            down = behaviour(guest.get("connection")).state != "up"
            found.append({"name": name, **side, **({"guest_error": DOWN} if down else {"guest": _guest(machine)})})
        sockets.stop()
        azure.stop()
    return found


def _guest(machine: GuestMachine) -> Plain:
    raw = probe.answer(machine.snapshot(NOW), parameters(DEFAULTS, probe.SECTIONS), pace=0)
    raw["elapsed_ms"] = 0
    seen = interpret(
        raw, controller_before=NOW, controller_after=NOW, cloud_option=AUTO, subset=probe.SECTIONS, given=None
    )
    return t.cast("Plain", to_plain(seen))


def _ways(azure: half.AzureLab, machines: t.Sequence[str], folder: pathlib.Path) -> dict[str, Plain]:
    os.environ["REQUESTS_CA_BUNDLE"] = azure.environment["REQUESTS_CA_BUNDLE"]
    found = settings.resolve({}, azure.environment, folder)
    with session.open_session(found, deadline=_DEADLINE) as opened:
        asked = paths.Asked(machines, found.subscription_id)
        ways, _unread = paths.read_paths(opened.client, opened.cloud.name, asked, None)
    return {way["vm_id"].lower(): way for way in ways}


def other_words(diagnosis: Plain, number: int) -> Plain:
    """Return a plain diagnosis each of whose texts is said with an accent of its own."""
    said = {text: f"{text} «{number}»" for text in diagnosis["messages"]}

    def again(value: t.Any) -> t.Any:
        if isinstance(value, dict):
            return {said.get(key, key): again(item) for key, item in value.items()}
        if isinstance(value, list):
            return [again(item) for item in value]
        return said.get(value, value) if isinstance(value, str) else value

    return t.cast("Plain", again(diagnosis))


def bare(value: t.Any) -> t.Any:
    """Return a value as plain data in which a text is its message, in no words."""
    if isinstance(value, _text.Text):
        return {"message": value.message.id, "params": bare(value.message.params)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: bare(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, t.Mapping):
        return {str(key): bare(item) for key, item in value.items()}
    return [bare(item) for item in value] if isinstance(value, (list, tuple)) else value


def wordless(diagnoses: list[Plain]) -> Plain:
    """Return what of the report on diagnoses is no words."""
    found, catalogue = build.report(diagnoses, REPORTED, "1.0.0"), Catalogue()
    causes = [*grouping.causes(found.hosts), *grouping.healthy(found.hosts)]
    cases = [case for cause in causes for case in cause.cases]
    ways = [network_path.ways(case.finding.evidence, "vm") for case in cases]
    drawn = [drawing.draw(way, catalogue) for same in ways for way in same]
    view = page.build(found, catalogue)
    lines = console.render(found, "/r", 119, (), catalogue)
    titles = [host.root_cause.title for host in found.hosts]
    sentences = [said for host in found.hosts for said in (*host.chain, *(finding.title for finding in host.findings))]
    return {
        "hosts": bare(found.hosts),
        "groups": [[cause.id, cause.state, cause.severity, [case.names for case in cause.cases]] for cause in causes],
        "shared": [bare(case.facts) for case in cases],
        "ways": bare(ways),
        "drawings": [
            [one.width, [(box.x, box.status, box.mark) for box in one.boxes], bare(one.lines)] for one in drawn
        ],
        "commands": [
            [
                remedy.action,
                [step.command for step in remedy.steps],
                *bare(commands.of(remedy, case.finding.evidence, case.names)).items(),
            ]
            for case in cases
            for remedy in case.finding.remedy
        ],
        "colours": [
            (cause.id, cause.tone, cause.share, cause.who, [one.who for one in cause.cases])
            for cause in (*view["causes"], *view["healthy"])
        ],
        "rows": [
            (
                row.anchor,
                row.case,
                row.name,
                row.state,
                row.tone,
                row.days,
                row.days_tone,
                len(row.own),
                len(row.unseen),
            )
            for row in view["vms"]
        ],
        "others": [(one.tone, one.who, one.names, len(one.shared), len(one.fixes)) for one in view["others"]],
        "overview": bare([view[name] for name in ("bar", "timeline", "teams", "anchors", "summary")]),
        "table": list(dict.fromkeys((line.tone, line.text.partition(" ")[0] == "ok") for line in lines)),
        "metrics": prometheus.render(found),
        # The words themselves, and the cases of a report that goes by them: both are other ones in the pseudo-locale.
        "said": sorted({catalogue.text(said) for said in sentences if isinstance(said, _text.Text)}),
        "by_title": sorted(set(map(str, titles))),
    }
