# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole runs of Ansible beside which something is wrong: connections, an Azure that keeps waiting, the controller, two runs at once."""

from __future__ import annotations

import functools
import json
import pathlib
import time
import typing as t

import yaml

from tests.end_to_end.lab import DIAGNOSE, Lab
from tests.faults import fleet
from tests.faults.row import Case, Checks, Row

_STEPS = ("create", "command", "send", "receive", "signal", "delete")
_BEHAVIOURS = ("drop", "never-finishes", "truncate", "garbage")
# Once the answer is there, the shell is only tidied up: a fault in that may cost nothing.
_TIDYING = ("signal", "delete")
# The guest has got all of it: only the receipt is garbage.
_TAKEN = ("send", "garbage")
_HOST_TIMEOUT = 60
_AZURE_TIMEOUT = 5
# Seconds of a whole run beside what it waits for, on a busy machine.
_RUN = 120


def _diagnose(lab: Lab, folder: pathlib.Path, *arguments: str, **env: str) -> fleet.Done:
    return fleet.Play(lab, folder, *arguments, playbook=DIAGNOSE, **env).end()


def _verdict(done: fleet.Done, name: str) -> tuple[str, str, str]:
    """Return root cause, title and owner of a host; three empty texts where the report has none."""
    for host in (done.report or {"hosts": []})["hosts"]:
        if host["name"] == name:
            cause = host["root_cause"]
            return cause["id"], cause["title"], next((step["who"] for step in cause["remedy"]), "")
    return "", "", ""


# Connections.


def _connections(folder: pathlib.Path) -> list[Row]:
    """Run once over a guest for each step of WinRM and each thing that may befall it, one that is slow, and a good one."""
    broken = {f"{step}-{behaviour}": (step, behaviour) for step in _STEPS for behaviour in _BEHAVIOURS}
    faults = [
        {"on": "winrm", "guest": name, "at": step, "behaviour": behaviour} for name, (step, behaviour) in broken.items()
    ]
    states: dict[str, t.Any] = {
        "refused": {"state": "refused"}, "silent": {"state": "timeout"}, "rejected": {"state": "auth-fails"},
        "cut": {"drops-after": 2}, "slow": {"slow": 900},
    }  # fmt: skip
    guests = {**{name: {} for name in broken}, **{name: {"connection": state} for name, state in states.items()}}
    with fleet.serving(folder, *faults, **guests) as lab:
        limits = {"diagnose_azure": "never", "diagnose_host_timeout": _HOST_TIMEOUT}
        done = _diagnose(
            lab, folder / "run", "-f", "12", "-e", json.dumps(limits), "--limit", ",".join([*guests, "fine"])
        )
    rows = []
    for name in guests:
        step, behaviour = broken.get(name, ("", ""))
        checks = Checks()
        cause, title, _who = _verdict(done, name)
        checks.expect(done.status == 0, "the run failed")
        checks.expect(_verdict(done, "fine")[0] == "activated", "the good guest beside it was lost")
        whole = step in _TIDYING or (step, behaviour) == _TAKEN
        wanted = {"guest-unreachable", "activated"} if whole else {"guest-unreachable"}
        checks.expect(cause in wanted, f"told as {cause or 'nothing'}")
        what = f"WinRM, {step}: {behaviour}" if step else f"WinRM: {name}"
        rows.append(checks.row("connection", what, title, "the good guest beside it activated, report written"))
    return rows


# An Azure that keeps waiting.

_PLACES = {
    "cloud metadata": "GET /metadata/endpoints",
    "Entra ID": "POST */oauth2/v2.0/token",
    "Resource Manager": "GET /subscriptions/*",
}
_WAITS: dict[str, fleet.Fault] = {
    "silent": {"behaviour": "silent"},
    "drips, a byte every 0.1 s": {"behaviour": "drip"},
    "429 with Retry-After: 43200": {"answer": 429, "headers": {"Retry-After": "43200"}},
}  # fmt: skip


