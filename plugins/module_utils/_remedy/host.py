# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which KMS host settings a guest should have, and what has to be done for it."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._guest.evidence import GuestEvidence, HostSetting
from .._guest.fields import parse_address
from .._guest.host import setting
from .._reference import endpoints
from .answer import Answer, explain
from .preconditions import activation_id, require_license, require_rights

AUTO = "auto"
PRESENT, ABSENT = "present", "absent"
RESTART = "restart_service"
_REMEMBERED = frozenset({"discovered", "cached"})
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_NAME_LIMIT = 253


@dataclasses.dataclass(frozen=True)
class Place:
    """A KMS host and its port."""

    host: str
    port: int

    def is_named_by(self, item: HostSetting) -> bool:
        """Say whether a setting names this place."""
        return item.host.casefold() == self.host.casefold() and item.port == self.port

    def __str__(self) -> str:
        """Return `azkms.core.windows.net:1688`."""
        return f"{self.host}:{self.port}"


@dataclasses.dataclass(frozen=True)
class HostSettingPlan:
    """`place` None: no host of the machine's own. `product_id`: the product whose own host is cleared."""

    place: Place | None
    change: bool
    product_id: str | None
    restart: bool

    @property
    def parameters(self) -> dict[str, t.Any]:
        """Return the parameters of set_host.ps1."""
        return {
            "State": ABSENT if self.place is None else PRESENT,
            "HostName": self.place.host if self.place is not None else "",
            "Port": self.place.port if self.place is not None else 0,
            "ProductId": self.product_id or "",
            "Restart": self.restart,
        }


def check_name(name: str) -> None:
    """Raise ValueError for what is neither `auto` nor a host name nor an address."""
    labels = name.rstrip(".").split(".")
    if parse_address(name) is None and not (
        len(name) <= _NAME_LIMIT and all(_LABEL.fullmatch(item) for item in labels)
    ):
        raise ValueError(
            f"name: '{name[:60]}' is neither 'auto' nor a host name nor an IP address (the port is an option)"
        )


def wanted(guest: GuestEvidence, state: str, name: str, port: int) -> Place | None:
    """Return the place to set, None for `absent`."""
    if state == ABSENT:
        return None
    return Place(guest.cloud.preferred_name if name.strip().casefold() == AUTO else name.strip(), port)


def decide(guest: GuestEvidence, place: Place | None, clear_product_overrides: bool) -> HostSettingPlan:
    """Return what to do. Raises RefusedError when the guest cannot be changed."""
    require_rights(guest)
    product = require_license(guest).product
    own = _of(guest, "product")
    product_id = None
    if own and clear_product_overrides and product is not None:
        product_id = activation_id(product)
    fits = all(place is not None and place.is_named_by(item) for item in _of(guest, "global"))
    change = product_id is not None or not fits or (place is not None and not _of(guest, "global"))
    remembered = [item for item in _settings(guest) if item.source in _REMEMBERED]
    stale = any(place is None or not place.is_named_by(item) for item in remembered)
    return HostSettingPlan(place, change, product_id, restart=change and stale)


def warnings(guest: GuestEvidence, plan: HostSettingPlan) -> tuple[str, ...]:
    """Return what stands against the wanted place and stays."""
    place = plan.place
    found = [
        f"a policy sets the KMS host {item.host}:{item.port}, which this module cannot change and which may win or come "
        "back; change it in the policy that writes it"
        for item in _of(guest, "policy")
        if place is None or not place.is_named_by(item)
    ]
    found += [
        f"the installed product has a KMS host of its own, {item.host}:{item.port}, which wins over the machine's; "
        "set clear_product_overrides: true to clear it"
        for item in _of(guest, "product")
        if plan.product_id is None and (place is None or not place.is_named_by(item))
    ]
    return tuple(found)


def judge(answer: Answer, after: GuestEvidence, plan: HostSettingPlan) -> str | None:
    """Return why the change is not proved, None when it is; `after` is the guest read again."""
    if answer.failed is not None and answer.failed.name != RESTART:
        undone = "".join(f"; {explain(step)}" for step in answer.left_undone)
        return explain(answer.failed) + undone
    if after.kms_host is None:
        return "the KMS host was set, but Windows does not say it afterwards"
    now = _of(after, "global")
    told = ", ".join(f"{item.host}:{item.port}" for item in now) or "none"
    if plan.place is None and now:
        return f"Windows reported success, but the KMS host {told} is still set"
    if plan.place is not None and not any(plan.place.is_named_by(item) for item in now):
        return f"Windows reported success, but the KMS host is {told} instead of {plan.place}"
    if plan.product_id is not None and _of(after, "product"):
        return "Windows reported success, but the installed product still has a KMS host of its own"
    return None


def state(guest: GuestEvidence) -> list[HostSetting]:
    """Return every setting but the policy's, the one that counts first."""
    return [item for item in _settings(guest) if item.source != "policy"]


def policy(guest: GuestEvidence) -> list[HostSetting]:
    """Return what a policy wrote."""
    return _of(guest, "policy")


def preview(guest: GuestEvidence, plan: HostSettingPlan) -> list[HostSetting]:
    """Return the settings that the change leads to."""
    gone = {"global", *({"product"} if plan.product_id else ()), *(_REMEMBERED if plan.restart else ())}
    kept = [item for item in state(guest) if item.source not in gone]
    if plan.place is None:
        return kept
    placed = setting("global", plan.place.host, plan.place.port, endpoints.CLOUDS[guest.cloud.name])
    return [*_of_product(kept, True), placed, *_of_product(kept, False)]


def _settings(guest: GuestEvidence) -> tuple[HostSetting, ...]:
    return guest.kms_host.settings if guest.kms_host is not None else ()


def _of_product(settings: t.Iterable[HostSetting], own: bool) -> list[HostSetting]:
    return [item for item in settings if (item.source == "product") is own]


def _of(guest: GuestEvidence, source: str) -> list[HostSetting]:
    return [item for item in _settings(guest) if item.source == source]
