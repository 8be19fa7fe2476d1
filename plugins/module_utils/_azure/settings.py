# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the credentials and the cloud come from: the options, variables and profiles of azure.azcollection.

Precedence of `auth_source: auto`: module options, environment, `~/.azure/credentials`, Azure CLI.
"""

from __future__ import annotations

import configparser
import dataclasses
import pathlib
import shutil
import typing as t

AUTH_SOURCES = ("auto", "cli", "credential_file", "env", "msi")

# Option name -> environment variables, first one wins. The second names are those of azure-identity.
ENVIRONMENT: t.Mapping[str, tuple[str, ...]] = {
    "auth_source": ("ANSIBLE_AZURE_AUTH_SOURCE",),
    "profile": ("AZURE_PROFILE",),
    "subscription_id": ("AZURE_SUBSCRIPTION_ID",),
    "client_id": ("AZURE_CLIENT_ID",),
    "secret": ("AZURE_SECRET", "AZURE_CLIENT_SECRET"),
    "tenant": ("AZURE_TENANT", "AZURE_TENANT_ID"),
    "ad_user": ("AZURE_AD_USER",),
    "password": ("AZURE_PASSWORD",),
    "cloud_environment": ("AZURE_CLOUD_ENVIRONMENT",),
    "cloud_hosts": ("AZURE_CLOUD_HOSTS",),
    "adfs_authority_url": ("AZURE_ADFS_AUTHORITY_URL",),
    "cert_validation_mode": ("AZURE_CERT_VALIDATION_MODE", "AZURE_CERT_VALIDATION"),
    "x509_certificate_path": ("AZURE_X509_CERTIFICATE_PATH",),
    "thumbprint": ("AZURE_THUMBPRINT",),
    "disable_instance_discovery": ("AZURE_DISABLE_INSTANCE_DISCOVERY",),
    "ca_path": ("AZURE_CA_PATH",),
}

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "auth_source": {"type": "str", "choices": list(AUTH_SOURCES)},
    "profile": {"type": "str"},
    "subscription_id": {"type": "str"},
    "client_id": {"type": "str"},
    "secret": {"type": "str", "no_log": True},
    "tenant": {"type": "str"},
    "ad_user": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "cloud_environment": {"type": "str"},
    "cloud_hosts": {"type": "list", "elements": "str"},
    "adfs_authority_url": {"type": "str"},
    "cert_validation_mode": {"type": "str", "choices": ["ignore", "validate"]},
    "x509_certificate_path": {"type": "path"},
    "thumbprint": {"type": "str", "no_log": False},
    "disable_instance_discovery": {"type": "bool"},
    "ca_path": {"type": "path"},
}


class SettingsError(Exception):
    """The credentials cannot be put together; the text names the option and the fix."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """Resolved settings. `source`: parameters, env, credential_file, cli or msi, where the identity comes from.

    `last_resort` when nothing names an identity and the Azure CLI may still have one.
    """

    source: str
    subscription_id: str | None
    client_id: str | None
    secret: str | None
    tenant: str | None
    ad_user: str | None
    password: str | None
    cloud_environment: str
    adfs_authority_url: str | None
    verify: bool | str
    x509_certificate_path: str | None
    thumbprint: str | None
    disable_instance_discovery: bool
    cloud_hosts: tuple[str, ...] = ()
    last_resort: bool = False


def resolve(options: t.Mapping[str, t.Any], environ: t.Mapping[str, str], home: pathlib.Path) -> Settings:
    """Combine module options, environment and credential file; raises SettingsError with one clear sentence."""
    env = {name: _first(environ, names) for name, names in ENVIRONMENT.items()}
    auth_source = options.get("auth_source") or env["auth_source"] or "auto"
    if auth_source not in AUTH_SOURCES:
        raise SettingsError(f"auth_source: '{auth_source}' is not one of {', '.join(AUTH_SOURCES)}.")
    given = {name: value for name, value in options.items() if value is not None}
    profile = given.get("profile") or env["profile"]
    found: dict[str, t.Any]
    if auth_source == "msi":
        source, found = "msi", env
    elif auth_source == "env" and env["profile"]:
        source, found = "credential_file", _profile(home, env["profile"], required=True)
    elif auth_source == "env":
        source, found = "env", env
    elif auth_source == "credential_file":
        source, found = "credential_file", _profile(home, profile or "default", required=True)
    elif auth_source == "cli":
        source, found = "cli", {}
    elif _identifies(given):
        source, found = "parameters", {}
    elif profile:
        source, found = "credential_file", _profile(home, profile, required=True)
    elif _identifies(env):
        source, found = "env", env
    else:
        found = _profile(home, "default", required=False)
        source = "credential_file" if _identifies(found) else "cli"
    merged = _merge(given, found, env)
    if source in ("parameters", "env", "credential_file"):
        _check(source, merged)
    return Settings(source=source, last_resort=source == "cli" and auth_source == "auto", **merged)


def identity_found(settings: Settings, home: pathlib.Path) -> bool:
    """Tell whether an identity is configured; as a last resort the CLI counts where it is installed or somebody has used it."""
    used = (home / ".azure" / "azureProfile.json").is_file()
    return not settings.last_resort or used or shutil.which("az") is not None


def _first(environ: t.Mapping[str, str], names: t.Iterable[str]) -> str | None:
    return next((environ[name] for name in names if environ.get(name)), None)


def _identifies(values: t.Mapping[str, t.Any]) -> bool:
    return bool(values.get("client_id") or values.get("ad_user"))


def _profile(home: pathlib.Path, name: str, *, required: bool) -> dict[str, t.Any]:
    path = home / ".azure" / "credentials"
    parser = configparser.ConfigParser(interpolation=None, default_section="\0")
    try:
        parser.read(path, encoding="utf-8")
        return dict(parser.items(name))
    except configparser.NoSectionError:
        if required:
            raise SettingsError(f"profile: there is no section [{name}] in {path}.") from None
        return {}
    except (configparser.Error, UnicodeDecodeError) as error:
        raise SettingsError(f"profile: {path} cannot be read: {type(error).__name__}.") from None


def _merge(
    given: t.Mapping[str, t.Any], found: t.Mapping[str, t.Any], env: t.Mapping[str, str | None]
) -> dict[str, t.Any]:
    def pick(name: str) -> t.Any:
        return given.get(name) or found.get(name)

    def anywhere(name: str) -> t.Any:
        return pick(name) or env[name]

    verify: bool | str = anywhere("ca_path") or True
    if anywhere("cert_validation_mode") == "ignore":
        verify = False
    discovery = given.get("disable_instance_discovery")
    if discovery is None:
        discovery = str(anywhere("disable_instance_discovery") or "").lower() in ("1", "true", "yes", "on")
    hosts = anywhere("cloud_hosts") or ()
    return {
        "cloud_hosts": tuple(host.strip() for host in (hosts.split(",") if isinstance(hosts, str) else hosts)),
        "subscription_id": anywhere("subscription_id"),
        "client_id": pick("client_id"),
        "secret": pick("secret"),
        "tenant": anywhere("tenant"),
        "ad_user": pick("ad_user"),
        "password": pick("password"),
        "cloud_environment": anywhere("cloud_environment") or "AzureCloud",
        "adfs_authority_url": anywhere("adfs_authority_url"),
        "verify": verify,
        "x509_certificate_path": pick("x509_certificate_path"),
        "thumbprint": pick("thumbprint"),
        "disable_instance_discovery": bool(discovery),
    }


def _check(source: str, merged: t.Mapping[str, t.Any]) -> None:
    where = {"parameters": "the module options", "env": "the environment", "credential_file": "~/.azure/credentials"}
    place = where[source]
    if merged["ad_user"]:
        if not merged["password"]:
            raise SettingsError(f"password: ad_user is set in {place} without a password.")
        if not merged["client_id"] or not merged["tenant"]:
            raise SettingsError(f"client_id, tenant: both are needed with ad_user, and {place} lacks one of them.")
        return
    if not merged["client_id"]:
        raise SettingsError(f"client_id: {place} names no identity; set client_id, secret and tenant.")
    if not merged["tenant"]:
        raise SettingsError(f"tenant: {place} names client_id without a tenant.")
    if not merged["secret"] and not merged["x509_certificate_path"]:
        raise SettingsError(f"secret: {place} names client_id without secret or x509_certificate_path.")
