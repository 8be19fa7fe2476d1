# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What machine a host is: whether it is in Azure at all decides what its activation needs.

Only Azure itself proves that a machine is its VM: the metadata service, or a resource id. Everything else makes other machines likely.
Sources: Azure Instance Metadata Service (https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service), which only VMs in
Azure can ask; Azure Connected Machine agent (https://learn.microsoft.com/azure/azure-arc/servers/agent-overview): its service is himds;
Automatic VM activation (https://learn.microsoft.com/windows-server/get-started/automatic-vm-activation): only a Hyper-V host, Azure Local
included, serves these keys; the KMS of other clouds: `endpoints.OTHER_CLOUDS`.
"""

from __future__ import annotations

import re
import typing as t

from .._guest.evidence import GuestEvidence
from .._reference import endpoints
from . import facts
from .model import Evidence, Fact, Machine
from .reach import bare

AZURE_VM, SCALE_SET = "azure_vm", "scale_set_instance"
AZURE_LOCAL, ARC, OTHER_CLOUD, NOT_AZURE, UNKNOWN = "azure_local", "arc", "other_cloud", "not_azure", "unknown"
KINDS = (AZURE_VM, SCALE_SET, AZURE_LOCAL, ARC, OTHER_CLOUD, NOT_AZURE, UNKNOWN)
IN_AZURE = frozenset({AZURE_VM, SCALE_SET})
_ANSWERED, _FOREIGN, _AGENT = "ok", "unexpected", "himds"
# The first that fits says what the resource is.
_RESOURCES = (
    (re.compile(r"/providers/microsoft\.azurestackhci/", re.IGNORECASE), AZURE_LOCAL),
    (re.compile(r"/providers/microsoft\.hybridcompute/machines/[^/]+", re.IGNORECASE), ARC),
    (
        re.compile(
            r"/providers/microsoft\.compute/virtualmachinescalesets/[^/]+/virtualmachines/[^/]+$", re.IGNORECASE
        ),
        SCALE_SET,
    ),
    (re.compile(r"/providers/microsoft\.compute/virtualmachines/[^/]+$", re.IGNORECASE), AZURE_VM),
)


def identify(evidence: Evidence) -> Machine:
    """Return what the evidence says, the strongest first; without any, that it is not known."""
    guest = evidence.guest
    imds = guest.imds if guest is not None else None
    told = imds.resource_id if imds is not None else None
    seen = (Fact("imds", imds.status, "imds", expected=_ANSWERED),) if imds is not None else ()
    for resource, source in (
        (told, "imds"),
        (_path_id(evidence), facts.AZURE_PATH),
        (evidence.resource_id, "inventory"),
    ):
        kind = _of_resource(resource)
        if kind is not None:
            kind = SCALE_SET if kind == AZURE_VM and imds is not None and imds.scale_set else kind
            return Machine(kind, "certain", (*seen, Fact("resource", resource, source)))
    if imds is not None and imds.status == _ANSWERED:
        return Machine(SCALE_SET if imds.scale_set else AZURE_VM, "certain", seen)
    if guest is None or imds is None:
        return Machine(UNKNOWN, "possible", seen)
    kind, confidence, more = _elsewhere(guest)
    if kind == UNKNOWN and imds.status == _FOREIGN:
        kind, confidence = NOT_AZURE, "likely"
    return Machine(kind, confidence, (*seen, *more))


def doubted(machine: Machine, evidence: Evidence) -> bool:
    """Say whether the machine was asked who it is, and nothing says that it is in Azure."""
    return machine.kind not in IN_AZURE and evidence.guest is not None and evidence.guest.imds is not None


def _elsewhere(guest: GuestEvidence) -> tuple[str, str, tuple[Fact, ...]]:
    """Return what a machine without Azure's metadata service is likely to be."""
    agent = (guest.services or {}).get(_AGENT)
    if agent is not None and agent.exists:
        return ARC, "likely", (facts.service(_AGENT, agent),)
    setting = guest.kms_host.effective if guest.kms_host is not None else None
    if setting is not None and bare(setting.host) in endpoints.OTHER_CLOUDS:
        return OTHER_CLOUD, "likely", (facts.kms_host(setting),)
    product = guest.license.product if guest.license is not None else None
    if product is not None and product.channel == "avma":
        # An image from such a host keeps its key wherever it is taken; only the host can activate it.
        return AZURE_LOCAL, "likely" if product.status == 1 else "possible", (facts.key_channel(product),)
    return UNKNOWN, "possible", ()


def _of_resource(resource: str | None) -> str | None:
    return next((kind for pattern, kind in _RESOURCES if pattern.search(resource or "")), None)


def _path_id(evidence: Evidence) -> str | None:
    value: t.Any = evidence.path.get("vm_id") if evidence.path is not None else None
    return value if isinstance(value, str) else None
