# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every way to sign in, as a user gives it to the module: a process of its own, the lab's Entra ID, nothing inherited."""

from __future__ import annotations

import collections.abc
import json
import os
import pathlib
import subprocess
import sys
import typing as t

import pytest

from tests.lab.azure import half
from tests.unit.lab.azure import builders as b

VM = f"{b.GROUP}/providers/Microsoft.Compute/virtualMachines/web"
MODULE = "ansible_collections.azure_windows.activation.plugins.modules.azure_kms_path_info"
RUN = f"import sys; sys.path[:0] = {sys.path!r}; import runpy; runpy.run_module('{MODULE}', run_name='__main__')"


class Controller:
    """A home directory and an environment in which only what a test says is set."""

    def __init__(self, lab: half.AzureLab, home: pathlib.Path) -> None:
        self.lab = lab
        self.home = home
        self.given = lab.environment
        self.principal = {"client_id": self.given["AZURE_CLIENT_ID"], "secret": self.given["AZURE_SECRET"]}
        self.principal["tenant"] = self.given["AZURE_TENANT"]
        self.place = {"cloud_environment": lab.url, "ca_path": str(lab.ca)}

    def run(self, options: dict[str, t.Any], **environ: str) -> dict[str, t.Any]:
        """Run the module with options and variables and return its result."""
        clean = {name: os.environ[name] for name in ("LANG", "PYTHONDONTWRITEBYTECODE") if name in os.environ}
        found = subprocess.run(
            [sys.executable, "-c", RUN],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": {"vms": [VM], **options}}),
            env={**clean, "PATH": f"{self.home}/bin:/usr/bin:/bin", "HOME": str(self.home), "no_proxy": "*", **environ},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert found.stdout.strip().startswith("{"), found.stdout + found.stderr
        assert self.given["AZURE_SECRET"] not in found.stderr
        return t.cast("dict[str, t.Any]", json.loads(found.stdout))

    def profiles(self, **sections: dict[str, str]) -> None:
        """Write ~/.azure/credentials."""
        path = self.home / ".azure" / "credentials"
        path.parent.mkdir()
        lines = [f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in keys.items()) for name, keys in sections.items()]  # fmt: skip
        path.write_text("".join(lines), encoding="utf-8")

    def cli(self, token: str) -> None:
        """Put an `az` on PATH that hands out a token, or is not signed in when there is none."""
        answer = {"accessToken": token, "expiresOn": "2999-01-01 00:00:00.000000", "tokenType": "Bearer"}
        script = self.home / "bin" / "az"
        script.parent.mkdir()
        said = (
            f"echo '{json.dumps(answer)}'" if token else "echo \"Please run 'az login' to setup account.\" >&2; exit 1"
        )
        script.write_text(f'#!/bin/sh\necho "$@" >>"$HOME/az.log"\n{said}\n', encoding="utf-8")
        script.chmod(0o755)

    def token(self) -> str:
        """Sign in at the lab and return a token."""
        from azure.identity import ClientSecretCredential  # noqa: PLC0415  # the tests of the import run without it

        credential = ClientSecretCredential(
            self.principal["tenant"], self.principal["client_id"], self.principal["secret"],
            authority=self.lab.url, disable_instance_discovery=True, connection_verify=str(self.lab.ca),
        )  # fmt: skip
        return str(credential.get_token(f"{self.lab.url}/.default").token)


@pytest.fixture
def controller(tmp_path: pathlib.Path) -> collections.abc.Iterator[Controller]:
    """Start a lab with one healthy machine."""
    lab = half.start(b.world(b.spoke(), options={"retry_after": 0}), tmp_path / "lab")
    assert lab is not None
    home = tmp_path / "home"
    home.mkdir()
    yield Controller(lab, home)
    lab.stop()


def good(result: dict[str, t.Any]) -> None:
    """Assert that Azure was read."""
    assert not result.get("failed"), result["msg"]
    assert ([path["verdict"] for path in result["paths"]], result["unread"]) == (["open"], [])


def test_options(controller: Controller) -> None:
    good(controller.run({**controller.principal, **controller.place}))


@pytest.mark.parametrize("names", [("AZURE_SECRET", "AZURE_TENANT"), ("AZURE_CLIENT_SECRET", "AZURE_TENANT_ID")])
def test_variables(controller: Controller, names: tuple[str, str]) -> None:
    own = controller.principal
    variables = {"AZURE_CLIENT_ID": own["client_id"], names[0]: own["secret"], names[1]: own["tenant"]}
    variables |= {"AZURE_CLOUD_ENVIRONMENT": controller.lab.url, "AZURE_CA_PATH": str(controller.lab.ca)}
    good(controller.run({}, **variables))
    good(controller.run({"auth_source": "env"}, **variables))


