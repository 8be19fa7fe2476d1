# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recordings of the whole fleet: judged again without it, and nothing of it is found in them."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import pytest
import yaml

from ansible_collections.azure_windows.activation.plugins.module_utils._reference import client_keys, endpoints
from tests.end_to_end.lab import CONTOSO, Lab, Run, expect, run
from tests.tools import tree

RECORD, REPLAY = (tree.ROOT / "playbooks" / name for name in ("record.yml", "replay.yml"))
ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
PRODUCT_KEY = re.compile(r"\b[0-9A-Z]{5}(?:-[0-9A-Z]{5}){4}\b")
ID = re.compile(r"/subscriptions/[^\s\"',]+")
# Ids and names that are the same for everybody: https://learn.microsoft.com/previous-versions/windows/desktop/sppwmi/softwarelicensingproduct
# and https://learn.microsoft.com/azure/firewall, virtual-network, vpn-gateway documentation.
WINDOWS = "55c92734-d682-4d71-983e-d6ec3f16059f"
GIVEN = {"azurefirewallsubnet", "azurefirewallmanagementsubnet", "gatewaysubnet", "default", "config", "properties"}
SHARED = {"0.0.0.0", "10.0.0.0", "172.16.0.0", "192.168.0.0", "168.63.129.16", "169.254.169.254", "255.255.255.0"}

pytestmark = pytest.mark.xdist_group("contoso")


@pytest.fixture(scope="module")
def recorded(contoso: Lab, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The fleet, recorded while it was diagnosed."""
    return contoso.play(tmp_path_factory.mktemp("record"), playbook=RECORD)


@pytest.fixture(scope="module")
def files(recorded: Run) -> dict[str, str]:
    """The text of each recording by the name of its guest."""
    folder = recorded.path.parents[1] / "kms-recordings"
    return {file.stem: file.read_text("utf-8") for file in folder.glob("*.json")}


@pytest.fixture(scope="module")
def world() -> dict[str, t.Any]:
    """The world as it was written."""
    return t.cast("dict[str, t.Any]", yaml.safe_load((tree.ROOT / CONTOSO).read_text("utf-8")))


def strings(value: t.Any) -> t.Iterator[str]:
    """Return every key and text of a tree."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def known_addresses() -> set[str]:
    """Return the addresses that are documented for everybody."""
    clouds = endpoints.CLOUDS.values()
    documented = {address for cloud in clouds for address in (*cloud.addresses, *cloud.legacy_addresses)}
    return (
        documented | set(endpoints.MISPRINTS) | set(endpoints.RETIRED_ADDRESSES) | set(endpoints.KNOWN_OTHER) | SHARED
    )


def names(world: dict[str, t.Any]) -> set[str]:
    """Return the names of guests, resources, groups, domains, users and firewall rules."""
    found = {*world["guests"], *(str(item["name"]) for item in world["azure"]["resources"] if "name" in item)}
    for text in strings(world):
        for path in ID.findall(text):
            parts = path.split("/")
            found |= {part for part in parts[4::2] if not part.lower().startswith("microsoft.")}
            found |= set(parts[8::2])
    for guest in [world["guest_defaults"], *world["guests"].values()]:
        domain = (guest.get("domain") or {}).get("name")
        found |= {str(domain)} if domain else set()
        found |= {str(rule["name"]) for rule in (guest.get("firewall") or {}).get("rules") or () if rule.get("name")}
    return {name for name in found if len(name) > 2 and name.lower() not in GIVEN and not GUID.fullmatch(name)}


def found_in(words: t.Iterable[str], files: dict[str, str]) -> list[tuple[str, str]]:
    """Return (word, recording) where a word stands as a whole, in any case."""
    wanted = sorted({word.casefold() for word in words})
    assert wanted
    pattern = re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, wanted))})(?![\w-])")
    return [(match, name) for name, text in files.items() for match in set(pattern.findall(text.casefold()))]


def test_every_guest_is_recorded_with_its_verdict(recorded: Run, files: dict[str, str]) -> None:
    assert recorded.status == 0, recorded.output
    assert expect(CONTOSO, recorded.path).returncode == 0
    assert {name: json.loads(text)["verdict"]["root_cause"] for name, text in files.items()} == recorded.root_causes
    assert "masking changes the verdict" not in recorded.output


def test_the_recordings_are_judged_again_without_the_fleet(recorded: Run, tmp_path: pathlib.Path) -> None:
    folder = recorded.path.parents[1] / "kms-recordings"
    done = run("ansible-playbook", "-i", "localhost,", str(REPLAY), "-e", f"recordings={folder}", folder=tmp_path)
    assert done.returncode == 0, done.stdout
    report = tmp_path / "kms-report" / "kms-report.json"
    compared = expect(CONTOSO, report)
    assert compared.returncode == 0, compared.stdout
    again = {host["name"]: host["root_cause"]["id"] for host in json.loads(report.read_text("utf-8"))["hosts"]}
    assert again == recorded.root_causes


def test_no_name_of_the_world_is_in_a_recording(files: dict[str, str], world: dict[str, t.Any]) -> None:
    assert len(names(world)) > 100
    assert found_in(names(world), files) == []


def test_no_id_of_the_world_is_in_a_recording(files: dict[str, str], world: dict[str, t.Any]) -> None:
    ids = {match.lower() for text in strings(world) for match in GUID.findall(text)} - {WINDOWS}
    assert found_in(ids, files) == []


def test_no_address_of_the_world_is_in_a_recording(files: dict[str, str], world: dict[str, t.Any]) -> None:
    addresses = {match for text in strings(world) for match in ADDRESS.findall(text)} - known_addresses()
    assert len(addresses) > 30
    versions = {text for text in addresses if text.startswith("10.0.") and int(text.split(".")[2]) > 255}
    assert found_in(addresses - versions, files) == []


def test_no_key_of_the_world_is_in_a_recording(files: dict[str, str], world: dict[str, t.Any]) -> None:
    published = {key.partial for key in client_keys.KEYS}
    rows = [row for guest in world["guests"].values() for part in (guest.get("cim") or {}).values() for row in part]
    partial = {str(row["PartialProductKey"]) for row in rows if row.get("PartialProductKey")}
    assert found_in(partial - published, files) == []
    assert [name for name, text in files.items() if PRODUCT_KEY.search(text)] == []


def test_a_recording_holds_the_path_of_its_own_machine_only(files: dict[str, str], world: dict[str, t.Any]) -> None:
    machines = [item for item in world["azure"]["resources"] if item["type"] == "Microsoft.Compute/virtualMachines"]
    read = [json.loads(text)["azure"] for text in files.values()]
    held = [_machines(azure) for azure in read if azure]
    assert len(held) > 40
    assert max(held) < len(machines) / 4
    assert max(map(len, files.values())) < 150_000


def _machines(azure: dict[str, t.Any]) -> int:
    bodies = [
        item for call in azure["calls"] if call["method"] == "list" and not call["query"] for item in call["body"] or ()
    ]
    return sum(str(body.get("id", "")).split("/")[-2:-1] == ["virtualMachines"] for body in bodies)
