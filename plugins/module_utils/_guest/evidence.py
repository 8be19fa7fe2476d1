# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known about one guest, as typed values: the shape behind `ansible_facts.kms`.

Every part is None when its section was not gathered or gave nothing; `sections` says which of the two.
Raw numbers stay beside the names made from them. Times are ISO 8601 UTC strings, codes are `0xC004F074` strings.
"""

from __future__ import annotations

import dataclasses
import typing as t

SCHEMA_VERSION = 1

SECTIONS = (
    "os",
    "domain",
    "license",
    "kms_settings",
    "events",
    "services",
    "token_store",
    "firewall",
    "clock",
    "proxy",
    "routes",
    "imds",
    "attestation",
    "dns",
    "connectivity",
)


@dataclasses.dataclass(frozen=True)
class Code:
    """An HRESULT, Win32, DNS or socket code with what the reference data says about it."""

    code: str
    symbol: str | None = None
    meaning: str | None = None
    cause_class: str | None = None
    certainty: str | None = None


@dataclasses.dataclass(frozen=True)
class SectionError:
    """One thing a section could not read. `waited_seconds`: the probe's own limit ended it, and nothing is wrong with the guest."""

    source: str
    code: Code | None = None
    id: str | None = None
    message: str | None = None
    waited_seconds: float | None = None


@dataclasses.dataclass(frozen=True)
class NotRead:
    """A question that the probe's own limit ended after so many seconds; it is no evidence of anything."""

    what: str
    waited_seconds: float | None = None


@dataclasses.dataclass(frozen=True)
class Section:
    """How gathering one section went: `ok`, `partial` (data and errors), `error` (no data) or `skipped` (not asked)."""

    status: str
    errors: tuple[SectionError, ...] = ()


@dataclasses.dataclass(frozen=True)
class Cloud:
    """The Azure cloud whose KMS is expected; `source` is `imds`, `option` or `default`."""

    name: str
    source: str
    preferred_name: str
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    legacy_addresses: tuple[str, ...]
    port: int


@dataclasses.dataclass(frozen=True)
class OperatingSystem:
    """Edition, release and the rights and limits the probe ran under."""

    edition_id: str | None = None
    sku: int | None = None
    caption: str | None = None
    product_type: int | None = None
    version: str | None = None
    build: int | None = None
    ubr: int | None = None
    language: str | None = None
    time_zone: str | None = None
    powershell: str | None = None
    language_mode: str | None = None
    elevated: bool | None = None
    evaluation: bool = False
    multi_session: bool = False
    azure_edition: bool = False


@dataclasses.dataclass(frozen=True)
class Domain:
    """Domain membership; `name` is None in a workgroup."""

    joined: bool | None = None
    name: str | None = None


@dataclasses.dataclass(frozen=True)
class Product:
    """One SoftwareLicensingProduct row.

    `channel`: kms_client, kms_host, mak, retail, oem, avma, evaluation or unknown. `permanent`: licensed without an end.
    `renewal_age_minutes`: minutes since the last renewal (259200 minus the grace left), only for a licensed KMS client.
    `activation_type`: what activated it, 1 is Active Directory (slmgr.vbs); `directory_object` and `directory_dn` name the object there.
    """

    activation_id: str | None
    name: str | None
    description: str | None
    channel: str
    channel_raw: str | None
    addon: bool
    partial_product_key: str | None
    status: int | None
    status_name: str
    status_reason: Code | None
    grace_minutes: int | None
    activation_interval_minutes: int | None
    renewal_interval_minutes: int | None
    renewal_age_minutes: int | None
    permanent: bool
    evaluation_end: str | None = None
    activation_type: int | None = None
    directory_object: str | None = None
    directory_dn: str | None = None
    activation_type_enabled: int | None = None
    directory_csvlk_pid: str | None = None
    directory_csvlk_sku: str | None = None


@dataclasses.dataclass(frozen=True)
class License:
    """`product` is the Windows base product with a key; None with `readable` true means that no key is installed."""

    readable: bool
    product: Product | None = None
    others: tuple[Product, ...] = ()
    service_version: str | None = None
    client_machine_id: str | None = None
    rearm_count: int | None = None
    activation_type_enabled: int | None = None


