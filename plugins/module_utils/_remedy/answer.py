# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a changing script answered: its steps, and how to say why one failed."""

from __future__ import annotations

import dataclasses
import typing as t

from .._diagnosis import wording
from .._guest import text
from .._guest.evidence import Code
from .._guest.fields import Fields

SCHEMA = 1
FULL_LANGUAGE = "FullLanguage"
# What Windows gives for a call that our own time limit ended: says nothing about the guest, where it may still be at work.
TIMED_OUT = "0x00040004"
# Steps that only put things back, after another one failed.
UNDOING = ("restore_", "rollback_")

_DIAGNOSE = "find the cause with kms_facts and kms_diagnosis"
_LATER = "try again later"
NEXT: t.Mapping[str, str] = {
    "wrong_key": "install the KMS client setup key of the installed edition (kms_key with product_key: auto)",
    "mak": "install the KMS client setup key of the installed edition (kms_key with product_key: auto)",
    "permissions": "connect or become with an account that has full administrator rights on the guest (elevated)",
    "service": "see that the licensing service (sppsvc) is enabled and starts (kms_activation does it)",
    "network": "open the way to KMS on TCP 1688; kms_facts and kms_diagnosis tell where it is blocked",
    "network_transient": _LATER,
    "service_busy": _LATER,
    "dns": "see that the KMS host name is set and resolves on the guest (kms_host, DNS)",
    "wrong_kms_host": "set the KMS host of the VM's cloud (kms_host)",
    "clock": "correct the guest's clock",
    "token_store": "rebuild the token store (kms_token_store)",
    "reboot_needed": "restart Windows, then run this again",
    "system_files": "repair the system files of Windows (sfc /scannow)",
}


@dataclasses.dataclass(frozen=True)
class Failure:
    """Why a call failed on the guest: `code` as far as there was one, `message` in the guest's language."""

    code: Code | None
    message: str | None

    @property
    def timed_out(self) -> bool:
        """Whether our own time limit ended the call."""
        return self.code is not None and self.code.code == TIMED_OUT

    @property
    def reason(self) -> str:
        """The code with its meaning, else the guest's own words."""
        if self.timed_out:
            return f"{TIMED_OUT} (Windows did not answer within the time it was given, and may still be at work)"
        return wording.code(self.code) if self.code is not None else self.message or "no reason was given"


@dataclasses.dataclass(frozen=True)
class ScriptStep:
    """One step of a script; `ok` is None when check mode left it out."""

    name: str
    ok: bool | None
    failure: Failure | None = None


@dataclasses.dataclass(frozen=True)
class Answer:
    """A changing script's answer; `more` holds what only that script says."""

    steps: tuple[ScriptStep, ...]
    more: Fields
    language_mode: str | None = None

    @property
    def failed(self) -> ScriptStep | None:
        """The step that failed first, undoing aside."""
        return next((step for step in self.steps if step.ok is False and not step.name.startswith(UNDOING)), None)

    @property
    def left_undone(self) -> tuple[ScriptStep, ...]:
        """The steps that should have put something back and failed."""
        return tuple(step for step in self.steps if step.ok is False and step.name.startswith(UNDOING))

    def complaints(self, *names: str) -> tuple[str, ...]:
        """Return what to say of these steps where they failed without deciding the outcome."""
        return tuple(explain(step) for step in self.steps if step.ok is False and step.name in names)

    def did(self, name: str) -> bool:
        """Say whether a step ran and succeeded."""
        return any(step.name == name and step.ok is True for step in self.steps)


def parse(raw: t.Any) -> Answer:
    """Return a script's parsed JSON as an answer. Raises ValueError when it is none."""
    fields = Fields(text.clean(raw), "answer", {})
    steps = fields.parts("steps")
    if fields.raw("schema") != SCHEMA or steps is None:
        raise ValueError("the script's answer has not the expected schema")
    found = tuple(ScriptStep(item.text("name") or "", item.boolean("ok"), failure(item)) for item in steps)
    return Answer(found, fields, fields.text("language_mode"))


def failure(item: Fields) -> Failure | None:
    """Return the failure under `error`, None without one."""
    error = item.part("error")
    return None if error is None else Failure(error.code("code"), error.text("message"))


def explain(step: ScriptStep) -> str:
    """Say in one sentence which step failed, why, and what to do next."""
    found = step.failure or Failure(None, None)
    return f"the step {step.name} failed: {found.reason}; next: {next_step(found.code)}"


def next_step(code: Code | None) -> str:
    """Return the next step for a code, a general one when the code says nothing."""
    return NEXT.get(code.cause_class or "", _DIAGNOSE) if code is not None else _DIAGNOSE
