# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How large the scripts are as they are sent, and the probe's answer is at its worst: `python -m tests.powershell.sizes`.

The numbers stand in docs/docsite/rst/guide_verify.rst.
"""

from __future__ import annotations

import json
import typing as t

from tests.lab.server.scripts import FOLDER, whole
from tests.lab.sockets import Endpoints
from tests.powershell import machines
from tests.powershell.engine import Engine
from tests.powershell.machines import SERVICES, Machine

_RULES = rf"{SERVICES}\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
_OWN = "v2.30|Action={}|Active=TRUE|Dir=Out|Protocol=6|RPort=1688|Name=" + "x" * 80 + "|"


def many_rules(machine: Machine) -> Machine:
    """Return 5,000 rules of each kind that can decide about KMS; of others nothing is sent, however many there are."""
    values = {
        f"{{{action}{number}}}": {"type": "String", "data": _OWN.format(action)}
        for action in ("Allow", "Block")
        for number in range(5000)
    }
    return {"registry": {**machine["registry"], _RULES: {"values": values}}}


def many_products(machine: Machine) -> Machine:
    """Return 10,000 product rows, of which 150 base licences and 150 add-ons have a key."""
    rows = machine["cim"]["SoftwareLicensingProduct"]["rows"]
    other = {"ID": "x", "ApplicationID": machines.APP, "PartialProductKey": None}
    many = [*[rows[1], rows[2]] * 150, *[other] * 9700]
    return {"cim": {**machine["cim"], "SoftwareLicensingProduct": {"rows": many}}}


def many_events(machine: Machine) -> Machine:
    """Return 1,000 failures, each as long as Windows writes them."""
    data = ["hr=0xC004F074", "RuleId=" + "x" * 40 + ";Action=AutoActivate;AppId=" + "y" * 40 + ";SkuId=" + "z" * 40]
    event = {**machine["events"][6], "data": data}
    return {"events": [{**event, "record_id": number} for number in range(1, 1001)]}


WORST: dict[str, tuple[str, t.Callable[[Machine], Machine]]] = {
    "10,000 firewall rules for KMS": ("firewall", many_rules),
    "10,000 product rows": ("license", many_products),
    "1,000 events": ("events", many_events),
}
# Of one section at its worst.
LIMIT = 200_000


def answer_size(engine: Engine, endpoints: Endpoints, worst: str) -> int:
    """Return the characters of the section's answer at its worst."""
    section, change = WORST[worst]
    machine = machines.healthy(endpoints)
    run = engine.run_script(
        "probe", {**machine, **change(machine)}, machines.parameters(Sections=[section], LeastSeconds=45)
    )
    found = run.output["sections"][section]
    if found["data"] is None:
        raise AssertionError(f"{worst}: nothing was read: {found['errors']}")
    return len(json.dumps(found, separators=(",", ":")))


def script_sizes() -> dict[str, int]:
    """Return the bytes of each script with all that it includes."""
    return {path.stem: len(whole(path).encode()) for path in sorted(FOLDER.glob("[!_]*.ps1"))}


def main() -> None:
    """Print every size in bytes."""
    for name, size in script_sizes().items():
        print(f"{name + '.ps1':<32}{size:>9}")
    engine = Engine()
    with Endpoints() as endpoints:
        whole_answer = engine.run_script("probe", machines.healthy(endpoints), machines.parameters()).answer["output"][
            0
        ]
        print(f"{'answer of a healthy guest':<32}{len(whole_answer):>9}")
        for worst in WORST:
            print(f"{worst:<32}{answer_size(engine, endpoints, worst):>9}")
    engine.close()


if __name__ == "__main__":
    main()
