# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The evidence of findings as typed data: which kinds of facts there are, what each holds, and where it can come from.

A value is a number, an id, a code or a plain mapping of them; a sentence in it is a `Text`, which knows its message. Renderers choose
all words: for the kind, for the source, for a state. A code is `0xC004F074`; its meaning is `error_codes.describe`.
"""

from __future__ import annotations

import typing as t

from .._guest import connectivity
from .._guest.evidence import (
    Attempt,
    ClientKey,
    Code,
    DnsAnswer,
    Events,
    Firewall,
    FirewallRule,
    HostSetting,
    LogEvent,
    OperatingSystem,
    Product,
    SectionError,
    Service,
    Target,
    TokenStore,
)
from .._reference import rpc
from .model import Fact

Plain = t.Mapping[str, t.Any]

# Kind: what `object` is (nothing where it is not named), and what `value` holds.
KINDS: t.Mapping[str, str] = {
    "active_directory": "value: {name, dn} of the activation object in Active Directory, each a text or null",
    "address": "object: interface; value: an address beside Azure's own that Windows may send from",
    "attempt": "object: KMS host asked or empty; value: {outcome: unanswered|refused|send_failed|success, code: code or null}",
    "azure_place": (
        "value: {subnet_id, subnet_prefixes: [prefix], route_table_id, nat_gateway_id, location, moved_by_nat_gateway: [VM], "
        "basic_resources: [name], machines_unread: True} of the VM's NIC, as far as it was read; the last three say why its subnet "
        "is given no NAT gateway"
    ),
    "attestation": "value: {status, signer, missing_issuer, chain: [status]}; expected ok",
    "clock": "value: {offset_seconds: number, uncertainty_seconds: number}; expected: most seconds that KMS accepts",
    "code": "value: code",
    "connection": "object: unreachable|failed|not_asked; value: Ansible's message or null",
    "default_route": "object: interface; value: next hop",
    "dns": "object: name asked; value: {server: address or null for Windows itself, addresses: [address], chain: [name], "
    "verdict: expected|legacy|unexpected|none, code: code or null}; expected: addresses of Azure's KMS",
    "edition": "object: EditionID; value: {edition: EditionID, sku: number}",
    "edition_key": "object: title of the published key; value: its last five characters",
    "egress": "object: KMS address; value: {method, resource_id, public_ips, reason: Text}",
    "evaluation_end": "value: time",
    "exception": "object: id of the rule; value: what was raised",
    "private_zone": "object: private DNS zone; value: {network: virtual network it is linked to, name: KMS name it hides, addresses: [address]}",
    "dns_forwarding": "object: rule; value: {ruleset, network: virtual network it is linked to, name: KMS name it sends elsewhere, servers: [address]}",
    "firewall_resolver": "object: address that the guest asks for names; value: name of the Azure Firewall there, whose DNS proxy is off",
    "firewall_rule": "object: id of the rule; value: {name, action: block|allow|bypass, store: local|policy, conditions: [text]}",
    "guest_section": "object: section or azure; value: skipped|unknown",
    "hop": "object: KMS address; value: {kind, id, name, ip, verdict, reason: Text, rule, own_rules: whether ours are there, free_priority}",
    "imds": "value: status; expected ok",
    "installed_key": "value: {partial: last five characters, matches: whether it is the published one or null}",
    "key_channel": "value: what Windows says about the installed key (its description, else its channel)",
    "kms_host": "object: place of the setting (product, application, policy, …), empty when no place names a host; "
    "value: host:port or null; expected: host:port of Azure's KMS",
    "last_success": "value: time of the last attempt that succeeded",
    "licence": "value: {status: LicenseStatus number or null, name: unlicensed|licensed|oob_grace|…}; expected 1",
    "minutes_left": "value: minutes until the licence ends unless it is renewed",
    "nsg": "object: KMS address; value: {verdict: deny|unknown, reason: Text, platform_rule, rule: {name, nsg_id, free_priority, …}}",
    "other_product": "value: name of a product with a key that is not Windows itself",
    "outbound_default": "value: {action: allow|block|unknown, profiles: [active profile]}; expected allow",
    "path": "value: {verdict: open|blocked|suspect|unknown, reason: Text or null} over all KMS addresses; expected open",
    "path_verdict": "object: KMS address; value: {verdict, reason: Text or null}; expected open",
    "product": "value: null, as no Windows product has a key",
    "proxy": "value: the WinHTTP proxy",
    "renewal_age": "value: minutes since the last renewal; expected: most minutes that are normal",
    "resource": "value: resource id in Azure",
    "route": "object: KMS address; value: {name, prefix, source, next_hop_type, next_hop_ip, route_table_id, origin}",
    "section_error": "object: section; value: {place: what was read there, message: text or null, code: code or null}",
    "service": "object: service; value: {exists: boolean, start: automatic|delayed|manual|disabled|… or null}",
    "srv": "object: name asked; value: {code: code or null} of a look-up without a usable record",
    "stale_route": "object: prefix; value: {name, prefix, why}",
    "tcp": "object: address:port; value: {address, port, state: kms|open|refused|filtered|reset|guest_blocked|error, detail: Text or null, "
    "code: code or null}; expected kms",
    "time_source": "value: {type, server, client: NTP client on, host: time of the host on}",
    "token_store": "object: path, empty when it is absent; value: {exists, size, modified, code: code that opening it failed with or null}",
    "unread": "value: Text, what could not be read in Azure",
}

# Source: what it is.
SOURCES: t.Mapping[str, str] = {
    "addresses": "Get-NetIPAddress",
    "ansible": "Ansible's connection to the guest",
    "attempt_events": "events 12288 and 12289 of the Application log",
    "attested_document": "http://169.254.169.254/metadata/attested/document",
    "azure_path": "azure_kms_path_info",
    "clock": "UTC time in the guest against the controller's",
    "connection_test": "the connection test in the guest",
    "derived": "worked out from the minutes left or event 12289",
    "event_1003": "event 1003 of the Application log",
    "event_12289": "event 12289 of the Application log",
    "event_8196": "event 8196 of the Application log",
    "event_8229": "event 8229 of the Application log",
    "event_8198": "event 8198 of the Application log",
    "file_system": "%windir%\\System32\\spp\\store",
    "firewall_registry": "the firewall's registry",
    "host_settings": "licensing service, registry and policy",
    "imds": "http://169.254.169.254/metadata/instance",
    "inventory": "the inventory, or diagnose_azure_resource_id",
    "license_read": "the error that reading the licence failed with",
    "license_row": "SoftwareLicensingProduct",
    "os": "registry EditionID and Win32_OperatingSystem",
    "published_keys": "Microsoft's list of KMS client setup keys",
    "registry": "the registry",
    "resolver": "the resolver that `server` names, else the name resolution of Windows",
    "routes": "Get-NetRoute",
    "rule": "the rule itself",
    "section": "the section of the guest's evidence that `object` names",
    "services": "the service control manager",
}

AZURE_PATH = "azure_path"
# What the guest met comes as plain text; these are known sentences.
_MET = {str(text): text for text in (*connectivity.TEXTS.values(), *rpc.TEXTS.values())}


class SeenCode(t.NamedTuple):
    """A code with where (a key of SOURCES) and when it was seen."""

    code: Code
    source: str
    time: str | None = None


def _code(value: Code | None) -> str | None:
    return value.code if value is not None else None


# Licence


def licence(product: Product) -> Fact:
    """Return how the licence stands."""
    return Fact("licence", {"status": product.status, "name": product.status_name}, "license_row", expected=1)


def key_channel(product: Product, expected: str | None = None) -> Fact:
    """Return the channel of the installed key."""
    told = product.description or product.channel_raw or product.channel
    return Fact("key_channel", told, "license_row", expected=expected)


def installed_key(product: Product, key: ClientKey | None) -> Fact:
    """Return the end of the installed key, and whether it is the one that is published for this edition."""
    value = {"partial": product.partial_product_key, "matches": key.matches if key is not None else None}
    return Fact("installed_key", value, "license_row")


def edition_key(key: ClientKey) -> Fact:
    """Return the end of the key that is published for this edition."""
    return Fact("edition_key", key.partial, "published_keys", key.title or "")


def minutes_left(product: Product) -> Fact:
    """Return for how long the licence lasts."""
    return Fact("minutes_left", product.grace_minutes, "license_row")


def edition(os: OperatingSystem) -> Fact:
    """Return the edition by its id and number."""
    return Fact("edition", {"edition": os.edition_id, "sku": os.sku}, "os", os.edition_id or "")


def kms_host(setting: HostSetting, expected: str | None = None) -> Fact:
    """Return the KMS host that one place sets."""
    return Fact("kms_host", f"{setting.host}:{setting.port}", "host_settings", setting.source, expected)


# Events and codes


def codes(seen: t.Iterable[SeenCode]) -> list[Fact]:
    """Return codes with their place and time."""
    return [Fact("code", item.code.code, item.source, at=item.time) for item in seen]


def attempt(value: Attempt) -> Fact:
    """Return whom an attempt asked and how it ended."""
    told = {"outcome": value.outcome, "code": _code(value.code)}
    return Fact("attempt", told, "attempt_events", value.host or "", at=value.time)


def weak_event(value: LogEvent) -> Fact:
    """Return the code of a failure event that is no attempt."""
    return Fact("code", _code(value.code), f"event_{value.id}", at=value.time)


def last_success(events: Events | None) -> list[Fact]:
    """Return when the last attempt succeeded, nothing where the log does not say."""
    success = events.last_success if events is not None else None
    return [Fact("last_success", success, "event_12289")] if success else []


# The way to KMS


def tcp(target: Target) -> Fact:
    """Return what the guest met at an address."""
    detail = _MET.get(target.detail, target.detail) if target.detail else None
    value = {
        "address": target.address,
        "port": target.port,
        "state": target.state,
        "detail": detail,
        "code": _code(target.code),
    }
    return Fact("tcp", value, "connection_test", f"{target.address}:{target.port}", "kms")


def dns(answer: DnsAnswer, expected: t.Sequence[str]) -> Fact:
    """Return what one resolver says about a name."""
    value = {
        "server": answer.server,
        "addresses": list(answer.addresses),
        "chain": list(answer.chain),
        "verdict": answer.verdict,
        "code": _code(answer.error),
    }
    return Fact("dns", value, "resolver", answer.name, list(expected))


def firewall_rule(rule: FirewallRule) -> Fact:
    """Return a rule of the guest's firewall."""
    value = {"name": rule.name, "action": rule.action, "store": rule.source, "conditions": list(rule.conditions)}
    return Fact("firewall_rule", value, "firewall_registry", rule.id)


