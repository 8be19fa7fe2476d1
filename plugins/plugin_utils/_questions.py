# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What only a real VM can settle: the questions of verify.ps1, in its order, with what is believed until somebody looked.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t


@dataclasses.dataclass(frozen=True)
class Question:
    """One open fact: what is asked, and what this collection takes for granted meanwhile."""

    id: str
    text: str
    believed: str


QUESTIONS = (
    Question(
        "dnsclient_import",
        "How long does the first Resolve-DnsName of a session take?",
        "Seconds on a cold machine, as the module DnsClient is loaded; milliseconds afterwards.",
    ),
    Question(
        "net_import",
        "How long do the first Get-NetRoute and Get-NetConnectionProfile take?",
        "Below the probe's limit for them.",
    ),
    Question(
        "runspace",
        "How long does it take to open a runspace and to use it first?",
        "0.6 s and up to 2 s, as publicly measured in another program.",
    ),
    Question(
        "licence_query",
        "How long does the licence query take, filtered and not, and which ProductKeyChannel values are there?",
        "Below 60 s; Volume:GVLK, Volume:MAK, Volume:CSVLK, Retail, OEM:...",
    ),
    Question(
        "key_refused",
        "Where does a refused InstallProductKey carry its code: ErrorData, MessageId, HResult or ReturnValue?",
        "In ErrorData.error_Code of a CimException; HResult never holds it.",
    ),
    Question(
        "activate_failure",
        "Where does a failed Activate carry its code, which one is it without an answer, and how long does it take?",
        "0xC004F074 in ErrorData.error_Code of a CimException, within a minute.",
    ),
    Question(
        "tokens_file",
        "Does the licensing service lock tokens.dat while it runs, where does TokenStore point, and who may use the folder?",
        "A sharing violation (0x80070020) or none; neither says that the file is damaged.",
    ),
    Question(
        "firewall_rules",
        "How many firewall rules are there, how long does reading them take, and which local profile keys exist?",
        "A few hundred in milliseconds; Domain, Standard and Public.",
    ),
    Question(
        "firewall_block",
        "How does Windows write remote addresses of a rule, and which code does a blocked connection fail with?",
        "RA4=a, RA4=a/mask, RA4=a-b in the registry; 10013 at once.",
    ),
    Question(
        "connect_codes",
        "Which codes do a refused and an unanswered connection fail with, and after how long?",
        "10061 after about 2 s; 10060 after about 21 s.",
    ),
    Question(
        "dns_codes",
        "How does Resolve-DnsName fail for a missing name, missing data and a silent server?",
        "DNS_ERROR_RCODE_NAME_ERROR; an SOA row without an error; ERROR_TIMEOUT.",
    ),
    Question(
        "w32tm_resync",
        "With which exit code does w32tm /resync end?",
        "0 when the clock was corrected, else an HRESULT.",
    ),
    Question(
        "amsi",
        "How does a script that the antivirus stops fail?",
        "ScriptContainedMaliciousContent as error id.",
    ),
    Question(
        "event_forms",
        "How do the newest licensing events look, and how does a missing log fail?",
        "12288 with nine comma separated fields, 12289 with five; EventLogNotFoundException.",
    ),
    Question(
        "services",
        "Who depends on sppsvc, who may change it, and is the Hyper-V time provider on?",
        "Nobody; only TrustedInstaller may change its start type; it is on in Azure.",
    ),
    Question(
        "imds_headers",
        "Which headers does the metadata service answer with?",
        "Date is among them.",
    ),
)
NOT_SIMULATED = "NotSimulated"
_SHOWN = 400


def joined(answers: t.Sequence[t.Mapping[str, t.Any]], asked: t.Collection[str]) -> list[dict[str, t.Any]]:
    """Return every question that was asked, with its answer and a `status`: observed, failed, not_restored, skipped, not_simulated or unanswered."""
    found = {str(answer.get("id")): answer for answer in answers}
    return [
        {**dataclasses.asdict(question), "status": _status(found.get(question.id)), "answer": found.get(question.id)}
        for question in QUESTIONS
        if question.id in asked
    ]


def table(rows: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    """Return the answers as lines for a terminal: the question, what is believed, what was seen."""
    lines = []
    for row in rows:
        lines += [f"{row['status'].upper()}  {row['id']}: {row['text']}", f"    believed: {row['believed']}"]
        answer = row["answer"] or {}
        seen = answer.get("observed") if answer.get("observed") is not None else answer.get("error")
        if row["status"] not in ("skipped", "not_simulated", "unanswered"):
            lines.append(
                f"    seen in {answer.get('milliseconds')} ms: {json.dumps(seen, ensure_ascii=False)[:_SHOWN]}"
            )
    return lines


def _status(answer: t.Mapping[str, t.Any] | None) -> str:
    if answer is None:
        return "unanswered"
    if answer.get("skipped"):
        return "skipped"
    if answer.get("restored") is False:
        return "not_restored"
    error = answer.get("error")
    if error is None:
        return "observed"
    return "not_simulated" if error.get("id") == NOT_SIMULATED else "failed"
