# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Windows licence: which product row counts, its channel, and how long ago it was renewed."""

from __future__ import annotations

import dataclasses

from .._reference import client_keys, license_enums
from .evidence import ClientKey, License, OperatingSystem, Product
from .fields import Fields

_LICENSED = 1
# Among several base products the one in trouble counts: a licensed row must not hide it.
_TROUBLE = {5: 0, 4: 1, 3: 2, 6: 3, 2: 4, 0: 5, None: 6, _LICENSED: 7}


@dataclasses.dataclass(frozen=True)
class Rows:
    """The licence rows: `base` is the one that counts, with `service` beside it for the KMS host settings."""

    readable: bool
    base: Fields | None
    others: tuple[Fields, ...]
    service: Fields | None


def select(fields: Fields, edition_id: str | None, complete: bool = True) -> Rows:
    """Pick the Windows base product with a key: not an add-on, best of the running edition, else the one in most trouble.

    Where not every row was read (`complete` false), a missing base product is not read, not absent.
    """
    rows = fields.parts("products")
    service = fields.part("service")
    if rows is None or (not rows and fields.items("products")):
        return Rows(False, None, (), service)
    keyed = [row for row in rows if _is_windows(row) and row.text("PartialProductKey")]
    candidates = [row for row in keyed if row.boolean("LicenseIsAddon") is not True]
    candidates.sort(
        key=lambda row: (not _is_edition(row, edition_id), row.raw("LicenseIsAddon") is None, _trouble(row))
    )
    base = candidates[0] if candidates else None
    return Rows(complete or base is not None, base, tuple(row for row in keyed if row is not base), service)


def parse(rows: Rows) -> License:
    """Return the licence part of the evidence from the selected rows."""
    service = rows.service
    return License(
        readable=rows.readable,
        product=None if rows.base is None else _product(rows.base),
        others=tuple(_product(row) for row in rows.others),
        service_version=service.text("Version") if service else None,
        client_machine_id=service.text("ClientMachineID") if service else None,
        rearm_count=service.integer("RemainingWindowsReArmCount") if service else None,
        activation_type_enabled=service.integer("VLActivationTypeEnabled") if service else None,
    )


def channel(description: str | None, key_channel: str | None) -> str:
    """Return the channel from the Description tokens in slmgr's order, else from ProductKeyChannel."""
    for token, name in license_enums.DESCRIPTION_CHANNELS:
        if token in (description or "").upper():
            return name
    for prefix, name in license_enums.KEY_CHANNELS:
        if (key_channel or "").upper().startswith(prefix):
            return name
    return "unknown"


def client_key(system: OperatingSystem, license_: License | None) -> ClientKey:
    """Return the key this edition and build should have, or why there is none."""
    choice = client_keys.choose(system.edition_id, system.sku, system.build)
    if choice.key is None:
        return ClientKey(refusal=choice.refusal)
    product = license_.product if license_ is not None else None
    installed = product.partial_product_key if product is not None else None
    return ClientKey(
        title=choice.key.title,
        partial=choice.key.partial,
        certainty=choice.key.certainty,
        matches=None if installed is None else installed.upper() == choice.key.partial,
    )


def _product(row: Fields) -> Product:
    description, key_channel = row.text("Description"), row.text("ProductKeyChannel")
    kind = channel(description, key_channel)
    status, grace = row.integer("LicenseStatus", high=255), row.integer("GracePeriodRemaining")
    reason = row.code("LicenseStatusReason")
    licensed = status == _LICENSED
    full = license_enums.KMS_FULL_PERIOD_MINUTES
    renewed = full - grace if licensed and kind == "kms_client" and grace is not None and grace <= full else None
    return Product(
        activation_id=(row.text("ID") or "").lower() or None,
        name=row.text("Name"),
        description=description,
        channel=kind,
        channel_raw=key_channel,
        addon=row.boolean("LicenseIsAddon") is True,
        partial_product_key=(row.text("PartialProductKey") or "")[-5:] or None,
        status=status,
        status_name="unknown" if status is None else license_enums.LICENSE_STATUS.get(status, "unknown"),
        status_reason=None if reason is None or int(reason.code, 16) == 0 else reason,
        grace_minutes=grace,
        activation_interval_minutes=row.integer("VLActivationInterval"),
        renewal_interval_minutes=row.integer("VLRenewalInterval"),
        renewal_age_minutes=renewed,
        permanent=licensed and grace == 0 and kind in license_enums.PERMANENT_CHANNELS,
        evaluation_end=_real_time(row, "EvaluationEndDate"),
        activation_type=row.integer("VLActivationType"),
        directory_object=row.text("ADActivationObjectName"),
        directory_dn=row.text("ADActivationObjectDN"),
        activation_type_enabled=row.integer("VLActivationTypeEnabled"),
        directory_csvlk_pid=row.text("ADActivationCsvlkPid"),
        directory_csvlk_sku=row.text("ADActivationCsvlkSkuId"),
    )


def _real_time(row: Fields, key: str) -> str | None:
    moment = row.time(key)
    # CIM writes "no date" as the first moment of its calendar.
    return None if moment is None or moment < "1602" else moment


def _is_windows(row: Fields) -> bool:
    application = row.text("ApplicationID")
    return application is None or application.lower() == license_enums.WINDOWS_APPLICATION_ID


def _is_edition(row: Fields, edition_id: str | None) -> bool:
    names = f"{row.text('LicenseFamily')},{row.text('Name')}".replace(" ", ",").casefold().split(",")
    return edition_id is not None and edition_id.casefold() in names


def _trouble(row: Fields) -> int:
    return _TROUBLE.get(row.integer("LicenseStatus", high=255), _TROUBLE[None])
