# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The evidence on one host with the questions that several rules ask of it. Every answer is worked out once."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import typing as t

from .._guest.evidence import Attempt, Cloud, Code, FirewallRule, GuestEvidence, HostSetting, Product
from .._guest.fields import parse_time
from .._reference import client_keys, endpoints, license_enums
from . import azure_path, machine
from .facts import SeenCode
from .history import History
from .history import read as read_history
from .model import Evidence, Machine
from .reach import AZURE_NAMES, Reach, bare, is_alias, measure, targets_of
from .reach import name_in_use as find_name
from .wording import MINUTES_PER_DAY

LICENSED = 1
_DIRECTORY = 1
# KMS refuses a request whose clock is further away (0xC004F06C).
CLOCK_LIMIT_SECONDS = 4 * 3600
# Activation types (VLActivationTypeEnabled) that leave KMS out: Active Directory, token.
_WITHOUT_KMS = frozenset({1, 3})
_DEFAULT_INTERVAL = 7 * MINUTES_PER_DAY
_SLACK = MINUTES_PER_DAY
# A licensing component was refused by COM.
_COM_REFUSED = 8229
AZURE = "azure"


class ProbeRefusal(t.NamedTuple):
    """Why a connection that the guest's firewall refused to PowerShell says nothing of the licensing service.

    `why`: probe (rules for PowerShell alone), untested (a rule lets the service out), maybe (one may) or answered (KMS answered it).
    """

    why: str
    rules: tuple[FirewallRule, ...] = ()


