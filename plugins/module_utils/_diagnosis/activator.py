# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who activates Windows: whether a licence is in danger, and what would help, depends on it.

Sources: SoftwareLicensingProduct (https://learn.microsoft.com/previous-versions/windows/desktop/sppwmi/softwarelicensingproduct) and
slmgr.vbs for channels and activation types; Windows subscription activation
(https://learn.microsoft.com/windows/deployment/windows-subscription-activation): Pro of a client steps up to Enterprise or Education, so
that a retail key there may be one of a subscription.
"""

from __future__ import annotations

from .._guest.evidence import OperatingSystem, Product
from . import reach
from .model import Activator
from .view import View

AZURE_KMS, OWN_KMS, DIRECTORY = "azure_kms", "own_kms", "active_directory"
SUBSCRIPTION, EVALUATION, UNKNOWN = "subscription", "evaluation", "unknown"
# A key of these channels says itself who activates it.
BY_CHANNEL = ("mak", "retail", "oem", "avma", "kms_host")
KINDS = (AZURE_KMS, OWN_KMS, DIRECTORY, SUBSCRIPTION, EVALUATION, *BY_CHANNEL, UNKNOWN)
_CLIENT = 1
_DIRECTORY_ONLY = 1
_STEPPED_UP = ("enterprise", "education", "professional")


def identify(view: View) -> Activator:
    """Return who activates or, of a guest that is not licensed, who is meant to."""
    product = view.product if view.asked_guest else None
    if product is None:
        return Activator(UNKNOWN, "possible")
    if view.evaluation:
        return Activator(EVALUATION, "certain")
    if product.channel == "retail" and may_be_subscription(view.guest.os):
        return Activator(SUBSCRIPTION, "possible")
    if product.channel in BY_CHANNEL:
        return Activator(product.channel, "certain")
    return _by_volume(view, product)


def may_be_subscription(system: OperatingSystem | None) -> bool:
    """Say whether a retail key may be one of a subscription: on Pro, Enterprise and Education of a client."""
    edition = (system.edition_id or "").casefold() if system is not None else ""
    return system is not None and system.product_type == _CLIENT and edition.startswith(_STEPPED_UP)


def _by_volume(view: View, product: Product) -> Activator:
    """Return who activates a key of a volume licence: the domain or a KMS."""
    if view.directory:
        sure = product.activation_type is not None
        return Activator(DIRECTORY, "certain" if sure else "likely", product.directory_object)
    license_ = view.guest.license
    if license_ is not None and license_.activation_type_enabled == _DIRECTORY_ONLY:
        return Activator(DIRECTORY, "likely")
    return _kms(view) if product.channel == "kms_client" else Activator(UNKNOWN, "possible")


def _kms(view: View) -> Activator:
    """Return whose KMS it is: that of the last success while it is licensed by it, else that of the setting."""
    setting = view.host
    if setting is not None:
        name = reach.bare(setting.host)
        return Activator(AZURE_KMS if view.host_is_azure else OWN_KMS, "likely", name)
    events = view.guest.events
    served = next((item.host for item in events.attempts if item.outcome == "success"), None) if events else None
    if served is None:
        return Activator(UNKNOWN, "possible")
    name = reach.bare(served)
    known = {*view.cloud.names, *view.cloud.addresses, *view.cloud.legacy_addresses}
    return Activator(AZURE_KMS if name in known else OWN_KMS, "likely", name)
