# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Readers of what comes from outside, each with one damaged document. What they raise beside their own error is a fault."""

from __future__ import annotations

import contextlib
import json
import pathlib
import tempfile
import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils._azure.arm import ArmError
from ansible_collections.azure_windows.activation.plugins.module_utils._azure.paths import Asked, read_paths, targets
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import job, rollback
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.journal import (
    Entry,
    JournalError,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.writers import (
    firewall_rule,
    nat_gateway,
    nsg_rule,
    route,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.writers.kind import Kind
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Evidence
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.interpret import interpret
from ansible_collections.azure_windows.activation.plugins.module_utils._network.path import evaluate
from ansible_collections.azure_windows.activation.plugins.module_utils._network.state import NetworkState
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import to_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._recording import recording
from ansible_collections.azure_windows.activation.plugins.module_utils._report import (
    build,
    markdown,
    prometheus,
    terse,
    written,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from tests.fuzz import seeds
from tests.fuzz.azure_wire import session
from tests.fuzz.damage import Damage

Damages = t.Sequence[Damage]
_TARGETS = targets("AzureCloud", None)
_VERDICTS = {"open", "blocked", "suspect", "unknown"}
_ENGLISH = Catalogue("en")


def _chosen(choices: t.Sequence[t.Any], damages: Damages) -> t.Any:
    return choices[damages[0].place % len(choices)]


def _says(value: t.Any) -> None:
    """Hold a result to be JSON, as whatever leaves a module must be."""
    json.dumps(to_plain(value)).encode()


def azure_bodies(damages: Damages) -> None:
    """Bodies of Azure through the judging of a path."""
    seed, machine = _chosen(seeds.network_seeds(), damages)
    path = evaluate(NetworkState(seed.damaged(damages)), machine, _TARGETS)
    assert path["verdict"] in _VERDICTS
    _says(path)


def azure_answers(damages: Damages) -> None:
    """Recorded answers of Azure through the whole reading."""
    found = _chosen(seeds.azure_recordings(), damages).damaged(damages)
    with contextlib.suppress(recording.RecordingError):
        recording.replay({"guest": None, "guest_error": {"kind": "x", "message": "y"}, "azure": found}, "vm")


def azure_wire(damages: Damages) -> None:
    """Answers on the wire through the SDK, the client and the whole reading."""
    bodies, machine = _chosen(seeds.networks(), damages)
    opened, _runtime, _spoiled = session(bodies, damages, 24)
    paths, unread = read_paths(opened.client, "AzureCloud", Asked([machine]), None)
    assert paths[0]["verdict"] in _VERDICTS
    _says([paths, unread])


def azure_lists(damages: Damages) -> None:
    """One answer on the wire: a GET, a list and a question."""
    bodies, machine = _chosen(seeds.networks(), damages)
    opened, _runtime, _spoiled = session(bodies, damages, 1)
    kind = machine.rpartition("/")[0].partition("/providers/")[2]
    for ask in (
        lambda: opened.client.get(machine, "2024-05-01"),
        lambda: opened.client.list(f"/subscriptions/s/providers/{kind}", "2024-05-01"),
        lambda: opened.client.ask(f"{machine}/effectiveRouteTable", "2024-05-01"),
    ):
        with contextlib.suppress(ArmError):
            ask()


def _jobs(bodies: list[seeds.Body]) -> list[tuple[Kind, dict[str, t.Any]]]:
    """Return what could be changed in a network."""
    found: list[tuple[Kind, dict[str, t.Any]]] = []
    for body in bodies:
        kind = str(body["id"]).rpartition("/")[0].rpartition("/")[2].lower()
        if kind == "virtualnetworks":
            subnet = f"{body['id']}/subnets/{body['properties']['subnets'][0]['name']}"
            found.append((route.KIND, {"subnet": subnet, "create_route_table": True, "replace_stale": True}))
            found.append((nat_gateway.KIND, {"subnet": subnet, "name": "kms", "state": "present"}))
        if kind == "networksecuritygroups":
            found.append((nsg_rule.KIND, {"nsg": body["id"], "sources": ["*"]}))
        if kind == "firewallpolicies":
            found.append((firewall_rule.KIND, {"policy": body["id"], "sources": ["10.10.0.4"]}))
        if kind == "azurefirewalls":
            found.append((firewall_rule.KIND, {"firewall": body["id"], "sources": ["10.10.0.4"]}))
    return found


def azure_writers(damages: Damages) -> None:
    """Answers on the wire through what changes Azure, and through taking it back."""
    bodies, _machine = _chosen(seeds.networks(), damages)
    kind, options = _chosen(_jobs(bodies), damages[::-1])
    with tempfile.TemporaryDirectory() as folder:
        journal = f"{folder}/journal.jsonl"
        params = {
            **{name: spec.get("default") for name, spec in kind.spec.items()},
            **options,
            "journal": journal,
            "operation_timeout": 60,
        }
        opened, runtime, _spoiled = session(bodies, damages, 12)
        result = kind.run(job.begin(opened, params, check_mode=False, module="m", runtime=runtime), params)
        _says(result)
        if pathlib.Path(journal).exists():
            work = job.begin(opened, {**params, "journal": journal}, check_mode=False, module="m", runtime=runtime)
            _says(rollback.roll_back(job.open_job(work, params).reconciler, journal))


def guest_answers(damages: Damages) -> None:
    """Answers of the probe through reading, judging and telling."""
    found = interpret(
        _chosen(seeds.guests(), damages).damaged(damages),
        controller_before="2026-11-24T08:00:00Z",
        controller_after="2026-11-24T08:00:09Z",
    )
    _says(found)
    _says(diagnose(Evidence(name="vm", guest=found)))


def report_files(damages: Damages) -> None:
    """Report files through reading, joining, comparing and every text that is made of them."""
    text = json.dumps(_chosen(seeds.reports(), damages).damaged(damages))
    try:
        read = written.parse(text)
    except ValueError:
        return
    joined = build.report([], "2026-11-24T08:00:00Z", "1.0.0", build.Beside(merged=(read,), previous=read))
    for shown in (written.as_json(joined), markdown.render(joined, _ENGLISH), prometheus.render(joined)):
        shown.encode()
    terse.render(joined, "kms-report/kms-report.html", 80, [".json"], _ENGLISH)


def recording_files(damages: Damages) -> None:
    """Recordings through reading, judging again and masking."""
    text = json.dumps(_chosen(seeds.whole_recordings(), damages).damaged(damages))
    with contextlib.suppress(recording.RecordingError):
        found = recording.read(text)
        _says(recording.replay(found, "vm"))


_ENTRIES = (
    Entry(
        "run",
        1,
        "done",
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/rt/routes/kms",
        "create",
        None,
        {"properties": {"addressPrefix": "20.118.99.224/32", "nextHopType": "Internet"}},
    ),
    Entry(
        "run",
        2,
        "intended",
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n/securityRules/k",
        "update",
        {"etag": "1", "properties": {"access": "Deny"}},
        {"properties": {"access": "Allow"}},
    ),
)


def journal_files(damages: Damages) -> None:
    """Journals through reading and undoing, against an Azure that holds nothing of them."""
    lines = [{**entry.__dict__, "module": "m", "time": "2026-11-24T08:00:00Z"} for entry in _ENTRIES]
    spoiled = seeds.Seed(lines).damaged(damages)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "journal.jsonl")
        path.write_text("".join(f"{json.dumps(line)}\n" for line in spoiled)[: -1 - damages[0].place % 3 * 20], "utf-8")
        opened, runtime, _spoiled = session([], [], 1)
        params = {"journal": str(path), "operation_timeout": 60}
        work = job.begin(opened, params, check_mode=True, module="m", runtime=runtime)
        with contextlib.suppress(JournalError):
            _says(rollback.roll_back(job.open_job(work, params).reconciler, str(path)))


# Each reader with its share of the examples, in thousandths: the more, the less one costs.
READERS: dict[t.Callable[[Damages], None], int] = {
    azure_bodies: 500,
    azure_answers: 60,
    azure_wire: 5,
    azure_lists: 40,
    azure_writers: 10,
    guest_answers: 200,
    report_files: 60,
    recording_files: 45,
    journal_files: 80,
}
