# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest asks a KMS that is not Azure's, or Azure's in a way that will break."""

from __future__ import annotations

from ..._guest.evidence import HostSetting
from ..._reference import endpoints
from ..._text import Message, Text, texts
from .. import facts, reach, sources
from ..model import Fact, Finding, Remedy
from ..rule import AGAIN, ASKING_AGAIN, GUEST_ADMIN, SETTING_HOST, Rule, finding, remedy, set_host_steps, steps
from ..view import View

ID = "wrong-kms-host"
TEXTS = texts(
    ID,
    {
        "other": "The KMS host is {host}, which is not Azure's KMS. Set it to {target} and activate.",
        "azure_other_cloud": "The KMS host is {host}, the KMS of another Azure cloud. Set it to {target} and activate.",
        "cloud_unread": (
            "The KMS host is {host}, the KMS of another Azure cloud than {assumed}, and which cloud this VM is in could not be read. Set cloud "
            "and diagnose again."
        ),
        "azure_old_address": "The KMS host is {host}, an address that Azure's KMS no longer uses. Set it to {target} and activate.",
        "known_other": "The KMS host is {host}, {why}. Set it to {target} and activate.",
        "known_not": "known not to be Azure's KMS",
        "port": "The KMS port is {port}, but Azure's KMS listens on {wanted} only. Set the host to {target} and activate.",
        "pinned": "The KMS host is pinned to {host}, which works only as long as Azure keeps that address. Set it to {target}.",
        "pinned_dead": (
            "The KMS host is pinned to {host}, which does not answer while another address of Azure's KMS does. Set it to "
            "{target} and activate."
        ),
        "srv": "DNS names {host} as the KMS host, which is not Azure's KMS. Remove that record or set the host to {target}, and activate.",
        "srv_gone": (
            "DNS still names {host} as the KMS host, and nothing answers there. Remove that record, set the host to {target} and "
            "activate."
        ),
        "discovered": "Windows found {host} as its KMS host by DNS, which is not Azure's KMS. Set it to {target} and activate.",
        "left_behind": "The last attempt went to {old}, although {host} is set. Clear the cached host and activate again.",
    },
)
STEPS = steps(
    ID,
    {
        "product": (
            "Clear the setting of this product",
            "cscript //nologo $env:windir\\system32\\slmgr.vbs /ckms {product}",
        ),
        "policy": ("Remove the KMS host from the Group Policy that sets it, then apply the policy", "gpupdate /force"),
        "record": (
            "Look at the records that name a KMS, and remove those of {host} when it is gone (or when Azure's KMS is to be used)",
            "Resolve-DnsName {record} -Type SRV",
        ),
        "clear": ("Clear the old host", "cscript //nologo $env:windir\\system32\\slmgr.vbs /ckms"),
        "restart": ("Restart the licensing service, which still holds the old host", "Restart-Service sppsvc"),
        "writer": "Look for a script or policy that writes the old host again",
        "cloud": "Set cloud (diagnose_cloud in the role) to the Azure cloud of this VM, as its metadata service did not tell",
    },
)
# Places that nobody set: the domain's DNS named the host.
_BY_DNS = frozenset({"discovered", "srv"})
_KNOWN_WRONG = frozenset({"azure_other_cloud", "azure_old_address", "known_other"})


def check(view: View) -> Finding | None:
    """Judge the host in use; other places that name a host are evidence."""
    host = view.host
    if host is None:
        return None
    if not view.host_is_azure:
        return _foreign(view, host)
    if host.port != view.cloud.port:
        return _port(view, host)
    return _pinned(view, host) if host.kind == "azure_address" else _left_behind(view, host)


def _foreign(view: View, host: HostSetting) -> Finding | None:
    targets = reach.targets_of(host, view.guest.dns, view.guest.connectivity)
    works = any(target.state == "kms" for target in targets)
    answer = reach.answer_for(view.guest.dns, host.host)
    broken = bool(targets) and not works
    if answer is not None and not answer.addresses:
        broken = True
    if view.host_of_unread_cloud:
        return _unplaced(view, host)
    if view.own_kms or (view.healthy and host.kind == "other" and not broken):
        return None
    codes = view.codes_of("wrong_kms_host")
    attempts = [item for item in view.history.failures if item.host and reach.bare(item.host) == reach.bare(host.host)]
    proven = bool(codes) or broken or bool(attempts) or (host.kind in _KNOWN_WRONG and not works)
    evidence = [*_settings(view), *facts.codes(codes), *map(facts.tcp, targets)]
    if answer is not None and answer.error is not None:
        evidence.append(facts.dns(answer, ()))
    evidence += map(facts.attempt, attempts[:1])
    found_by_dns = "discovered" if host.source == "discovered" else "srv_gone" if broken else "srv"
    title = TEXTS.get(
        found_by_dns if host.kind == "other" and host.source in _BY_DNS else host.kind, TEXTS["other"]
    ).format(
        host=host.host,
        target=view.target_name,
        why=_known(reach.bare(host.host)),
    )
    return finding(
        ID, title, confidence="certain" if proven else "likely", evidence=evidence, remedy=[_remedy(view, host)]
    )