def _waiting(place: str, how: str, folder: pathlib.Path) -> list[Row]:
    checks = Checks()
    with fleet.serving(folder, {"on": "arm", "match": _PLACES[place], **_WAITS[how]}) as lab:
        begun = time.time()
        limits = ("-e", f"diagnose_azure_timeout={_AZURE_TIMEOUT}", "--limit", "fine,old")
        done = _diagnose(lab, folder / "run", *limits)
        met = [entry["t"] for entry in fleet.azure_log(lab) if entry.get("fault")]
    path = folder / "run" / "kms-report" / "kms-report.json"
    written = path.stat().st_mtime if path.exists() else time.time() + _RUN
    late = written - (met[0] if met else begun)
    checks.expect(bool(met), "the fault was never met")
    checks.expect(done.status == 0 and done.causes == {"fine": "activated", "old": "wrong-kms-host"}, f"{done.causes}")
    sides = {host["azure"]["status"] for host in (done.report or {"hosts": []})["hosts"]}
    checks.expect(bool(sides) and "ok" not in sides, f"Azure is told as {sides}")
    checks.expect(late < _AZURE_TIMEOUT + _RUN, f"the report came {late:.0f} s after the fault")
    details = {host["azure"].get("detail") or "" for host in (done.report or {"hosts": []})["hosts"]}
    told = "; ".join(sorted(details)) or "nothing"
    left = f"report written, with the guests' causes; Azure {', '.join(sorted(sides))}; azure_timeout {_AZURE_TIMEOUT} s, report {late:.0f} s after it began"
    return [checks.row("Azure, whole run", f"{place}: {how}", told, left)]


# The controller.


def _without(folder: pathlib.Path, *modules: str) -> str:
    """Return a PYTHONPATH with which these modules are not installed."""
    for name in modules:
        (folder / "blocked" / name).mkdir(parents=True)
        (folder / "blocked" / name / "__init__.py").write_text(
            f"raise ModuleNotFoundError(\"No module named '{name}'\")\n"
        )
    return str(folder / "blocked")


def _missing(folder: pathlib.Path) -> list[Row]:
    """Run without the libraries of both connections: no host can be asked, because of the controller."""
    with fleet.serving(folder) as lab:
        extra = folder / "extra.yml"
        extra.write_text(yaml.safe_dump({"windows": {"hosts": {"old": {"ansible_connection": "psrp"}}}}))
        done = _diagnose(
            lab, folder / "run", "-i", str(extra), "-e", "diagnose_azure=never", "--limit", "fine,old",
            PYTHONPATH=_without(folder, "winrm", "pypsrp"),
        )  # fmt: skip
    rows = []
    for name, package in (("fine", "pywinrm"), ("old", "pypsrp")):
        checks = Checks()
        cause, title, who = _verdict(done, name)
        checks.expect(done.status != 0, "the run did not fail")
        checks.expect("because of the controller" in done.output, "it is not said whose fault it is")
        checks.expect((cause, who) == ("guest-unreachable", "automation"), f"told as {cause} of {who}")
        checks.expect(
            package in title and f"pip install '{package}'" in json.dumps(done.report), "the command is missing"
        )
        rows.append(
            checks.row("controller", f"{package} is not installed", title, f"report written, exit status {done.status}")
        )
    return rows


_VARIABLES: dict[str, dict[str, t.Any]] = {
    "become with sudo": {"ansible_become": True, "ansible_become_method": "sudo"},
    "a connection plugin that does not exist": {"ansible_connection": "winrn"},
    "a transport that does not exist": {"ansible_winrm_transport": "basik"},
    "a host name that does not exist": {"ansible_host": "no-such-host.invalid"},
    "a certificate that is not trusted": {"ansible_winrm_ca_trust_path": "/etc/hostname"},
    "a port that is a word": {"ansible_port": "winrm"},
    "a wrong password": {"ansible_password": "wrong"},
}


def _controller(folder: pathlib.Path) -> list[Row]:
    """Run once over hosts whose variables are wrong, and a good one."""
    names = {f"wrong{number}": what for number, what in enumerate(_VARIABLES)}
    with fleet.serving(folder, **{name: {} for name in names}) as lab:
        extra = folder / "extra.yml"
        hosts = {name: _VARIABLES[what] for name, what in names.items()}
        extra.write_text(yaml.safe_dump({"windows": {"hosts": hosts}}))
        done = _diagnose(
            lab, folder / "run", "-i", str(extra), "-e", "diagnose_azure=never", "--limit", ",".join([*names, "fine"])
        )
    rows = []
    for name, what in names.items():
        checks = Checks()
        cause, title, who = _verdict(done, name)
        checks.expect(done.status == 0, "the run failed")
        checks.expect(_verdict(done, "fine")[0] == "activated", "the good guest beside it was lost")
        checks.expect(cause == "guest-unreachable", f"told as {cause or 'nothing'}")
        owner = "guest_admin" if "password" in what else "automation"
        checks.expect(who == owner, f"owner {who}, not {owner}")
        rows.append(
            checks.row("controller", f"variables of a host: {what}", title, "the good guest beside it activated")
        )
    return rows


