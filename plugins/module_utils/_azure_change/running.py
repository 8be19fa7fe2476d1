# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The common frame of the modules that change Azure: options, sign-in, result. The one part that knows Ansible."""

from __future__ import annotations

import ipaddress
import os
import pathlib
import re
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .._azure import sdk
from .._azure.cloud import CloudError
from .._azure.session import SignInError, open_session
from .._azure.settings import ARGUMENT_SPEC, SettingsError, identity_found, resolve
from .._network.values import type_of
from .._report.text import neutral_plain
from .job import Run, begin
from .journal import JournalError

WRITING: dict[str, dict[str, t.Any]] = {
    "journal": {"type": "path"},
    "operation_timeout": {"type": "int", "default": 900},
}
STATE: dict[str, dict[str, t.Any]] = {"state": {"type": "str", "choices": ["absent", "present"], "default": "present"}}
ACCEPTING: dict[str, dict[str, t.Any]] = {"accept_egress_change": {"type": "bool", "default": False}}
ADDRESSES: dict[str, dict[str, t.Any]] = {"addresses": {"type": "list", "elements": "str"}}

Act = t.Callable[[Run, t.Mapping[str, t.Any]], dict[str, t.Any]]
_ID = re.compile(r"/subscriptions/[\w-]+/resourcegroups/[^/?#%\\\s]+/providers(/[^/?#%\\\s]+)+", re.IGNORECASE)


class OptionError(Exception):
    """An option cannot be used; the text begins with its name and says what would do."""


def check_id(option: str, value: str | None, kind: str) -> None:
    """Raise OptionError unless a resource id is of a type."""
    if value is not None and (not _ID.fullmatch(value) or type_of(value) != kind.lower()):
        raise OptionError(f"{option}: '{value}' is not the resource id of one of {kind}.")


def check_addresses(option: str, given: t.Iterable[str] | None) -> None:
    """Raise OptionError unless every entry is an IPv4 address."""
    for value in given or ():
        if not _is(ipaddress.IPv4Address, value):
            raise OptionError(f"{option}: '{value}' is not an IPv4 address.")


def check_networks(option: str, given: t.Iterable[str] | None) -> None:
    """Raise OptionError unless every entry is `*`, an address or a network without host bits."""
    for value in given or ():
        if value != "*" and not _is(ipaddress.ip_network, value):
            raise OptionError(f"{option}: '{value}' is neither *, an address nor a network.")


def _is(kind: t.Callable[[str], t.Any], value: str) -> bool:
    try:
        kind(value)
    except ValueError:
        return False
    return True


def run(module: AnsibleModule, check: t.Callable[[t.Mapping[str, t.Any]], None], act: Act) -> None:
    """Check the options, sign in, let `act` do it, and answer."""
    if sdk.IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib(sdk.REQUIREMENTS), exception=sdk.IMPORT_ERROR)
    try:
        if module.params["operation_timeout"] < 1:
            raise OptionError("operation_timeout: it must be at least 1 second.")
        check(module.params)
        settings = resolve({name: module.params[name] for name in ARGUMENT_SPEC}, os.environ, pathlib.Path.home())
        if not identity_found(settings, pathlib.Path.home()):
            raise OptionError(
                "client_id: no Azure credentials were found; set AZURE_CLIENT_ID, AZURE_SECRET and AZURE_TENANT, or a "
                "profile in ~/.azure/credentials, or sign in with az login."
            )
        if settings.verify is False:
            module.warn(
                "cert_validation_mode: TLS certificates are not verified; the credentials can be read on the way."
            )
        with open_session(settings, deadline=float(module.params["operation_timeout"])) as session:
            work = begin(session, module.params, check_mode=module.check_mode, module=module._name)
            result = neutral_plain(act(work, module.params))
    except (OptionError, SettingsError, CloudError, SignInError, JournalError) as error:
        module.fail_json(msg=neutral_plain(str(error)))
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    if "msg" in result:
        module.fail_json(**result)
    module.exit_json(**result)
