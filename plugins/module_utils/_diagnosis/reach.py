# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which KMS addresses the guest can reach, and what its host name resolves to."""

from __future__ import annotations

import dataclasses

from .._guest.evidence import Cloud, Connectivity, Dns, DnsAnswer, HostSetting, Target
from .._guest.fields import parse_address

AZURE_NAMES = frozenset({"azure", "azure_legacy_name"})


@dataclasses.dataclass(frozen=True)
class Reach:
    """`state`: reached, blocked or unknown, over the addresses in use; `dead` holds the documented ones that fail."""

    state: str
    used: tuple[Target, ...] = ()
    dead: tuple[Target, ...] = ()
    served: tuple[Target, ...] = ()


def bare(host: str) -> str:
    """Return a host without brackets, blanks and the final dot, in lower case."""
    return host.strip().strip("[]").rstrip(".").casefold()


def answer_for(dns: Dns | None, name: str) -> DnsAnswer | None:
    """Return what Windows itself resolves a name to: the system path, else the first answer of a resolver."""
    answers = [answer for answer in (dns.answers if dns is not None else ()) if bare(answer.name) == bare(name)]
    own = [answer for answer in answers if answer.server is None]
    return next(iter(own or [answer for answer in answers if answer.addresses] or answers), None)


def server_answers(dns: Dns | None, name: str) -> tuple[DnsAnswer, ...]:
    """Return what each resolver says about a name when asked alone."""
    answers = dns.answers if dns is not None else ()
    return tuple(item for item in answers if item.server is not None and bare(item.name) == bare(name))


def is_alias(setting: HostSetting, dns: Dns | None) -> bool:
    """Say whether a foreign name leads to Azure's KMS all the same."""
    answer = answer_for(dns, setting.host)
    return setting.kind == "other" and answer is not None and answer.verdict == "expected"


def name_in_use(effective: HostSetting | None, dns: Dns | None, cloud: Cloud) -> str:
    """Return the name that has to resolve: the one in use when it is Azure's, else the cloud's preferred one."""
    if effective is not None and (effective.kind in AZURE_NAMES or is_alias(effective, dns)):
        return effective.host
    return cloud.preferred_name


def measure(effective: HostSetting | None, dns: Dns | None, tested: Connectivity | None, cloud: Cloud) -> Reach:
    """Return how Azure's KMS is reached from the guest."""
    documented = tuple(
        target
        for target in (tested.targets if tested is not None else ())
        if target.port == cloud.port
        and ("documented" in target.reasons or target.address in cloud.addresses)
        and not (target.state == "error" and target.code is None)
    )
    if not documented:
        return Reach("unknown")
    used = tuple(target for target in documented if target.address in _addresses(effective, dns, cloud)) or documented
    served = tuple(target for target in documented if target.state == "kms")
    dead = tuple(target for target in documented if target.state != "kms")
    state = "reached" if any(target.state == "kms" for target in used) else "blocked"
    return Reach(state, used, dead, served)


def targets_of(setting: HostSetting, dns: Dns | None, tested: Connectivity | None) -> tuple[Target, ...]:
    """Return the tested targets that belong to one host setting."""
    address = parse_address(bare(setting.host))
    answer = answer_for(dns, setting.host)
    addresses = (address,) if address is not None else answer.addresses if answer is not None else ()
    targets = tested.targets if tested is not None else ()
    return tuple(target for target in targets if target.address in addresses and target.port == setting.port)


def _addresses(effective: HostSetting | None, dns: Dns | None, cloud: Cloud) -> tuple[str, ...]:
    if effective is not None and effective.kind == "azure_address":
        return (bare(effective.host),)
    answer = answer_for(dns, name_in_use(effective, dns, cloud))
    return answer.addresses if answer is not None else ()
