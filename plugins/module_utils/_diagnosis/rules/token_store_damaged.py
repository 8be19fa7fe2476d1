# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The licensing service's token store is damaged, absent or unreadable."""

from __future__ import annotations

from ..._text import texts
from ..history import SeenCode
from ..model import Fact, Finding, Remedy
from ..rule import ACTIVATE, GUEST_ADMIN, IMAGE_OWNER, Rule, code_facts, finding, remedy
from ..view import View

ID = "token-store-damaged"
TEXTS = texts(
    ID,
    {
        "code": "The licensing service's token store is damaged, check its access rights, then rebuild it and activate.",
        "absent": "The licensing service's token store (tokens.dat) is absent, rebuild it and activate.",
        "unreadable": "The licensing service's token store (tokens.dat) cannot be read, check its access rights, then rebuild it and activate.",
        "file": "{path}, {size} bytes, changed {modified}",
        "no_file": "absent",
        "empty": "The licensing service's token store (tokens.dat) is empty, rebuild it and activate.",
    },
)
STEPS = texts(
    f"{ID}.step",
    {
        "not_here": "Do not rebuild the store here: the licence of this key cannot be made anew from a KMS client setup key",
        "redeploy": "Deploy the VM anew from an intact image, or restore it from a backup",
        "reach": "Make sure that KMS can be reached first: a rebuilt store starts without a licence. Take a snapshot of the system disk",
        "rights": "Compare the access rights of %windir%\\System32\\spp\\store with a healthy VM of the same build; SYSTEM and NETWORK SERVICE need them",
        "rename": "Stop the service: net stop sppsvc. Rename tokens.dat (ren tokens.dat tokens.bak). Start it: net start sppsvc",
        "reinstall": "Reinstall the licence files (minutes): cscript //nologo %windir%\\system32\\slmgr.vbs /rilc. Restart the VM twice",
        "key": "Install the KMS client setup key again when it is gone. {activate}",
    },
)
_PROOF = frozenset({"0xC004E015", "0xC004E002", "0xC004D301"})
_ACCESS_DENIED = "0x80070005"
_IN_USE = "0x80070020"


def check(view: View) -> Finding | None:
    """Report codes that speak of the store, then what was seen of the file."""
    read = [code for code in view.section_codes("license") if code.cause_class == "token_store"]
    codes = (*view.codes_of("token_store"), *(SeenCode(code, "reading the licence") for code in read))
    key, confidence, facts = _file(view)
    if codes:
        proven = any(seen.code.code in _PROOF for seen in codes)
        key, confidence = "code", "certain" if proven else "likely"
        facts = [*code_facts(codes), *facts]
    if key is None:
        return None
    return finding(ID, TEXTS[key], confidence=confidence, evidence=facts, remedy=[_rebuild(view)])


def _file(view: View) -> tuple[str | None, str, list[Fact]]:
    store = view.guest.token_store
    if store is None:
        return None, "", []
    if store.path is None:
        return "absent", "certain", [Fact("tokens.dat", TEXTS["no_file"], "%windir%\\System32\\spp\\store", "exists")]
    error = store.open_error.code if store.open_error is not None else None
    facts = [
        Fact(
            "tokens.dat", TEXTS["file"].format(path=store.path, size=store.size, modified=store.modified), "file system"
        )
    ]
    if error is not None:
        facts.append(Fact("opening tokens.dat", error, "file system", "readable"))
    if store.size == 0:
        return "empty", "likely", facts
    os = view.guest.os
    elevated = os.elevated if os is not None else None
    # Without administrator rights a refusal says nothing about the store.
    if store.readable is False and error != _IN_USE and (error != _ACCESS_DENIED or elevated):
        return "unreadable", "likely", facts
    return None, "", facts


def _rebuild(view: View) -> Remedy:
    if view.multi_session or (view.product is not None and view.channel != "kms_client"):
        return remedy(IMAGE_OWNER, STEPS["not_here"], STEPS["redeploy"])
    return remedy(
        GUEST_ADMIN,
        *(STEPS[key] for key in ("reach", "rights", "rename", "reinstall")),
        STEPS["key"].format(activate=ACTIVATE),
        action="token_store",
    )


RULE = Rule(ID, "the token store", ("token_store",), check)
