# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A recording: one host's raw answers as they came, to be judged again anywhere. Pure.

{recording: 1, masked, versions, guest, guest_error, azure, azure_error, verdict}. `guest` is {asked, controller, raw}: what was asked of the probe,
the controller's times around the run, and the probe's answer. `azure` is {cloud, vm_id, subscription, calls}. `verdict` is what
today's code made of it when it was recorded. `verification`, where there is one, is what kms_verify saw, each {id, status, answer}.
"""

from __future__ import annotations

import json
import typing as t

from .._azure import recorded
from .._diagnosis.engine import diagnose
from .._diagnosis.model import Diagnosis, Evidence, GuestProblem
from .._guest import text
from .._guest.reading import understand
from .._network.values import mapping
from .mask import Masker

FORMAT = 1
Recording: t.TypeAlias = dict[str, t.Any]


class RecordingError(ValueError):
    """The text is no recording; the message says what is wrong, in one line."""


def new(  # noqa: PLR0913 (keywords only)
    *,
    versions: t.Mapping[str, str | None],
    guest: t.Mapping[str, t.Any] | None = None,
    guest_error: t.Mapping[str, str] | None = None,
    azure: t.Mapping[str, t.Any] | None = None,
    azure_error: str | None = None,
    verification: t.Sequence[t.Mapping[str, t.Any]] | None = None,
    mask_key: bytes | None = None,
) -> Recording:
    """Return a recording with its verdict; masked when `mask_key`, a secret made for this one, is given."""
    made: Recording = {
        "recording": FORMAT,
        "masked": mask_key is not None,
        "versions": {**versions, **_told(guest)},
        "guest": guest,
        "guest_error": None if guest_error is None else dict(guest_error),
        "azure": azure,
        "azure_error": azure_error,
        **({} if verification is None else {"verification": text.scrubbed(verification)}),
    }
    judged = verdict(replay(made, "-"))
    if mask_key is not None:
        masker = Masker(mask_key)
        made = {name: masker.value(value, name) for name, value in made.items()}
    return {**made, "verdict": judged}


def read(text: str) -> Recording:
    """Return the recording in a file's text. Raises RecordingError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"it is not JSON: {error}") from None
    if not isinstance(found, dict) or "recording" not in found:
        raise RecordingError("it is not a recording: the key 'recording' is missing")
    if found["recording"] != FORMAT:
        raise RecordingError(f"its format is {found['recording']}, this collection reads {FORMAT}")
    if not isinstance(found.get("guest"), dict) and not isinstance(found.get("guest_error"), dict):
        raise RecordingError("it holds neither 'guest' nor 'guest_error'")
    return found


def write(recording: Recording) -> str:
    """Return the text of a recording's file."""
    return json.dumps(recording, ensure_ascii=False, indent=1) + "\n"


def replay(recording: Recording, name: str) -> Diagnosis:
    """Judge a recording with today's code, as the host `name`. Raises RecordingError."""
    try:
        return diagnose(_evidence(recording, name))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordingError(f"it cannot be judged: {type(error).__name__}: {error}") from error


def verdict(diagnosis: Diagnosis) -> dict[str, t.Any]:
    """Return what must be the same when a recording is judged again."""
    failed = sorted(finding.id for finding in diagnosis.findings if finding.status == "fail")
    return {
        "root_cause": diagnosis.root_cause.id,
        "confidence": diagnosis.root_cause.confidence,
        "findings": failed,
        "guest": diagnosis.guest.status,
        "azure": diagnosis.azure.status,
    }


def _evidence(recording: Recording, name: str) -> Evidence:
    guest, azure, error = recording.get("guest"), recording.get("azure"), recording.get("guest_error")
    return Evidence(
        name=name,
        guest=None if guest is None else understand(guest),
        guest_problem=None if error is None else GuestProblem(str(error["kind"]), str(error["message"])),
        path=None if azure is None else recorded.judge(azure),
        azure_problem=recording.get("azure_error"),
    )


def _told(guest: t.Mapping[str, t.Any] | None) -> dict[str, str | None]:
    """Return the versions that the guest told."""
    raw = guest["raw"] if guest else {}
    data = mapping(mapping(mapping(raw.get("sections")).get("os")).get("data"))
    build, ubr = data.get("build"), data.get("ubr")
    return {
        "powershell": data.get("powershell"),
        "windows_build": None if build is None else f"{build}.{ubr}" if ubr is not None else str(build),
    }
