# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which KMS client setup key belongs to an edition and build, and which installations must not get one.

Selection is by EditionID, OperatingSystemSKU and build, never by a localised name. Nothing is guessed.
Sources: see `_client_key_rows`; evaluation: upgrade-conversion-options (windowsserverdocs); multi-session: Azure Virtual Desktop FAQ;
numbers of SKUs: PRODUCT_* of GetProductInfo (https://learn.microsoft.com/windows/win32/api/sysinfoapi/nf-sysinfoapi-getproductinfo).
"""

from __future__ import annotations

import dataclasses
import re

from . import _client_key_rows

# ENTERPRISE, STANDARD, DATACENTER, ENTERPRISE_N, ENTERPRISE_S and ENTERPRISE_S_N, each _EVALUATION.
EVALUATION_SKUS = frozenset({72, 79, 80, 84, 129, 130})
MULTI_SESSION_EDITION = "serverrdsh"
MULTI_SESSION_SKU = 175
AZURE_EDITION_SKU = 407

# Home editions are no KMS clients and have no published key (spellings unverified).
_UNPUBLISHED_EDITIONS = frozenset({"core", "coren", "coresinglelanguage", "corecountryspecific"})

# 2008 and 2008 R2 report Server Core with SKUs of their own.
_CORE_SKUS = {12: 8, 13: 7, 14: 10, 29: 17, 39: 37, 40: 36, 41: 38}

_EVALUATION = re.compile(r"eval(cor)?$", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class SetupKey:
    """A published key; `certainty` is that of the edition's match: verified, community or unverified."""

    release: str
    edition: str
    edition_id: str
    sku: int | None
    certainty: str
    key: str
    first_build: int
    last_build: int

    @property
    def title(self) -> str:
        """The product in words, such as `Windows Server 2022 Datacenter`."""
        return f"{self.release} {self.edition}"

    @property
    def partial(self) -> str:
        """The last five characters: all that may leave this module's callers."""
        return self.key[-5:]


@dataclasses.dataclass(frozen=True)
class Choice:
    """Either a key or the refusal: evaluation, multi_session, not_published or unknown_edition."""

    key: SetupKey | None
    refusal: str | None


KEYS = tuple(SetupKey(*row) for row in _client_key_rows.ROWS)


def is_evaluation(edition_id: str | None, sku: int | None) -> bool:
    """Say whether EditionID or SKU names an evaluation edition."""
    return bool(edition_id and _EVALUATION.search(edition_id)) or sku in EVALUATION_SKUS


def is_multi_session(edition_id: str | None, sku: int | None) -> bool:
    """Say whether EditionID or SKU names Windows Enterprise multi-session."""
    return (edition_id or "").casefold() == MULTI_SESSION_EDITION or sku == MULTI_SESSION_SKU


def is_azure_edition(edition_id: str | None, sku: int | None) -> bool:
    """Say whether EditionID or SKU names Windows Server Datacenter: Azure Edition."""
    return (edition_id or "").casefold().startswith("serverturbine") or sku == AZURE_EDITION_SKU


def choose(edition_id: str | None, sku: int | None, build: int | None) -> Choice:
    """Return the key for an installation, or why there is none: the one answer for advice and for every change.

    A SKU that says otherwise than the EditionID leaves the edition unknown. What no source was read for (`unverified`) is a hint:
    it counts only where EditionID and SKU say the same.
    """
    refusal = _refusal(edition_id, sku)
    if refusal is not None:
        return Choice(None, refusal)
    edition = (edition_id or "").casefold()
    sku = _CORE_SKUS.get(sku, sku) if sku is not None else None
    by_edition = [key for key in KEYS if key.edition_id.casefold() == edition]
    by_sku = [key for key in KEYS if sku is not None and key.sku == sku]
    rows = by_edition if edition else by_sku
    if not rows or build is None or (edition and _contradicts(by_sku, sku, by_edition)):
        return Choice(None, "unknown_edition")
    key = next((key for key in rows if key.first_build <= build <= key.last_build), None)
    if key is None:
        return Choice(None, "not_published")
    hint = key.certainty == "unverified" and not (edition and key in by_sku)
    return Choice(None, "unknown_edition") if hint else Choice(key, None)


def _refusal(edition_id: str | None, sku: int | None) -> str | None:
    """Return why an edition gets no key whatever its build is."""
    if is_evaluation(edition_id, sku):
        return "evaluation"
    if is_multi_session(edition_id, sku):
        return "multi_session"
    return "not_published" if (edition_id or "").casefold() in _UNPUBLISHED_EDITIONS else None


def _contradicts(by_sku: list[SetupKey], sku: int | None, by_edition: list[SetupKey]) -> bool:
    """Say whether a SKU is that of another edition; where an edition has no number of its own, by the product in words."""
    if sku is None:
        return False
    numbers = {key.sku for key in by_edition}
    if None not in numbers:
        return sku not in numbers
    return bool(by_sku) and not {key.title for key in by_sku} & {key.title for key in by_edition}
