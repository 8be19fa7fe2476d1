# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which product key a guest gets, and which guests must not get one."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._diagnosis.keys import CHANNEL_NAMES, KEY_LIST
from .._guest.evidence import GuestEvidence, OperatingSystem, Product
from .._reference import client_keys
from .._reference.client_keys import Choice, SetupKey
from .answer import Answer, explain
from .preconditions import RefusedError, require_license, require_rights, view_of

AUTO = "auto"
CLIENT = "kms_client"
INSTALL = "install"
_FORM = re.compile(r"[A-Z0-9]{5}(-[A-Z0-9]{5}){4}")
_PUBLISHED = frozenset(key.key for key in client_keys.KEYS)

# By refusal id; {edition} is the guest's edition in words, {channel} the installed key's.
REFUSALS = {
    "evaluation": "{edition} is an evaluation edition, which no key activates through KMS; next: convert the edition first "
    "(DISM /Online /Set-Edition:<edition> /ProductKey:<key> /AcceptEula, not on a domain controller), then run this again",
    "multi-session": "{edition} is Windows Enterprise multi-session, whose key must stay as its image brought it; "
    "next: set the KMS host of the VM's cloud (kms_host), or deploy the VM anew from an intact image",
    "avma": "the installed key activates this VM through its Hyper-V host (AVMA) and works; "
    "next: leave it, or set convert: true when the VM has moved to Azure for good",
    "working-key": "Windows is activated with {channel}, which is not replaced; "
    "next: leave it, or set convert: true to have KMS activate Windows from now on",
    "not-published": "no KMS client setup key is published for {edition}; next: use an edition that Azure's KMS can "
    "activate, or give its key as product_key",
    "unknown-edition": "no KMS client setup key is known for sure for {edition}, and none is guessed; next: look the "
    f"edition up in {KEY_LIST} and give its key as product_key",
}


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The key to have; `client`: it is known to be a KMS client setup key. A print never shows the key."""

    text: str = dataclasses.field(repr=False)
    client: bool

    @property
    def partial(self) -> str:
        """The last five characters."""
        return self.text[-5:]


@dataclasses.dataclass(frozen=True)
class KeyPlan:
    """The key to have and whether it has to be installed."""

    wanted: Wanted
    install: bool
    warnings: tuple[str, ...] = ()


def parse_option(value: str) -> str | None:
    """Return the given key in upper case, None for `auto`. Raises ValueError, which does not repeat the value."""
    key = value.strip().upper()
    if key == AUTO.upper():
        return None
    if not _FORM.fullmatch(key):
        raise ValueError(
            "product_key: expected 'auto' or five groups of five letters and digits joined by hyphens "
            "(the value that was given is not shown)"
        )
    return key


def decide(guest: GuestEvidence, given: str | None, convert: bool) -> KeyPlan:
    """Return what to do. Raises RefusedError when no key may be installed."""
    require_rights(guest)
    product = require_license(guest).product
    system = guest.os or OperatingSystem()
    view = view_of(guest)
    if view.evaluation or view.multi_session:
        _refuse("evaluation" if view.evaluation else "multi-session", system)
    working = product if view.licensed and not convert else None
    if working is not None and working.channel == CLIENT and given is None:
        return _kept(working, view.client_key.key)
    wanted = _given(given) if given is not None else _published(view.client_key, system)
    if product is not None and _is(product, wanted):
        return KeyPlan(wanted, install=False)
    if working is not None:
        _refuse("avma" if working.channel == "avma" else "working-key", system, working)
    return KeyPlan(wanted, install=True)


def judge(answer: Answer, after: GuestEvidence, wanted: Wanted) -> str | None:
    """Return why the key is not proved to be installed, None when it is; `after` is the guest read again."""
    if answer.failed is not None and answer.failed.name == INSTALL:
        return explain(answer.failed)
    license_ = after.license
    if license_ is None or not license_.readable:
        return "the key was installed, but Windows does not say its licence afterwards"
    found = [product for product in (license_.product, *license_.others) if product is not None and not product.addon]
    if any(_is(product, wanted) for product in found):
        return None
    partials = ", ".join(product.partial_product_key or "none" for product in found) or "none"
    return f"Windows took the key that ends in {wanted.partial}, but shows keys that end in {partials}"


def state(guest: GuestEvidence) -> dict[str, str | None]:
    """Return the installed key as results show it."""
    product = guest.license.product if guest.license is not None else None
    return {
        "channel": product.channel if product is not None else None,
        "partial_product_key": product.partial_product_key if product is not None else None,
        "activation_id": product.activation_id if product is not None else None,
    }


def preview(wanted: Wanted) -> dict[str, str | None]:
    """Return the state that installing the key leads to, as far as it can be told before."""
    channel = CLIENT if wanted.client else None
    return {"channel": channel, "partial_product_key": wanted.partial, "activation_id": None}


def _kept(product: Product, published: SetupKey | None) -> KeyPlan:
    """Leave a KMS client key that works, whichever it is."""
    wanted = Wanted(product.partial_product_key or "", client=True)
    if published is None or published.partial == wanted.partial.upper():
        return KeyPlan(wanted, install=False)
    told = (
        f"the installed KMS client key ends in {wanted.partial}, the published one in {published.partial}; "
        "it works, so it stays"
    )
    return KeyPlan(wanted, install=False, warnings=(told,))


def _published(choice: Choice, system: OperatingSystem) -> Wanted:
    if choice.key is None:
        _refuse((choice.refusal or "unknown_edition").replace("_", "-"), system)
    return Wanted(choice.key.key, client=True)


def _given(key: str) -> Wanted:
    return Wanted(key, client=key in _PUBLISHED)


def _is(product: Product, wanted: Wanted) -> bool:
    same = (product.partial_product_key or "").upper() == wanted.partial
    return same and (product.channel == CLIENT or not wanted.client)


def _refuse(reason: str, system: OperatingSystem, product: Product | None = None) -> t.NoReturn:
    names = [system.caption, f"EditionID {system.edition_id}", f"SKU {system.sku}", f"build {system.build}"]
    edition = ", ".join(name for name in names if name and not name.endswith("None"))
    channel = CHANNEL_NAMES.get(product.channel if product is not None else "", "another key than a KMS client's")
    raise RefusedError(reason, REFUSALS[reason].format(edition=edition or "an edition not known", channel=channel))