class View:
    """Read-only answers about one host's evidence; the rules see nothing else."""

    def __init__(self, evidence: Evidence) -> None:
        """Wrap the evidence; nothing is worked out before it is asked."""
        self.evidence = evidence

    @functools.cached_property
    def guest(self) -> GuestEvidence:
        """The guest's evidence; ask `asked_guest` first."""
        if self.evidence.guest is None:
            raise LookupError("there is no guest evidence")
        return self.evidence.guest

    @property
    def asked_guest(self) -> bool:
        """Whether the guest answered at all."""
        return self.evidence.guest is not None

    @functools.cached_property
    def path(self) -> azure_path.AzurePath | None:
        """What Azure says about the VM's way to KMS."""
        return azure_path.read(self.evidence.path)

    def missing(self, need: str) -> str | None:
        """Return why an input was not seen, `skipped` (not asked) or `unknown` (could not be read), None when it was seen."""
        if need == AZURE:
            if self.path is not None:
                return None
            return "unknown" if self.evidence.azure_problem else "skipped"
        guest = self.evidence.guest
        section = guest.sections.get(need) if guest is not None else None
        if section is None or section.status == "error":
            return "unknown"
        if section.status == "skipped":
            return "skipped"
        return "unknown" if getattr(guest, {"kms_settings": "kms_host"}.get(need, need)) is None else None

    @functools.cached_property
    def machine(self) -> Machine:
        """What machine this is."""
        return machine.identify(self.evidence)

    @functools.cached_property
    def doubted(self) -> bool:
        """Whether this may be no VM of Azure, so that Azure's KMS may be none of its business."""
        return machine.doubted(self.machine, self.evidence)

    # Licence

    @property
    def product(self) -> Product | None:
        """The Windows product that has a key."""
        license_ = self.guest.license
        return license_.product if license_ is not None and license_.readable else None

    @functools.cached_property
    def licensed(self) -> bool | None:
        """Whether Windows says it is licensed; None when it did not say, or said something unknown."""
        license_ = self.guest.license if self.asked_guest else None
        if license_ is None or not license_.readable:
            return None
        if license_.product is None:
            return False
        status = license_.product.status
        return None if status not in license_enums.LICENSE_STATUS else status == LICENSED

    @property
    def channel(self) -> str:
        """The channel of the installed key; `none` without a product."""
        return self.product.channel if self.product is not None else "none"

    @functools.cached_property
    def evaluation(self) -> bool:
        """Whether this is an evaluation, by edition or by key; a KMS client key proves that it is none."""
        by_edition = self.guest.os is not None and self.guest.os.evaluation
        return self.channel == "evaluation" or (by_edition and not (self.licensed and self.channel == "kms_client"))

    @functools.cached_property
    def multi_session(self) -> bool:
        """Whether this is Enterprise multi-session, by edition or, without it, by the product's name."""
        system = self.guest.os
        if system is not None and (system.edition_id or system.multi_session):
            return system.multi_session
        named = self.product.name if self.product is not None else None
        return client_keys.MULTI_SESSION_EDITION in (named or "").casefold()

    @functools.cached_property
    def client_key(self) -> client_keys.Choice:
        """The KMS client setup key that this guest may get, or why it gets none: one answer for advice and change."""
        if self.evaluation or self.multi_session:
            return client_keys.Choice(None, "evaluation" if self.evaluation else "multi_session")
        system = self.guest.os
        if system is None:
            return client_keys.choose(None, None, None)
        return client_keys.choose(system.edition_id, system.sku, system.build)

    @functools.cached_property
    def permanent(self) -> bool:
        """Whether the licence comes from elsewhere than KMS and holds."""
        product = self.product
        if not self.licensed or product is None:
            return False
        return self.channel in license_enums.PERMANENT_CHANNELS or (
            self.channel == "unknown" and product.grace_minutes == 0
        )

    @property
    def directory(self) -> bool:
        """Whether Active Directory gave the licence (VLActivationType 1); where Windows does not say, whether an object is named."""
        product = self.product
        if not self.licensed or product is None:
            return False
        return product.activation_type == _DIRECTORY or (
            product.activation_type is None and bool(product.directory_object)
        )

    @property
    def other_type(self) -> int | None:
        """The activation type that Windows is limited to when that is not KMS (VLActivationTypeEnabled 1 or 3), of product or service."""
        license_ = self.guest.license
        of_product = self.product.activation_type_enabled if self.product is not None else None
        enabled = of_product or (license_.activation_type_enabled if license_ is not None else None)
        return enabled if enabled in _WITHOUT_KMS else None

    @functools.cached_property
    def rights_codes(self) -> tuple[SeenCode, ...]:
        """Codes of missing rights that the licensing service met itself; reading as less than an administrator proves nothing."""
        events = self.guest.events
        told = [item for item in (events.others if events is not None else ()) if item.id == _COM_REFUSED and item.code]
        com = [SeenCode(item.code, f"event_{item.id}", item.time) for item in told if item.code is not None]
        elevated = self.guest.os is not None and self.guest.os.elevated
        read = self.section_codes("license") if elevated else ()
        seen = [
            *(() if self.licensed else self.codes_of("permissions")),
            *(SeenCode(code, "license_read") for code in read),
            *com,
        ]
        found = [item for item in seen if item.code.cause_class == "permissions"]
        return () if self.healthy else tuple(dict.fromkeys(found))

    @property
    def renewal_limit(self) -> int:
        """Minutes that a healthy KMS client lets pass between renewals: its interval and a day."""
        interval = self.product.renewal_interval_minutes if self.product is not None else None
        return max(interval or 0, _DEFAULT_INTERVAL) + _SLACK

    @functools.cached_property
    def renewal_age(self) -> int | None:
        """Minutes since the last renewal: from the licence row, else from the last success in the log."""
        product = self.product
        if product is None or not self.licensed:
            return None
        if product.renewal_age_minutes is not None:
            return product.renewal_age_minutes
        full = license_enums.KMS_FULL_PERIOD_MINUTES
        if self.channel == "unknown" and product.grace_minutes is not None and 0 < product.grace_minutes <= full:
            return full - product.grace_minutes
        success = parse_time(self.guest.events.last_success or "") if self.guest.events is not None else None
        if success is None or self.now is None:
            return None
        return max(0, int((self.now - success).total_seconds() // 60))

    @functools.cached_property
    def healthy(self) -> bool:
        """Whether Windows is licensed for good, or by KMS and renewed in time."""
        if not self.asked_guest or not self.licensed or self.evaluation:
            return False
        return self.permanent or (self.renewal_age is not None and self.renewal_age <= self.renewal_limit)

    @property
    def needs_kms(self) -> bool:
        """Whether KMS matters here: not for a licence that comes from elsewhere."""
        return not (self.permanent or self.directory)

    @functools.cached_property
    def own_kms(self) -> bool:
        """Whether another KMS than Azure's answers a guest in order, which is then the one that renews it."""
        host = self.host if self.healthy and self.needs_kms else None
        if host is None or self.host_is_azure or not (host.kind == "other" or self.doubted):
            return False
        return any(item.state == "kms" for item in targets_of(host, self.guest.dns, self.guest.connectivity))

    @property
    def needs_azure(self) -> bool:
        """Whether Azure's KMS matters here, and with it the way to it."""
        return self.needs_kms and not self.own_kms

    # Time and events

    @functools.cached_property
    def now(self) -> datetime.datetime | None:
        """The guest's own time, which its events carry; else the time of collection."""
        clock = self.guest.clock
        told = (clock.guest_utc if clock is not None else None) or self.guest.collected_at
        return parse_time(told) if told else None

    @functools.cached_property
    def history(self) -> History:
        """The failures that still count."""
        age = self.product.renewal_age_minutes if self.product is not None and self.licensed else None
        since = None
        if age is not None and self.now is not None:
            since = self.now - datetime.timedelta(minutes=min(max(0, age), license_enums.KMS_FULL_PERIOD_MINUTES))
        return read_history(self.guest.events, since, self.now)

    @functools.cached_property
    def codes(self) -> tuple[SeenCode, ...]:
        """Codes that speak of today: of a guest in order only those of the status check."""
        if self.healthy:
            check = self.history.status_check
            return (SeenCode(check.code, f"event_{check.id}", check.time),) if check and check.code else ()
        reason = self.product.status_reason if self.product is not None else None
        own = (SeenCode(reason, "license_row"),) if reason else ()
        return own + self.history.codes()

    def codes_of(self, *classes: str) -> tuple[SeenCode, ...]:
        """Return today's codes of some cause classes."""
        return tuple(seen for seen in self.codes if seen.code.cause_class in classes)

    def section_codes(self, *sections: str) -> tuple[Code, ...]:
        """Return the codes that reading these sections failed with."""
        return tuple(
            error.code
            for name in sections
            if name in self.guest.sections
            for error in self.guest.sections[name].errors
            if error.code is not None
        )

    @property
    def newest_failure(self) -> Attempt | None:
        """The newest attempt when it failed and no success came after it."""
        return self.history.newest

    # Host and way

    @property
    def cloud(self) -> Cloud:
        """The cloud whose KMS is expected."""
        return self.guest.cloud

    @property
    def host(self) -> HostSetting | None:
        """The KMS host that Windows uses."""
        return self.guest.kms_host.effective if self.guest.kms_host is not None else None

    @functools.cached_property
    def host_is_azure(self) -> bool:
        """Whether the host in use is Azure's KMS by name, by current address or by an alias that leads there."""
        host = self.host
        if host is None:
            return False
        return host.kind in {*AZURE_NAMES, "azure_address"} or is_alias(host, self.guest.dns)

    @functools.cached_property
    def host_of_unread_cloud(self) -> bool:
        """Whether the host is right in another cloud that this VM may be in, as nothing told which one that is."""
        if self.host is None or self.cloud.source != "default":
            return False
        retired = {*endpoints.RETIRED_NAMES, *endpoints.RETIRED_ADDRESSES}
        return self.host.kind == "azure_other_cloud" and bare(self.host.host) not in retired

    @functools.cached_property
    def name_in_use(self) -> str:
        """The KMS name that has to resolve."""
        return find_name(self.host, self.guest.dns, self.cloud)

    @functools.cached_property
    def reach(self) -> Reach:
        """How the guest reaches Azure's KMS; what was refused to PowerShell alone leaves it open."""
        if not self.asked_guest:
            return Reach("unknown")
        measured = measure(self.host, self.guest.dns, self.guest.connectivity, self.cloud)
        refused = all(target.state == "guest_blocked" for target in measured.dead) and not measured.served
        if measured.state == "blocked" and refused and self.probe_refusal is not None:
            return dataclasses.replace(measured, state="unknown")
        return measured

    @functools.cached_property
    def kms_answered(self) -> bool:
        """Whether an event 12289 of the last day shows that a KMS refused: whatever stops Windows, it is not the way."""
        newest = self.newest_failure
        moment = parse_time(newest.time) if newest is not None else None
        if newest is None or moment is None or self.now is None or newest.outcome != "refused":
            return False
        return (self.now - moment).total_seconds() < MINUTES_PER_DAY * 60

    @functools.cached_property
    def probe_refusal(self) -> ProbeRefusal | None:
        """Why 10013 in the connection test proves nothing about the licensing service; None where it speaks for both."""
        firewall = self.guest.firewall
        if firewall is None or firewall.licensing_outbound == "block":
            return None
        own = tuple(rule for rule in firewall.allowing if rule.applies_to == "sppsvc")
        if any(rule.certain for rule in own) and firewall.licensing_outbound == "allow":
            return ProbeRefusal("untested", own)
        if firewall.blocking_probe and not firewall.blocking:
            return ProbeRefusal("probe", firewall.blocking_probe)
        if self.kms_answered or self.healthy:
            return ProbeRefusal("answered")
        return ProbeRefusal("maybe", own) if own else None

    @property
    def target_name(self) -> str:
        """The host and port that the guest should use, for remedies."""
        return f"{self.cloud.preferred_name}:{self.cloud.port}"

    def serves_kms(self, addresses: t.Collection[str]) -> bool | None:
        """Say whether a KMS answered at one of these addresses; None when none of them was tried."""
        tested = self.guest.connectivity.targets if self.guest.connectivity is not None else ()
        states = [target.state for target in tested if target.address in addresses]
        return "kms" in states if states else None
