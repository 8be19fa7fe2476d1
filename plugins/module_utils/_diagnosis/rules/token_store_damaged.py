# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The licensing service's token store is damaged, absent or unreadable."""

from __future__ import annotations

from ..._text import texts
from .. import facts, sources
from ..facts import SeenCode
from ..model import Fact, Finding, Remedy
from ..rule import ACTIVATE, ACTIVATING, GUEST_ADMIN, IMAGE_OWNER, Rule, finding, remedy, steps
from ..view import View

ID = "token-store-damaged"
TEXTS = texts(
    ID,
    {
        "code": "The licensing service's token store is damaged. Check its access rights, then rebuild it and activate.",
        "absent": "The licensing service's token store (tokens.dat) is absent. Rebuild it and activate.",
        "unreadable": "The licensing service's token store (tokens.dat) cannot be read. Check its access rights, then rebuild it and activate.",
        "empty": "The licensing service's token store (tokens.dat) is empty. Rebuild it and activate.",
    },
)
STEPS = steps(
    ID,
    {
        "not_here": "Do not rebuild the store here, as a KMS client setup key cannot restore the licence of this key",
        "redeploy": "Redeploy the VM from a clean image, or restore it from a backup",
        "reach": "Check first that KMS can be reached, as a rebuilt store starts without a licence",
        "snapshot": "Take a snapshot of the system disk",
        "rights": (
            "Compare the access rights of the store with a healthy VM of the same build (SYSTEM and NT "
            "SERVICE\\sppsvc need access; before Windows 8 and Server 2012, NETWORK SERVICE)",
            "icacls $env:windir\\System32\\spp\\store /t",
        ),
        "stop": ("Stop the licensing service", "net stop sppsvc"),
        "rename": ("Rename tokens.dat", 'Rename-Item "{path}" tokens.bak'),
        "start": ("Start the licensing service", "net start sppsvc"),
        "reinstall": (
            "Reinstall the licence files (takes some minutes)",
            "cscript //nologo $env:windir\\system32\\slmgr.vbs /rilc",
        ),
        "restart": "Restart the VM twice",
        "key": (
            "Install the KMS client setup key again if it is gone",
            "cscript //nologo $env:windir\\system32\\slmgr.vbs /ipk <key>",
        ),
    },
)
_PROOF = frozenset({"0xC004E015", "0xC004E002", "0xC004D301"})
# "No licence was found" is said as well of a key whose licence comes from elsewhere, as a subscription's does.
_AMBIGUOUS = frozenset({"0xC004F034"})
_ACCESS_DENIED = "0x80070005"
_IN_USE = "0x80070020"
# Where Windows keeps it (Rebuild the Tokens.dat file).
_PATH = "$env:windir\\System32\\spp\\store\\2.0\\tokens.dat"


def check(view: View) -> Finding | None:
    """Report codes that speak of the store, then what was seen of the file."""
    read = [code for code in view.section_codes("license") if code.cause_class == "token_store"]
    codes = (*view.codes_of("token_store"), *(SeenCode(code, "license_read") for code in read))
    key, confidence, evidence = _file(view)
    evidence = [*facts.codes(codes), *evidence]
    if any(seen.code.code not in _AMBIGUOUS for seen in codes):
        proven = any(seen.code.code in _PROOF for seen in codes)
        key, confidence = "code", "certain" if proven else "likely"
    if key is None:
        return None
    return finding(ID, TEXTS[key], confidence=confidence, evidence=evidence, remedy=[_rebuild(view)])


def _file(view: View) -> tuple[str | None, str, list[Fact]]:
    store = view.guest.token_store
    if store is None:
        return None, "", []
    if store.path is None:
        return "absent", "certain", [facts.token_store(store)]
    error = store.open_error.code if store.open_error is not None else None
    if store.size == 0:
        return "empty", "likely", [facts.token_store(store)]
    os = view.guest.os
    elevated = os.elevated if os is not None else None
    # Without administrator rights a refusal says nothing about the store.
    if store.readable is False and error != _IN_USE and (error != _ACCESS_DENIED or elevated):
        return "unreadable", "likely", [facts.token_store(store)]
    return None, "", [facts.token_store(store)]


def _rebuild(view: View) -> Remedy:
    if view.multi_session or (view.product is not None and view.channel != "kms_client"):
        return remedy(IMAGE_OWNER, STEPS["not_here"], STEPS["redeploy"])
    store = view.guest.token_store
    if store is not None and store.path is None:
        rename = []
    else:
        path = store.path if store is not None and store.path is not None else _PATH
        rename = [STEPS["stop"], STEPS["rename"].format(path=path), STEPS["start"]]
    return remedy(
        GUEST_ADMIN,
        *(STEPS[key] for key in ("reach", "snapshot", "rights")),
        *rename,
        *(STEPS[key] for key in ("reinstall", "restart", "key")),
        ACTIVATE,
        action=RULE.action,
    )


RULE = Rule(
    id=ID,
    name="Token store damaged",
    place=220,
    why="The answer is stored last, and rebuilding the store while KMS cannot be reached would cost the licence that is left.",
    subject="the token store",
    needs=("token_store",),
    check=check,
    texts=TEXTS,
    steps=STEPS | ACTIVATING,
    severities=("error",),
    alike=("licensing-rights-missing", "licensing-service-disabled"),
    sources=(
        sources.Source(
            "Rebuild the Tokens.dat file (2024-06-17)",
            "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/rebuild-tokens-dotdat-file",
        ),
        sources.ERROR_CODES,
    ),
    explains=("product-key-missing", "license-state-unreadable"),
    action="token_store",
    anywhere=True,
)