@dataclasses.dataclass(frozen=True)
class ClientKey:
    """The published KMS client setup key for this edition and build.

    `refusal` says why none may be installed (evaluation, multi_session, not_published, unknown_edition); then the rest is None.
    `matches`: installed partial key equals the expected one; None when it cannot be said.
    """

    title: str | None = None
    partial: str | None = None
    certainty: str | None = None
    matches: bool | None = None
    refusal: str | None = None


@dataclasses.dataclass(frozen=True)
class HostSetting:
    """One place that names a KMS host. `source`: product, global, policy, discovered, cached or srv.

    `kind`: azure (a name or current address of this cloud's KMS), azure_other_cloud, azure_legacy_name (kms.* of this cloud),
    azure_address (pinned current address), azure_old_address, known_other (for example Google Cloud's) or other.
    """

    source: str
    host: str
    port: int
    kind: str


@dataclasses.dataclass(frozen=True)
class KmsHost:
    """Which KMS host the guest uses: the first of product, global, policy, discovered, srv; all settings beside it."""

    effective: HostSetting | None
    settings: tuple[HostSetting, ...] = ()
    caching: bool | None = None
    manual_activation: bool | None = None


@dataclasses.dataclass(frozen=True)
class DnsAnswer:
    """One answer. `server` None is the system path. `verdict`: expected (a subset of the cloud's addresses), legacy, unexpected, empty or error."""

    name: str
    server: str | None
    addresses: tuple[str, ...]
    chain: tuple[str, ...]
    error: Code | None
    verdict: str


@dataclasses.dataclass(frozen=True)
class SrvAnswer:
    """SRV discovery of a KMS host; `records` as (target, port)."""

    name: str
    records: tuple[HostSetting, ...]
    error: Code | None


@dataclasses.dataclass(frozen=True)
class Dns:
    """Resolvers of the guest and what they say about the KMS names and the configured host; `unread` got no time to answer."""

    servers: tuple[str, ...]
    answers: tuple[DnsAnswer, ...]
    srv: SrvAnswer | None = None
    unread: tuple[NotRead, ...] = ()


@dataclasses.dataclass(frozen=True)
class Target:
    """One TCP target. `state`: kms (RPC bind acknowledged), open (accepted, no KMS answer), refused, filtered, reset, guest_blocked (10013) or error.

    `reasons`: documented, configured, dns. `detail`: what was seen, in words. `reply`: the first bytes of what answered the bind,
    as hex; `reply_kind`: ack, rejected, nak, fault, other or nothing. `waited_seconds`: how long nothing came.
    """

    address: str
    port: int
    reasons: tuple[str, ...]
    state: str
    code: Code | None = None
    detail: str | None = None
    reply: str | None = None
    reply_kind: str | None = None
    waited_seconds: float | None = None


