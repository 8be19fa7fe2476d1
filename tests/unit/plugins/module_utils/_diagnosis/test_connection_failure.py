# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every kind of failed connection has its own words, owner and steps. The messages are those of ansible-core and of public reports."""

from __future__ import annotations

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import connection_failure
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from tests.unit.plugins.module_utils._diagnosis import build

# Message, who acts, a word of the steps.
MESSAGES = [
    ("winrm or requests is not installed: No module named 'winrm'", "automation", "pip install 'pywinrm'"),
    ("winrm or requests is not installed: No module named 'requests_ntlm'", "automation", "pip install 'pywinrm'"),
    ("pypsrp or dependencies are not installed: No module named 'pypsrp'", "automation", "pip install 'pypsrp'"),
    ("requested auth method is credssp, but requests_credssp is not installed", "automation", "'pywinrm[credssp]'"),
    (
        "WinRM Kerberos authentication requested but the python kerberos library is not installed. ",
        "automation",
        "'pywinrm[kerberos]'",
    ),
    ("Task failed: Timed out after 8 second(s).", "guest_admin", "diagnose_host_timeout"),
    ("no answer within 8 s, the limit that diagnose_host_timeout sets", "guest_admin", "overloaded"),
    ("sudo: a password is required", "automation", "ansible_become"),
    ("Missing sudo password", "automation", "ansible_become"),
    ("Timeout (12s) waiting for privilege escalation prompt: ", "automation", "ansible_become"),
    ("Become plugin sudo is not supported by the Windows exec wrapper.", "automation", "ansible-inventory"),
    ("Task failed: the connection plugin 'winrn' was not found", "automation", "ansible-inventory"),
    ("The installed version of WinRM does not support transport(s) ['basik']", "automation", "ansible-inventory"),
    (
        "Error processing keyword 'port': The value 'winrm' could not be converted to 'int'.",
        "automation",
        "ansible-inventory",
    ),
    (
        "basic: HTTPSConnectionPool(host='10.0.0.5', port=5986): Max retries exceeded with url: /wsman (Caused by SSLError("
        "SSLError(136, '[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate or crl found (_ssl.c:4149)')))",
        "automation",
        "authority",
    ),
    ("ntlm: the specified credentials were rejected by the server", "guest_admin", "LAPS"),
    (
        "failed to authenticate with the server: Failed to authenticate the user vmadmin with ntlm",
        "guest_admin",
        "LAPS",
    ),
    (
        "Failed to connect to the host via ssh: admin@10.0.0.5: Permission denied (publickey,password).",
        "guest_admin",
        "LAPS",
    ),
    (
        "internal error: failed to run exec_wrapper action module_powershell_wrapper: Failed to compile C# code:\nerror CS1504: "
        "Source file 'C:\\Users\\a\\AppData\\Local\\Temp\\x.0.cs' could not be opened ('Access is denied. ')",
        "guest_admin",
        "csc.exe",
    ),
    ("winrm send_input failed; \nstdout: \nstderr ", "guest_admin", "Defender"),
    ("The pipe has been ended. (extended fault data: {'fault_code': 's:Receiver'})", "guest_admin", "Defender"),
    (
        "This script contains malicious content and has been blocked by your antivirus software.",
        "guest_admin",
        "Defender",
    ),
    ("winrm connection error: [Errno -2] Name or service not known", "automation", "ansible_host"),
    (
        "ntlm: HTTPSConnectionPool(host='10.0.0.5', port=5986): Max retries exceeded with url: /wsman (Caused by SSLError("
        "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed')))",
        "automation",
        "authority",
    ),
    (
        "the connection broke off: ('Connection broken: IncompleteRead(10 bytes read, 20 more expected)',)",
        "guest_admin",
        "Defender",
    ),
    (
        "ntlm: HTTPConnectionPool(host='10.0.0.5', port=5985): Max retries exceeded with url: /wsman (Caused by "
        "NewConnectionError('<...>: Failed to establish a new connection: [Errno 111] Connection refused'))",
        "network_team",
        "5985",
    ),
    ("ntlm: HTTPConnectionPool(host='10.0.0.5', port=5985): Read timed out. (read timeout=30)", "network_team", "5985"),
]


@pytest.mark.parametrize(("message", "who", "word"), MESSAGES)
def test_a_failure_has_its_words_owner_and_steps(message: str, who: str, word: str) -> None:
    root = diagnose(build.without_guest("failed", message)).root_cause
    assert root.id == "guest-unreachable"
    assert root.remedy[0].who == who
    assert word in " ".join(f"{step.says} {step.command or ''}" for step in root.remedy[0].steps)
    assert "\n" not in root.title


def test_every_kind_is_met_and_says_something_else() -> None:
    met = {
        failure.kind for failure in (connection_failure.read(message) for message, _who, _word in MESSAGES) if failure
    }
    assert met == set(connection_failure.KINDS)
    titles = {
        diagnose(build.without_guest("unreachable", item)).root_cause.title.split(":")[0]
        for item, _who, _word in MESSAGES
    }
    assert len(titles) >= len(connection_failure.KINDS)


@pytest.mark.parametrize("message", ["", "something else went wrong", "No reason was given."])
def test_what_is_not_known_keeps_its_message(message: str) -> None:
    root = diagnose(build.without_guest("unreachable", message)).root_cause
    assert connection_failure.read(message) is None
    assert "could not be reached" in root.title


def test_a_host_that_was_not_asked_is_not_judged_by_the_message() -> None:
    root = diagnose(build.without_guest("not_asked", "Connection refused")).root_cause
    assert root.severity == "warning"
    assert root.title.startswith("The VM itself was not asked")