def outbound_default(firewall: Firewall) -> Fact:
    """Return what the guest's firewall does with outbound connections that no rule names."""
    value = {"action": firewall.default_outbound, "profiles": list(firewall.active_profiles)}
    return Fact("outbound_default", value, "firewall_registry", expected="allow")


def path(verdict: str, reason: str | None) -> Fact:
    """Return what Azure says about the way over all KMS addresses."""
    return Fact("path", {"verdict": verdict, "reason": reason}, AZURE_PATH, expected="open")


def place(path: Plain) -> Fact:
    """Return where in Azure's network the VM is: what a command that changes its subnet names."""
    keys = ("subnet_id", "subnet_prefixes", "route_table_id", "nat_gateway_id", "location")
    value = {key: path[key] for key in keys if path.get(key)}
    change = path.get("nat_gateway")
    if isinstance(change, t.Mapping):
        told = {"moved_by_nat_gateway": change.get("moves"), "basic_resources": change.get("basic")}
        value |= {key: list(names) for key, names in told.items() if names}
        value |= {} if change.get("known") else {"machines_unread": True}
    return Fact("azure_place", value, AZURE_PATH)


def path_row(row: Plain) -> list[Fact]:
    """Return the verdict, route, rule, hops and egress of one KMS address."""
    address = str(row.get("address") or "")
    verdict = {"verdict": row.get("verdict"), "reason": row.get("reason") or None}
    found = [Fact("path_verdict", verdict, AZURE_PATH, address, "open")]
    nsg, hops = row.get("nsg"), row.get("hops")
    parts = [
        (
            "route",
            row.get("route"),
            ("name", "prefix", "source", "next_hop_type", "next_hop_ip", "route_table_id", "origin"),
        ),
        ("egress", row.get("egress"), ("method", "resource_id", "public_ips", "reason")),
    ]
    if isinstance(nsg, t.Mapping) and nsg.get("verdict") != "allow":
        parts.append(("nsg", nsg, ("verdict", "reason", "platform_rule", "rule")))
    parts += [
        ("hop", hop, ("kind", "id", "name", "ip", "verdict", "reason", "rule", "own_rules", "free_priority"))
        for hop in (hops if isinstance(hops, (list, tuple)) else ())
    ]
    found += [
        Fact(kind, {key: part[key] for key in keys if part.get(key) is not None}, AZURE_PATH, address)
        for kind, part, keys in parts
        if isinstance(part, t.Mapping)
    ]
    return found


def stale_route(row: Plain) -> Fact:
    """Return a route for an old or mistyped KMS address."""
    value = {key: row.get(key) for key in ("name", "prefix", "why")}
    return Fact("stale_route", value, AZURE_PATH, str(row.get("prefix") or ""))


# The guest's own state


def token_store(store: TokenStore) -> Fact:
    """Return what was seen of the token store."""
    value = {
        "exists": store.path is not None,
        "size": store.size,
        "modified": store.modified,
        "code": _code(store.open_error),
    }
    return Fact("token_store", value, "file_system", store.path or "", {"exists": True})


def service(name: str, seen: Service) -> Fact:
    """Return how a service starts."""
    return Fact("service", {"exists": seen.exists, "start": seen.start_name}, "services", name, {"exists": True})


def section_error(section: str, error: SectionError) -> Fact:
    """Return why a part of the guest's evidence could not be read."""
    value = {"place": error.source, "message": error.message, "code": _code(error.code)}
    return Fact("section_error", value, "section", section)