def _unplaced(view: View, host: HostSetting) -> Finding:
    return finding(
        ID,
        TEXTS["cloud_unread"].format(host=host.host, assumed=view.cloud.name),
        severity="info",
        status="unknown",
        confidence="possible",
        evidence=_settings(view),
        remedy=[remedy(GUEST_ADMIN, STEPS["cloud"], AGAIN)],
    )


def _port(view: View, host: HostSetting) -> Finding | None:
    targets = reach.targets_of(host, view.guest.dns, view.guest.connectivity)
    if any(target.state == "kms" for target in targets):
        return None
    title = TEXTS["port"].format(port=host.port, wanted=view.cloud.port, target=view.target_name)
    return finding(
        ID,
        title,
        confidence="certain" if targets else "likely",
        evidence=[*_settings(view), *map(facts.tcp, targets)],
        remedy=[_remedy(view, host)],
    )


def _pinned(view: View, host: HostSetting) -> Finding:
    dead = view.reach.state == "blocked" and bool(view.reach.served)
    return finding(
        ID,
        TEXTS["pinned_dead" if dead else "pinned"].format(host=host.host, target=view.target_name),
        severity="error" if dead else "warning",
        confidence="likely" if dead else "certain",
        evidence=[*_settings(view), *map(facts.tcp, [*view.reach.dead, *view.reach.served] if dead else [])],
        remedy=[_remedy(view, host)],
    )


def _left_behind(view: View, host: HostSetting) -> Finding | None:
    """Report a right setting whose last attempt still went elsewhere, only where the way to Azure is open."""
    attempt = view.newest_failure
    old = reach.bare(attempt.host) if attempt is not None and attempt.host else None
    cloud = view.cloud
    known = {*cloud.names, *cloud.addresses, *cloud.legacy_addresses, reach.bare(host.host)}
    if attempt is None or old is None or old in known or view.healthy or view.reach.state != "reached":
        return None
    return finding(
        ID,
        TEXTS["left_behind"].format(old=attempt.host, host=host.host),
        confidence="likely",
        evidence=[*_settings(view), facts.attempt(attempt)],
        remedy=[_remedy(view, host)],
    )


def _settings(view: View) -> list[Fact]:
    settings = view.guest.kms_host.settings if view.guest.kms_host is not None else ()
    found = dict.fromkeys(settings or ((view.host,) if view.host else ()))
    return [facts.kms_host(item, view.target_name) for item in found]


def _remedy(view: View, host: HostSetting) -> Remedy:
    set_host, activate = set_host_steps(view)
    product = view.product.activation_id if view.product is not None else None
    if host.source == "product":
        clear = STEPS["product"].format(product=product or "<activation id>")
        return remedy(GUEST_ADMIN, clear, set_host, activate, action=RULE.action)
    if host.source in _BY_DNS:
        srv = view.guest.dns.srv if view.guest.dns is not None else None
        record = STEPS["record"].format(host=host.host, record=srv.name if srv is not None else "_vlmcs._tcp.<domain>")
        return remedy(GUEST_ADMIN, set_host, record, activate, action=RULE.action)
    if host.source == "policy":
        return remedy(GUEST_ADMIN, STEPS["policy"], set_host, activate, action=RULE.action)
    return remedy(
        GUEST_ADMIN, STEPS["clear"], STEPS["restart"], set_host, STEPS["writer"], activate, action=RULE.action
    )


def _known(name: str) -> Text:
    """Return what is known of a host that is not Azure's KMS."""
    known = endpoints.KNOWN_OTHER.get(name)
    return Text(known, Message(f"known_host.{name}")) if known else TEXTS["known_not"]


RULE = Rule(
    id=ID,
    name="Wrong KMS host",
    place=80,
    why="The host is chosen before its name is resolved.",
    subject="the KMS host",
    needs=("kms_settings|license",),
    check=check,
    texts=TEXTS,
    steps=STEPS | SETTING_HOST | ASKING_AGAIN,
    severities=("error", "warning"),
    alike=("kms-unreachable-unexplained", "not-kms-client"),
    sources=(
        sources.TROUBLESHOOT,
        sources.NEW_ADDRESSES,
        sources.SLMGR,
        sources.Source(
            "gcpdiag WARN/2022_012 (the KMS of Google Cloud)", "https://github.com/GoogleCloudPlatform/gcpdiag"
        ),
    ),
    action="host",
)