def _home(folder: pathlib.Path) -> list[Row]:
    checks = Checks()
    with fleet.serving(folder) as lab:
        # Ansible itself needs a folder of its own, which containers with such a home name by ANSIBLE_HOME.
        done = _diagnose(
            lab, folder / "run", "--limit", "fine,old", HOME="/proc/kms-home", ANSIBLE_HOME=str(folder / "ansible")
        )
    checks.expect(done.causes == {"fine": "activated", "old": "wrong-kms-host"}, f"{done.causes}: {done.output[-800:]}")
    checks.expect("Traceback" not in done.output, "a traceback was printed")
    sides = sorted({host["azure"]["status"] for host in (done.report or {"hosts": []})["hosts"]})
    detail = {host["azure"].get("detail") or "" for host in (done.report or {"hosts": []})["hosts"]}
    return [
        checks.row(
            "controller",
            "HOME cannot be written to",
            "; ".join(sorted(detail)) or "as if nothing had happened",
            f"report written; Azure {', '.join(sides)}",
        )
    ]


def _two_runs(folder: pathlib.Path) -> list[Row]:
    checks = Checks()
    with fleet.serving(folder) as lab:
        before = fleet.azure_state(lab)
        plays = [fleet.remediate(lab, folder / name) for name in ("one", "two")]
        ended = [play.end() for play in plays]
        checks.expect(not any("Traceback" in done.output for done in ended), "a traceback was printed")
        last = fleet.remediate(lab, folder / "last").end()
        checks.expect(set(last.causes.values()) == {"activated"}, f"not all activated: {last.causes}")
        for name in ("last", "two", "one"):
            for journal in reversed(fleet.journals(folder / name)):
                back = fleet.roll_back(lab, folder / "back", journal)
                checks.expect(back.status == 0, f"the rollback of {name} failed: {back.output[-600:]}")
        checks.expect(fleet.azure_state(lab) == before, "after the rollbacks Azure is not as before")
    statuses = " and ".join(str(done.status) for done in ended)
    return [
        checks.row(
            "controller",
            "two runs of remediate at once on the same machines",
            f"exit status {statuses}",
            "all activated; Azure as before after both rollbacks",
        )
    ]


_CHECKED: list[dict[str, t.Any]] = [
    {"remediate_attempts": 101},
    {"remediate_product_key": "AAAAA-BBBBB"},
    {"remediate_journal_dir": "/proc/version"},
    {"remediate_nat_gateway": "a/b"},
    {"diagnose_report_dir": "/proc/version"},
    {"diagnose_report_previous": "/proc/version"},
    {"diagnose_host_timeout": -1},
    {"diagnose_kms_endpoints": {"port": 0}},
]


def _inputs(folder: pathlib.Path) -> list[Row]:
    """Run remediate with --check and a variable that cannot be used: it fails before any host and Azure are asked."""
    rows = []
    with fleet.serving(folder) as lab:
        for number, variables in enumerate(_CHECKED):
            checks = Checks()
            (name,) = variables
            done = fleet.remediate(lab, folder / str(number), "--check", "-e", json.dumps(variables)).end()
            checks.expect(done.status != 0, "the run did not fail")
            said = next((line for line in done.output.splitlines() if name in line and "FAILED" not in line), "")
            checks.expect(name in said, "the variable is not named")
            checks.expect(not lab.requests() and not fleet.azure_log(lab), "somebody was asked")
            checks.expect("Traceback" not in done.output, "a traceback was printed")
            rows.append(
                checks.row("input", f"--check, {json.dumps(variables)}", said, "no host asked, exit status not 0")
            )
    return rows


def cases() -> list[Case]:
    """Return the whole runs."""
    found = [Case("whole: connections", _connections, slow=True)]
    found += [
        Case(f"whole: {place}: {how}", functools.partial(_waiting, place, how), slow=True)
        for place in _PLACES
        for how in _WAITS
    ]
    runs = {
        "missing libraries": _missing,
        "variables": _controller,
        "home": _home,
        "two runs": _two_runs,
        "inputs": _inputs,
    }
    return found + [Case(f"whole: {name}", run, slow=True) for name, run in runs.items()]
