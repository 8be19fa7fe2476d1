# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of the roles that cannot be used: each is named before any host is asked, with what would do."""

from __future__ import annotations

import functools
import os
import pathlib
import typing as t

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.azure_windows.activation.plugins.filter.kms_input_problems import FilterModule
from tests.faults.row import Case, Checks, Row
from tests.tools import tree

_ROLES = ("diagnose", "remediate")
# A value of no use for each type of an option.
_WRONG: dict[str, t.Any] = {
    "int": "many",
    "bool": "perhaps",
    "dict": "none",
    "list": {"a": 1},
    "str": ["a"],
    "path": {"a": 1},
}
_NAT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/natGateways"
# Of the right type, and of no use all the same.
_ODD: list[tuple[str, t.Any]] = [
    ("diagnose_probe_timeout", -5),
    ("diagnose_probe_timeout", 3600),
    ("diagnose_event_days", 0),
    ("diagnose_event_days", 10**30),
    ("diagnose_azure_timeout", -1),
    ("diagnose_azure_timeout", 86401),
    ("diagnose_azure_state_max_age", -1),
    ("diagnose_host_timeout", 0),
    ("diagnose_host_timeout", 1e6),
    ("diagnose_cloud", "AzureGermanCloud"),
    ("diagnose_azure", "sometimes"),
    ("diagnose_fail_on", "info"),
    ("diagnose_gather_subset", ["disks"]),
    ("diagnose_output", "short"),
    ("diagnose_report_language", "fr"),
    ("diagnose_report_formats", ["pdf"]),
    ("diagnose_report_formats", []),
    ("diagnose_report_mode", "0400"),
    ("diagnose_report_mode", "rwxr-x---"),
    ("diagnose_report_mode", "10640"),
    ("diagnose_report_dir", "{folder}/file"),
    ("diagnose_report_dir", "{folder}/file/below"),
    ("diagnose_report_dir", "{folder}/dangling"),
    ("diagnose_report_dir", "~nobody-of-this-name/report"),
    ("diagnose_report_dir", "zero\0byte"),
    ("diagnose_record_dir", "{folder}/pipe"),
    ("diagnose_report_previous", "{folder}"),
    ("diagnose_report_previous", "{folder}/file"),
    ("diagnose_report_previous", "{folder}/pipe"),
    ("diagnose_kms_endpoints", {"hosts": ["kms.example"]}),
    ("diagnose_kms_endpoints", {"names": ["23.102.135.246"]}),
    ("diagnose_kms_endpoints", {"names": ["  "]}),
    ("diagnose_kms_endpoints", {"names": {"kms.example": 1}}),
    ("diagnose_kms_endpoints", {"names": [["kms.example"]]}),
    ("diagnose_kms_endpoints", {"addresses": ["300.1.1.1"]}),
    ("diagnose_kms_endpoints", {"addresses": 3}),
    ("diagnose_kms_endpoints", {"port": -1}),
    ("diagnose_kms_endpoints", {"port": 99999}),
    ("diagnose_kms_endpoints", {"port": float("inf")}),
    ("diagnose_kms_endpoints", {"port": 1688.5}),
    ("diagnose_kms_endpoints", {"port": True}),
    ("remediate_actions", ["reinstall"]),
    ("remediate_attempts", 0),
    ("remediate_attempts", 5000),
    ("remediate_interval", -2),
    ("remediate_interval", 86400),
    ("remediate_max_fail_percentage", -1),
    ("remediate_max_fail_percentage", 250),
    ("remediate_journal_dir", "{folder}/file"),
    ("remediate_journal_dir", "~nobody-of-this-name/journal"),
    ("remediate_product_key", "automatic"),
    ("remediate_product_key", "AAAAA-BBBBB-CCCCC-DDDDD-EEEE"),
    ("remediate_nat_gateway", f"{_NAT}/n/subnets/s"),
    ("remediate_nat_gateway", "-gateway"),
    ("remediate_nat_gateway", "g" * 90),
    ("remediate_nat_gateway", "a b"),
]  # fmt: skip


def options() -> dict[str, dict[str, t.Any]]:
    """Return the options of both roles by name, as their argument_specs have them."""
    found: dict[str, dict[str, t.Any]] = {}
    for role in _ROLES:
        text = (tree.ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text("utf-8")
        found |= yaml.safe_load(text)["argument_specs"]["main"]["options"]
    return found


def problems(name: str, value: t.Any) -> list[str]:
    """Return what the roles say of a variable: the check of its type first, and of ranges, shapes and folders after it."""
    validated = ArgumentSpecValidator({name: options()[name]}).validate({name: value})
    if validated.error_messages:
        return list(validated.error_messages)
    return list(FilterModule().filters()["kms_input_problems"]({name: value}))


def _odd(name: str, value: t.Any, folder: pathlib.Path) -> list[Row]:
    (folder / "file").write_text("{}")
    (folder / "dangling").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")
    given = value.replace("{folder}", str(folder)) if isinstance(value, str) else value
    checks = Checks()
    said = problems(name, given)
    checks.expect(bool(said) and all(name in problem for problem in said), f"it is not named: {said}")
    if "product_key" in name:
        checks.expect(str(value) not in " ".join(said), "the key is printed")
    what = f"{name}: {value}".replace("\0", "\\0").replace("{folder}", "...")
    return [checks.row("input", what if len(what) < 80 else f"{what[:77]}...", " ".join(said), "no host asked")]


def _wrong_types() -> list[tuple[str, t.Any]]:
    """Return every option of the roles with a value of another type. Texts that may be anything are texts already."""
    found = []
    for name, option in options().items():
        kind = option.get("type", "str")
        if kind in ("int", "bool", "dict", "list") or option.get("choices"):
            found.append((name, _WRONG[kind] if kind != "list" or "choices" in option else 3))
    return found


def cases() -> list[Case]:
    """Return every input that cannot be used."""
    given = [*_wrong_types(), *_ODD]
    return [Case(f"input: {name}: {value!r}"[:90], functools.partial(_odd, name, value)) for name, value in given]
