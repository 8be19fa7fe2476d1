# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why Ansible got no answer, told from its message.

The words are those of ansible-core's plugins winrm, psrp, ssh and sudo, of requests and urllib3, and of public reports: ansible 69595
and 86767 (PowerShell ended from outside), ansible.windows 588 and 657 (the compiler refused), ansible 84730 (become on the controller).
"""

from __future__ import annotations

import re
import typing as t


class Failure(t.NamedTuple):
    """`kind` is one of KINDS; `package` is what pip has to install, for a missing library."""

    kind: str
    package: str = ""


# In the order in which they are looked for: the first that fits is the reason.
_SIGNS: tuple[tuple[str, str], ...] = (
    # Our own limit on a task says nothing of the network: ansible-core's words, and ours.
    ("late", r"diagnose_host_timeout|timed out after \d+ second\(s\)"),
    (
        "become",
        r"sudo: |(missing|incorrect) (sudo|su|doas|become) password|privilege escalation|a password is required",
    ),
    (
        "setting",
        r"become plugin \S+ is not supported|connection plugin '\S+' was not found|does not support transport|error processing keyword '",
    ),
    (
        "rejected",
        r"credentials were rejected|failed to authenticate|authentication failed|invalid/incorrect password|permission denied",
    ),
    (
        "compile",
        r"\bCS(1504|0016)\b|failed to compile C# code|only core types are supported|blocked by group policy|applocker",
    ),
    ("killed", r"send_input failed|pipe has been ended|malicious content|blocked by your antivirus"),
    ("name", r"name or service not known|name resolution|getaddrinfo|nodename nor servname|name does not resolve"),
    (
        "certificate",
        r"certificate.verify.failed|certificate verify|\[x509: |self.signed certificate|hostname .* doesn't match",
    ),
    (
        "cut",
        r"incompleteread|connection (aborted|reset)|broken pipe|broke off|remote end closed|remotedisconnected|eof occurred",
    ),
    ("closed", r"refused|timed out|timeout|no route to host|network is unreachable|max retries exceeded"),
)
# What the connection plugins say of a missing library, and the package that holds it.
_LIBRARIES: tuple[tuple[str, str], ...] = (
    (r"pypsrp .*not installed|no module named '?pypsrp", "pypsrp"),
    (r"kerberos.*not installed|no module named '?kerberos", "pywinrm[kerberos]"),
    (r"credssp.*not installed|no module named '?requests_credssp", "pywinrm[credssp]"),
    (
        r"winrm or requests is not installed|xmltodict is not installed|no module named '?(winrm|xmltodict|requests)",
        "pywinrm",
    ),
)
KINDS = ("library", *(kind for kind, _sign in _SIGNS))


def read(message: str) -> Failure | None:
    """Return the reason that a message of Ansible gives; None when it gives none that is known."""
    text = message.casefold()
    package = next((name for sign, name in _LIBRARIES if re.search(sign, text)), None)
    if package is not None:
        return Failure("library", package)
    kind = next((name for name, sign in _SIGNS if re.search(sign, text, re.IGNORECASE)), None)
    return Failure(kind) if kind is not None else None