@dataclasses.dataclass(frozen=True)
class Connectivity:
    """TCP and RPC bind to every documented address and the configured host; `untested` got less time than a test takes."""

    targets: tuple[Target, ...]
    untested: tuple[NotRead, ...] = ()


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One activation attempt from event 12288, with the 12289 that answers it.

    `outcome`: success, refused (answered, not activated), unanswered, send_failed. `code`: the telling code, None on success.
    """

    time: str
    host: str | None
    port: int | None
    outcome: str
    code: Code | None
    status_flags: tuple[str, ...] = ()
    license_status: int | None = None
    current_count: int | None = None


@dataclasses.dataclass(frozen=True)
class LogEvent:
    """Any other licensing event: 8198, 8200, 8196, 8229, 1003."""

    id: int
    time: str
    code: Code | None
    detail: str | None = None


@dataclasses.dataclass(frozen=True)
class Events:
    """Attempts newest first; `oldest` is how far back the Application log goes. `complete` false: there are older ones than read."""

    attempts: tuple[Attempt, ...]
    others: tuple[LogEvent, ...]
    last_success: str | None
    failures_since_success: int
    oldest: str | None = None
    complete: bool = True


@dataclasses.dataclass(frozen=True)
class Service:
    """`start_name`: automatic, manual, disabled or the raw number as text."""

    exists: bool
    status: str | None = None
    start: int | None = None
    start_name: str | None = None
    delayed: bool | None = None
    dependents: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class TokenStore:
    """Where tokens.dat was found; `path` None means that no place looked at holds one.

    `folder`: the one that the registry names; without it the places are only the documented ones. `held`: in use, locked or kept
    by an antivirus, which says nothing about damage.
    """

    path: str | None
    size: int | None = None
    modified: str | None = None
    readable: bool | None = None
    open_error: Code | None = None
    folder: str | None = None
    held: bool = False


@dataclasses.dataclass(frozen=True)
class FirewallRule:
    """An outbound rule that concerns TCP 1688. `source`: local or policy. `certain` false: it has conditions that were not evaluated.

    `applies_to`: any (every program), sppsvc (the licensing service alone) or probe (PowerShell alone).
    """

    id: str
    name: str | None
    source: str
    action: str
    certain: bool
    conditions: tuple[str, ...] = ()
    applies_to: str = "any"


@dataclasses.dataclass(frozen=True)
class Firewall:
    """`default_outbound`: allow, block or unknown over the active profiles. Rules only as far as they can decide on TCP 1688.

    `blocking_probe`: rules that stop PowerShell, which runs the probe, and say nothing about the licensing service.
    `licensing_outbound` and `probe_outbound`: what the firewall does to the two, allow, block or unknown: where they differ, what
    the probe met is no evidence about the licensing service. `complete` false: not every rule was read.
    """

    active_profiles: tuple[str, ...]
    enabled: bool | None
    default_outbound: str
    blocking: tuple[FirewallRule, ...] = ()
    allowing: tuple[FirewallRule, ...] = ()
    local_rules_merged: bool = True
    blocking_probe: tuple[FirewallRule, ...] = ()
    licensing_outbound: str = "unknown"
    probe_outbound: str = "unknown"
    complete: bool = True


@dataclasses.dataclass(frozen=True)
class Clock:
    """Guest time minus the controller's, with the half-width of what the run could tell; both in seconds."""

    guest_utc: str | None
    offset_seconds: float | None
    uncertainty_seconds: float | None
    sync_type: str | None = None
    ntp_server: str | None = None
    host_sync_enabled: bool | None = None
    ntp_client_enabled: bool | None = None


@dataclasses.dataclass(frozen=True)
class Proxy:
    """The WinHTTP proxy, None when direct, and what it leaves out. KMS does not use it; IMDS and certificate checks do."""

    winhttp: str | None
    bypass: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class DefaultRoute:
    """A default route inside the guest."""

    interface: str | None
    next_hop: str | None
    metric: int | None


@dataclasses.dataclass(frozen=True)
class Address:
    """An IPv4 address of the guest. Azure's own comes by DHCP (`origin` Dhcp); metadata is told to the first one only."""

    interface: str | None
    address: str
    prefix_length: int | None = None
    skip_as_source: bool | None = None
    origin: str | None = None


@dataclasses.dataclass(frozen=True)
class Imds:
    """What the instance metadata service said. `status`: ok, timeout, unreachable, http-<code>, or unexpected (not Azure's)."""

    status: str
    resource_id: str | None = None
    vm_id: str | None = None
    cloud: str | None = None
    location: str | None = None
    license_type: str | None = None
    image: str | None = None
    scale_set: str | None = None


@dataclasses.dataclass(frozen=True)
class Attestation:
    """The attested document's certificate chain (Azure Edition only). `status`: ok, chain-incomplete, unreachable, error, not-applicable."""

    status: str
    signer: str | None = None
    missing_issuer: str | None = None
    chain_status: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class GuestEvidence:
    """Everything one probe run told about one guest."""

    schema_version: int
    collected_at: str | None
    sections: t.Mapping[str, Section]
    cloud: Cloud
    os: OperatingSystem | None = None
    domain: Domain | None = None
    license: License | None = None
    client_key: ClientKey | None = None
    kms_host: KmsHost | None = None
    dns: Dns | None = None
    connectivity: Connectivity | None = None
    events: Events | None = None
    services: t.Mapping[str, Service] | None = None
    token_store: TokenStore | None = None
    firewall: Firewall | None = None
    clock: Clock | None = None
    proxy: Proxy | None = None
    routes: tuple[DefaultRoute, ...] | None = None
    addresses: tuple[Address, ...] | None = None
    imds: Imds | None = None
    attestation: Attestation | None = None
