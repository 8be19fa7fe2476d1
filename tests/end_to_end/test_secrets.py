# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets of every kind, planted in the guests, in Azure and on the controller: no output holds one, even with -vvvv."""

from __future__ import annotations

import base64
import json
import pathlib
import subprocess
import sys
import typing as t

import pytest
import yaml

from tests.end_to_end.lab import HERE, Lab, serving
from tests.lab.azure.entra import TOKEN_MARK
from tests.tools import tree

WORLD = str(HERE / "worlds" / "secrets.yml")
# In the world's file every secret begins with one of these; all but the last five characters of a product key are secret.
PLANTED = ("Pl4nted", "PL4NT-AAAAA", "AAAAA-BBBBB", "BBBBB-CCCCC")
# What an inventory or a job template brings. The product key is the published one of the guest's edition: a key of anybody's is no less secret.
PRODUCT_KEY = "VDYBN-27WPP-V4HQT-9VMD4-VMK7H"
VARIABLES = {
    "vault_admin_password": "Pl4ntedvault",
    "ansible_become_password": "Pl4ntedbecome",
    "remediate_product_key": PRODUCT_KEY,
    "remediate_actions": ["host", "key", "service", "activation", "route"],
    "remediate_replace_stale_routes": True,
    "remediate_attempts": 1,
    "remediate_interval": 0,
    "diagnose_record_dir": "recordings",
    "diagnose_output": "full",
}

pytestmark = pytest.mark.xdist_group("secrets")


def forms(secret: str) -> t.Iterator[bytes]:
    """Return a secret as text, as UTF-16, and as these in hexadecimal digits and in base64, whatever stands before it."""
    for raw in (secret.encode(), secret.encode("utf-16-le")):
        yield raw
        yield raw.hex().encode()
        for shift in range(3):
            # Without the characters that the neighbours have a part in.
            coded = base64.b64encode(b"x" * shift + raw).rstrip(b"=")
            yield coded[2 * shift : -1] if shift else coded[:-1]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Lab]:
    with serving(WORLD, tmp_path_factory.mktemp("secrets")) as served:
        yield served


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "masked"])
def outputs(request: pytest.FixtureRequest, lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The folder of all that a run under ansible-runner leaves: artifacts, log, fact cache, report, journal, recordings."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "env").mkdir()
    (folder / "env" / "extravars").write_text(
        json.dumps({**VARIABLES, "diagnose_record_masked": request.param}), "utf-8"
    )
    settings = {
        **lab.environment,
        "ANSIBLE_COLLECTIONS_PATH": str(tree.TREE),
        "ANSIBLE_CONFIG": str(tree.ROOT / "ansible.cfg"),
        "ANSIBLE_LOG_PATH": str(folder / "output" / "ansible.log"),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(folder / "output" / "facts"),
        "HTTPS_PROXY": "http://svc:Pl4ntedcontroller@127.0.0.1:9",
    }
    (folder / "env" / "envvars").write_text(json.dumps(settings), "utf-8")
    (folder / "output").mkdir()
    # Masked recordings of what is only read, plain ones of what is changed as well.
    playbook = tree.ROOT / "playbooks" / ("diagnose.yml" if request.param else "remediate.yml")
    runner = [sys.executable, "-m", "ansible_runner", "run", str(folder), "-p", str(playbook), "-vvvv"]
    where = ["--inventory", str(lab.state / "inventory.yml"), "--project-dir", str(folder / "output")]
    done = subprocess.run([*runner, *where], capture_output=True, check=False, cwd=folder)
    (folder / "output" / "stdout").write_bytes(done.stdout + done.stderr)
    (folder / "artifacts").rename(folder / "output" / "artifacts")
    assert (folder / "output" / "kms-journal").exists() is not request.param, done.stdout.decode()
    return folder / "output"


# What stands in place of some of the secrets, and where: without it the run did not come near them.
SHOWN = (
    ("fact_cache/s1_failing01", "***@proxy.corp.example:8080"),
    ("fact_cache/s1_failing01", "*****-EVT01"),
    ("recordings/mistyped01.json", "https://***@logs.blob.core.windows.net/?sv=2024-01-01&sig=***"),
    ("ansible.log", "l?sv=1&sig=***&se=2 or https://***@logs.example/"),
    ("kms-report/kms-report.json", "sig=***"),
)


def test_the_run_came_near_the_secrets(outputs: pathlib.Path) -> None:
    kinds = {".json", ".html", ".md", ".prom"}
    assert {file.suffix for file in (outputs / "kms-report").iterdir()} == kinds
    names = [str(file.relative_to(outputs)) for file in outputs.rglob("*") if file.is_file()]
    assert any("job_events/" in name for name in names)
    if (outputs / "kms-journal").exists():
        assert "*****" in (outputs / "recordings" / "failing01.json").read_text("utf-8")
        for end, text in SHOWN:
            (name,) = (name for name in names if name.endswith(end))
            assert text in (outputs / name).read_text("utf-8"), name


def test_no_output_holds_a_secret(outputs: pathlib.Path, lab: Lab) -> None:
    inventory = yaml.safe_load((lab.state / "inventory.yml").read_text("utf-8"))
    password = inventory["windows"]["vars"]["ansible_password"]
    secrets = {*PLANTED, PRODUCT_KEY[:17], password, TOKEN_MARK}
    wanted = [(secret, form) for secret in secrets for form in forms(secret)]
    # ansible-runner's own copy of the environment that it was given.
    files = [file for file in outputs.rglob("*") if file.is_file() and file.name != "command"]
    found = {
        (str(file.relative_to(outputs)), secret)
        for file in files
        for text in [file.read_bytes()]
        for secret, form in wanted
        if form in text
    }
    assert found == set()
