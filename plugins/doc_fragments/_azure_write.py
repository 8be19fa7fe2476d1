# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module that changes Azure has in common."""

from __future__ import annotations


class ModuleDocFragment:
    """Options and notes of writing; `attributes` and `addresses` are parts of their own."""

    DOCUMENTATION = r"""
options:
  journal:
    description:
      - File to which every write is appended as a line of JSON before it is sent, and again after it.
      - It is made with its folder on demand, and readable by its owner only.
        With it M(azure_windows.activation.azure_kms_rollback) undoes exactly these writes.
    type: path
  operation_timeout:
    description:
      - Seconds to wait for Azure, for each object - until another operation on it ends, until the write is accepted, and until it is done.
    type: int
    default: 900
notes:
  - Every write carries a precondition (C(If-Match) or C(If-None-Match)) and is a raw JSON body, so that properties unknown to this
    collection survive. After every write, and whenever it is not known what became of one, the object is read again before
    anything else is sent.
  - Objects are read and written in API version 2024-07-01 of Microsoft.Network, or in the newest that the cloud offers. What came with a
    later version (C(serviceGateway) of a subnet or NAT gateway in 2025-05-01, C(disablePeeringRoute) of a route table and C(nextHop) of a
    route in 2025-07-01) is not shown by it, and whether Azure keeps it when the object is written is not documented. A write to an
    object that does show one of these is refused.
  - Throttling, operations in progress and concurrent changes are waited for and planned anew. Missing permissions, locks and policies
    are never retried.
  - When a later step fails, what this run has already written is put back.
"""

    ATTRIBUTES = r"""
attributes:
  check_mode:
    support: full
    description: Azure is read and the writes are planned; none is sent.
  diff_mode:
    support: full
    description: The touched objects only, without what Azure fills in by itself.
  platform:
    platforms: all
    support: full
    description: Runs on the controller.
"""

    ADDRESSES = r"""
options:
  addresses:
    description: IPv4 addresses of the KMS, by default those of the cloud.
    type: list
    elements: str
"""

    ACCEPTING = r"""
options:
  accept_egress_change:
    description:
      - Write although other machines then leave Azure by another address, or lose the way to the KMS that they have today.
        The warnings name them.
    type: bool
    default: false
"""
