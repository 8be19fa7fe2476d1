# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every variable of the roles is checked beyond its type, by name, before a host is asked."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.azure_windows.activation.plugins.filter.kms_input_problems import FilterModule
from tests.tools import tree

NAT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/natGateways/n"
BAD: list[tuple[str, t.Any]] = [
    *(("diagnose_probe_timeout", value) for value in (0, -1, 31, "x", None, [])),
    ("diagnose_event_days", 366),
    ("diagnose_azure_timeout", 0),
    ("diagnose_host_timeout", -5),
    *(
        ("diagnose_kms_endpoints", value)
        for value in (
            {"name": ["x"]},
            {"names": [""]},
            {"names": ["10.0.0.1"]},
            {"names": [5]},
            {"addresses": ["kms.example"]},
            {"port": 0},
            {"port": 65536},
            {"port": "x"},
            ["x"],
            {"names": 5},
        )
    ),
    ("diagnose_report_formats", []),
    ("diagnose_report_mode", "0440"),
    ("remediate_attempts", 0),
    ("remediate_attempts", 101),
    ("remediate_interval", -1),
    ("remediate_interval", 601),
    ("remediate_max_fail_percentage", 101),
    ("remediate_max_fail_percentage", -1),
    ("remediate_product_key", "AAAAA-BBBBB"),
    ("remediate_nat_gateway", NAT.replace("natGateways", "publicIPAddresses")),
    ("remediate_nat_gateway", ""),
    ("remediate_nat_gateway", "with space"),
]
GOOD: list[tuple[str, t.Any]] = [
    ("diagnose_probe_timeout", 30),
    ("diagnose_kms_endpoints", {}),
    ("diagnose_kms_endpoints", {"names": ["kms.example"], "addresses": ["10.0.0.4"], "port": 1688}),
    ("remediate_nat_gateway", NAT),
    ("remediate_product_key", "auto"),
    ("remediate_interval", 0),
]


def problems(**variables: t.Any) -> list[str]:
    return t.cast("list[str]", FilterModule().filters()["kms_input_problems"](variables))


@pytest.mark.parametrize(("name", "value"), [row for row in BAD if row[1] is not None])
def test_a_bad_value_is_named(name: str, value: t.Any) -> None:
    (problem,) = problems(**{name: value})
    assert problem.startswith(name)
    assert problem.endswith(".")


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_a_good_value_is_taken(name: str, value: t.Any) -> None:
    assert problems(**{name: value}) == []


def test_a_key_with_a_typing_error_is_not_repeated() -> None:
    assert "BBBBB" not in problems(remediate_product_key="AAAAA-BBBBB-CCCCC")[0]


@pytest.mark.parametrize("name", ["diagnose_report_dir", "diagnose_record_dir", "remediate_journal_dir"])
def test_a_folder_must_be_one(tmp_path: pathlib.Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    assert problems(**{name: str(tmp_path / "new" / "folder")}) == problems(**{name: ""}) == []
    for place in ("file", "file/below", "dangling"):
        (problem,) = problems(**{name: str(tmp_path / place)})
        assert problem.startswith(f"{name}: ")


def test_the_defaults_of_the_roles_are_good(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for role in ("diagnose", "remediate"):
        assert (
            problems(**yaml.safe_load((tree.ROOT / "roles" / role / "defaults" / "main.yml").read_text("utf-8"))) == []
        )
