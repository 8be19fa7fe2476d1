# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where credentials come from."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import settings

PRINCIPAL = {"client_id": "app", "secret": "s3cret", "tenant": "ten"}
ENV = {"AZURE_CLIENT_ID": "env-app", "AZURE_SECRET": "env-secret", "AZURE_TENANT": "env-ten"}


def home_with(tmp_path: pathlib.Path, text: str) -> pathlib.Path:
    (tmp_path / ".azure").mkdir()
    (tmp_path / ".azure" / "credentials").write_text(text, encoding="utf-8")
    return tmp_path


PROFILES = (
    "[default]\nclient_id=file-app\nsecret=file%secret\ntenant=file-ten\n[lab]\nclient_id=lab-app\nsecret=x\ntenant=t\n"
)


@pytest.mark.parametrize(
    ("options", "environ", "profiles", "source", "client"),
    [
        (PRINCIPAL, ENV, PROFILES, "parameters", "app"),
        ({}, ENV, PROFILES, "env", "env-app"),
        ({}, {}, PROFILES, "credential_file", "file-app"),
        ({"profile": "lab"}, ENV, PROFILES, "credential_file", "lab-app"),
        ({}, {"AZURE_PROFILE": "lab"}, PROFILES, "credential_file", "lab-app"),
        ({}, {}, "", "cli", None),
        ({"auth_source": "cli"}, ENV, PROFILES, "cli", None),
        ({"auth_source": "msi"}, ENV, PROFILES, "msi", "env-app"),
        ({"auth_source": "env"}, ENV, PROFILES, "env", "env-app"),
        ({"auth_source": "env"}, {**ENV, "AZURE_PROFILE": "lab"}, PROFILES, "credential_file", "lab-app"),
        ({"auth_source": "credential_file"}, ENV, PROFILES, "credential_file", "file-app"),
        ({}, {**ENV, "ANSIBLE_AZURE_AUTH_SOURCE": "cli"}, PROFILES, "cli", None),
        (
            {},
            {"AZURE_CLIENT_ID": "i", "AZURE_CLIENT_SECRET": "s", "AZURE_TENANT_ID": "t"},
            "",
            "env",
            "i",
        ),
    ],
)
def test_sources(
    *,
    tmp_path: pathlib.Path,
    options: dict[str, t.Any],
    environ: dict[str, str],
    profiles: str,
    source: str,
    client: str | None,
) -> None:
    found = settings.resolve(options, environ, home_with(tmp_path, profiles))
    assert (found.source, found.client_id) == (source, client)


def test_percent_in_a_secret_survives(tmp_path: pathlib.Path) -> None:
    assert settings.resolve({}, {}, home_with(tmp_path, PROFILES)).secret == "file%secret"


@pytest.mark.parametrize(
    ("options", "environ", "word"),
    [
        ({"client_id": "a", "tenant": "t"}, {}, "secret"),
        ({"client_id": "a", "secret": "t"}, {}, "tenant"),
        ({"ad_user": "a"}, {}, "password"),
        ({"ad_user": "a", "password": "b"}, {}, "client_id"),
        ({"auth_source": "env"}, {}, "client_id"),
        ({"auth_source": "credential_file"}, {}, "profile"),
        ({"profile": "none"}, ENV, "profile"),
        ({}, {"ANSIBLE_AZURE_AUTH_SOURCE": "magic"}, "auth_source"),
    ],
)
def test_one_clear_error(tmp_path: pathlib.Path, options: dict[str, t.Any], environ: dict[str, str], word: str) -> None:
    with pytest.raises(settings.SettingsError) as caught:
        settings.resolve(options, environ, tmp_path)
    assert word in str(caught.value)
    assert "env-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "environ", "verify"),
    [
        ({}, {}, True),
        ({"cert_validation_mode": "ignore"}, {}, False),
        ({}, {"AZURE_CERT_VALIDATION_MODE": "ignore"}, False),
        ({"ca_path": "/ca.pem"}, {}, "/ca.pem"),
        ({}, {"AZURE_CA_PATH": "/env.pem"}, "/env.pem"),
    ],
)
def test_tls_is_verified_unless_told(
    tmp_path: pathlib.Path, options: dict[str, t.Any], environ: dict[str, str], verify: bool | str
) -> None:
    assert settings.resolve({**PRINCIPAL, **options}, environ, tmp_path).verify == verify


@pytest.mark.parametrize(("text", "value"), [("false", False), ("0", False), ("", False), ("true", True), ("1", True)])
def test_discovery_switch_reads_words(tmp_path: pathlib.Path, text: str, value: bool) -> None:
    found = settings.resolve(PRINCIPAL, {"AZURE_DISABLE_INSTANCE_DISCOVERY": text}, tmp_path)
    assert found.disable_instance_discovery is value


def test_cloud_from_the_environment_beside_an_identity_in_options(tmp_path: pathlib.Path) -> None:
    found = settings.resolve(PRINCIPAL, {"AZURE_CLOUD_ENVIRONMENT": "AzureChinaCloud"}, tmp_path)
    assert found.cloud_environment == "AzureChinaCloud"