def test_the_variable_of_requests_names_the_authority_too(controller: Controller) -> None:
    options = {**controller.principal, "cloud_environment": controller.lab.url}
    good(controller.run(options, REQUESTS_CA_BUNDLE=str(controller.lab.ca)))
    assert "certificate" in controller.run(options)["msg"].lower()


def test_profiles(controller: Controller) -> None:
    whole = {**controller.principal, **controller.place}
    controller.profiles(default=whole, bad={**whole, "secret": "wrong"}, lab=whole)
    good(controller.run({}))
    good(controller.run({"profile": "lab"}))
    good(controller.run({}, AZURE_PROFILE="lab"))
    good(controller.run({"auth_source": "credential_file"}, AZURE_CLIENT_ID="somebody", AZURE_SECRET="else"))
    assert "AADSTS7000215" in controller.run({"profile": "bad"})["msg"]
    assert "no section [none]" in controller.run({"profile": "none"})["msg"]


@pytest.mark.parametrize("options", [{"auth_source": "cli"}, {}], ids=["by name", "as last resort"])
def test_the_cli(controller: Controller, options: dict[str, str]) -> None:
    controller.cli(controller.token())
    good(controller.run({**options, **controller.place}))
    asked = (controller.home / "az.log").read_text("utf-8").splitlines()
    assert len(asked) == 1, "one token serves the whole run"
    assert f"--resource {controller.lab.url}" in asked[0]


def test_a_cli_that_is_not_signed_in(controller: Controller) -> None:
    controller.cli("")
    result = controller.run({**controller.place, "missing_credentials": "skip"})
    assert (result["skipped"], result["paths"]) == (True, [])
    assert "az login" in result["problem"]
    assert (
        "az login" in controller.run({**controller.place, "auth_source": "cli", "missing_credentials": "skip"})["msg"]
    )


def test_nothing_to_sign_in_with(controller: Controller) -> None:
    assert controller.run({"missing_credentials": "skip"})["skipped"]
    assert controller.run({})["msg"].startswith("No Azure credentials were found")


@pytest.mark.parametrize("style", ["machine_identity", "app_identity"])
def test_the_managed_identity(controller: Controller, style: str) -> None:
    good(controller.run({"auth_source": "msi", **controller.place}, **getattr(controller.lab, style)))


def test_a_password_of_a_user(controller: Controller) -> None:
    options = {"ad_user": "a@b.example", "client_id": "app", "tenant": controller.principal["tenant"]}
    assert controller.run({**options, **controller.place})["msg"].startswith("password: ")


def test_certificates_may_be_ignored_but_it_is_said(controller: Controller) -> None:
    options = {**controller.principal, "cloud_environment": controller.lab.url, "cert_validation_mode": "ignore"}
    result = controller.run(options)
    good(result)
    assert "not verified" in json.dumps(result["warnings"])


@pytest.mark.parametrize("cloud", ["AzureGermany", "http://127.0.0.1:1", "https://127.0.0.1:1"])
def test_a_cloud_that_cannot_be_used_is_named(controller: Controller, cloud: str) -> None:
    assert controller.run({**controller.principal, "cloud_environment": cloud})["msg"].startswith("cloud_environment: ")


# Not installed; and as azure.azcollection of ansible 10 pins it (azure-mgmt-network 19.1.0), without a request of one's own.
SDKS = {
    "azure": "raise ImportError('no module named azure')",
    "azure/mgmt/network": "class NetworkManagementClient: pass",
}


@pytest.mark.parametrize("missing", ["fail", "skip"])
@pytest.mark.parametrize("package", SDKS)
def test_without_the_sdk_the_module_says_what_to_install(controller: Controller, package: str, missing: str) -> None:
    folder = controller.home / "blocked"
    (folder / package).mkdir(parents=True)
    (folder / package / "__init__.py").write_text(f"{SDKS[package]}\n", encoding="utf-8")
    code = RUN.replace("sys.path[:0] = ", f"sys.path[:0] = [{str(folder)!r}] + ")
    options = {"vms": [VM], "missing_credentials": missing, **controller.principal}
    found = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": options}),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    result = json.loads(found.stdout)
    assert (result.get("failed", False), result.get("skipped", False)) == (missing == "fail", missing == "skip")
    told = result["msg" if missing == "fail" else "problem"]
    assert "azure-identity and azure-mgmt-network 28 or later" in told
    # One line and nothing red where it is not asked for.
    assert missing == "fail" or "exception" not in result
