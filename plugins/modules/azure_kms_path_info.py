#!/usr/bin/python

# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: azure_kms_path_info
short_description: How the KMS traffic of virtual machines leaves Azure
version_added: 1.0.0
description:
  - Says for many virtual machines at once how their TCP 1688 traffic to each KMS address leaves Azure, or where it is dropped.
  - Reads effective routes, route tables, network security groups, Azure Firewalls and their policies, load balancers,
    NAT gateways, public addresses, virtual hubs and security admin rules, and judges them together.
  - Of the networks that a machine's network is peered with, those are read that a next hop lies in or whose gateways are used.
  - Linked private DNS zones that hide the names of the KMS are noted, and for the machines in O(names_in_doubt) the rules of a DNS private
    resolver that send these names elsewhere.
  - The number of requests grows with subscriptions, subnets, firewall policies and hubs, never with virtual machines.
  - Nothing is written. What cannot be read makes the affected part of the answer V(unknown), and is listed with the action to grant.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
options:
  vms:
    description:
      - Resource ids of virtual machines or of instances of uniform scale sets, or private IPv4 addresses of machines in O(subscription_id).
    type: list
    elements: str
    required: true
  kms_endpoints:
    description:
      - Addresses and port to use instead of the dated data of the collection.
    type: dict
    suboptions:
      names:
        description: KMS names that firewall rules may mention.
        type: list
        elements: str
      addresses:
        description: IPv4 addresses that must be reachable.
        type: list
        elements: str
      port:
        description: TCP port.
        type: int
  names_in_doubt:
    description:
      - Resource ids of those machines in O(vms) that do not resolve the names of the KMS as they should.
      - For their networks it is asked as well which DNS forwarding rules Azure DNS follows, which takes one to four requests for each network.
    type: list
    elements: str
    default: []
  missing_credentials:
    description:
      - What to do when no identity is configured in options, environment, C(~/.azure/credentials) or the Azure CLI, or when the Azure SDK
        is not installed or too old.
      - V(skip) ends without paths and says so in RV(problem); V(fail) fails.
    type: str
    choices: [fail, skip]
    default: fail
  operation_timeout:
    description:
      - Seconds to wait for one effective-route operation. A subnet whose answer takes longer is judged from its route table, and said to be.
    type: int
    default: 120
  azure_timeout:
    description:
      - Seconds for everything that is asked of Azure, signing in included. What has not answered by then is listed in RV(unread).
    type: int
    default: 300
  state_file:
    description:
      - File that a reading of Azure is kept in, so that several runs, such as job slices, read it once. It is written for its owner only.
      - What the file holds is not asked again. What it does not hold, as the effective routes of another subnet, is asked and added.
        A subscription whose list lacks one of O(vms) is read again.
      - Of runs that start at the same time one reads, and the others wait for it, within O(azure_timeout). Share it among runs with the same
        identity, as it holds what that identity may read.
    type: path
  state_max_age:
    description:
      - Seconds after which O(state_file) is too old. V(0) takes any age. RV(state) and the report say how old it is.
    type: int
    default: 3600
  state_use:
    description:
      - V(auto) reads Azure where O(state_file) is missing, too old or lacks something.
      - V(only) never asks Azure and needs no identity. A file that is missing or too old is an error.
      - V(refresh) reads Azure anew and replaces the file.
    type: str
    choices: [auto, only, refresh]
    default: auto
  record:
    description:
      - Whether to return, for each machine, what Azure was asked for its path and what it answered.
      - M(azure_windows.activation.kms_recording) writes it to a file, masked. Here it is as Azure gave it.
    type: bool
    default: false
extends_documentation_fragment:
  - azure_windows.activation._azure
  - ansible.builtin.action_common_attributes
attributes:
  check_mode:
    support: full
    description: Nothing is changed in either mode.
  diff_mode:
    support: none
    description: Nothing is changed.
  platform:
    platforms: all
    support: full
    description: Runs on the controller.
seealso:
  - module: azure_windows.activation.kms_diagnosis
"""

EXAMPLES = r"""
- name: Ask how two machines reach the KMS
  azure_windows.activation.azure_kms_path_info:
    vms:
      - /subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web01
      - 10.1.0.5
    subscription_id: 00000000-0000-0000-0000-000000000001
  delegate_to: localhost
  register: path

- name: Judge from a reading of at most ten minutes ago, which all job slices share
  azure_windows.activation.azure_kms_path_info:
    vms: "{{ vm_ids }}"
    state_file: /var/lib/reports/kms/azure-state.json
    state_max_age: 600
  delegate_to: localhost
"""

RETURN = r"""
paths:
  description: One entry per element of O(vms), in the same order.
  returned: success
  type: list
  elements: dict
  contains:
    vm_id:
      description: Resource id of the machine, or what was asked for when no machine was found.
      type: str
    name:
      description: Name of the machine.
      type: str
    nic_id:
      description: The primary network interface.
      type: str
    subnet_id:
      description: Its subnet.
      type: str
    subnet_prefixes:
      description: Address prefixes of the subnet, as a firewall rule for it takes them.
      type: list
      elements: str
    route_table_id:
      description: The route table of the subnet, null when it has none.
      type: str
    nat_gateway_id:
      description: The NAT gateway of the subnet, null when it has none.
      type: str
    location:
      description: The region of the virtual network.
      type: str
    verdict:
      description: V(open), V(blocked), V(suspect) (a foreign appliance is on the way) or V(unknown).
      type: str
    cause:
      description: Id of the finding to fix first, null when nothing is wrong or known.
      type: str
    causes:
      description: Ids of all findings, the one to fix first at the beginning.
      type: list
      elements: str
    reason:
      description: One sentence that names what decides.
      type: str
    addresses:
      description: The judgement for each KMS address, with the winning route, the NSG verdict, the hops and the egress.
      type: list
      elements: dict
    kms_routes:
      description: Routes for KMS addresses that are missing, stale or mistyped in the route table of the subnet.
      type: dict
    resolvers:
      description:
        - The DNS servers that Azure gives the machine and that are Azure Firewalls, as C(address), C(firewall), C(id), and C(dns_proxy),
          which is null when the policy was not read.
      type: list
      elements: dict
    private_zones:
      description:
        - The private DNS zones that are linked to the machine's network and hide a name of the KMS, as C(zone), C(zone_id), C(network),
          C(name), and the C(addresses) that they give for it.
      type: list
      elements: dict
    dns_forwarding:
      description:
        - The DNS forwarding rules that send a name of the KMS to other servers, as C(rule), C(ruleset), C(ruleset_id), C(network),
          C(name) and C(servers). Read for the machines in O(names_in_doubt).
      type: list
      elements: dict
    nat_gateway:
      description:
        - What a NAT gateway for the subnet would do to others, where RV(paths[].causes) holds V(no-outbound-path). C(moves) are the VMs that
          would leave by another address, C(basic) the Basic resources that Azure allows no NAT gateway beside. C(known) is V(false) where
          the VMs of the subnet could not be listed.
      type: dict
    unread:
      description: What could not be read for this machine, as RV(unread).
      type: list
      elements: dict
    notes:
      description: Sentences on how sure the answer is.
      type: list
      elements: str
    read_at:
      description: When Azure was read, with O(state_file).
      type: str
    readable:
      description: Whether anything of Azure could be read at all.
      type: bool
    messages:
      description: The reasons by their text, each with the id of its message and the parameters in it.
      type: dict
recordings:
  description: What each of RV(paths) was judged from, in the same order, as M(azure_windows.activation.kms_recording) takes it.
  returned: when O(record) is true and Azure was read
  type: list
  elements: dict
  contains:
    cloud:
      description: Name of the cloud.
      type: str
    vm_id:
      description: Resource id of the machine.
      type: str
    subscription:
      description: The subscription that was named beside those of the machines.
      type: str
    calls:
      description: Each request with method, path, api_version, query, status, and body or error.
      type: list
      elements: dict
state:
  description: The reading in O(state_file), null without one.
  returned: success
  type: dict
  contains:
    path:
      description: The file.
      type: str
    read_at:
      description: When its oldest answer was given.
      type: str
      sample: "2026-11-24T08:00:00Z"
    age:
      description: Seconds since then.
      type: int
    asked:
      description: How many questions Azure was asked in this run, V(0) when the file held everything.
      type: int
problem:
  description: Why Azure was not asked at all, null when it was.
  returned: success
  type: str
unread:
  description: Everything that could not be read in this run.
  returned: success
  type: list
  elements: dict
  contains:
    what:
      description: Resource type or operation.
      type: str
    scope:
      description: Where it was asked.
      type: str
    reason:
      description: Azure's answer.
      type: str
    action:
      description: The RBAC action to grant, null when a right is not what is missing.
      type: str
"""

import functools
import ipaddress
import os
import pathlib
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ..module_utils._azure import sdk
from ..module_utils._azure.arm import ArmError
from ..module_utils._azure.cloud import CloudError
from ..module_utils._azure.exchanges import Source, Tape
from ..module_utils._azure.kept import USES, Kept, Wanted
from ..module_utils._azure.paths import Asked, read_paths
from ..module_utils._azure.recorded import record
from ..module_utils._azure.session import Session, SignInError, open_session
from ..module_utils._azure.settings import ARGUMENT_SPEC, Settings, SettingsError, identity_found, resolve
from ..module_utils._azure.state_file import StateError, now
from ..module_utils._reference.endpoints import override

ENDPOINTS = {
    "type": "dict",
    "options": {
        "names": {"type": "list", "elements": "str"},
        "addresses": {"type": "list", "elements": "str"},
        "port": {"type": "int"},
    },
}


def argument_spec() -> dict[str, object]:
    """Return the options of the module."""
    return {
        **ARGUMENT_SPEC,
        "vms": {"type": "list", "elements": "str", "required": True},
        "kms_endpoints": ENDPOINTS,
        "names_in_doubt": {"type": "list", "elements": "str", "default": []},
        "missing_credentials": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
        "operation_timeout": {"type": "int", "default": 120},
        "azure_timeout": {"type": "int", "default": 300},
        "state_file": {"type": "path"},
        "state_max_age": {"type": "int", "default": 3600},
        "state_use": {"type": "str", "choices": list(USES), "default": "auto"},
        "record": {"type": "bool", "default": False},
    }


def check(module: AnsibleModule) -> None:
    """Fail with the name of the option that cannot be used."""
    for vm in module.params["vms"]:
        if not _is_address(vm) and "/virtualmachines/" not in vm.lower():
            module.fail_json(msg=f"vms: '{vm}' is neither the resource id of a virtual machine nor an IPv4 address.")
    try:
        override(module.params["kms_endpoints"])
    except ValueError as error:
        module.fail_json(msg=f"{error}.")
    for address in (module.params["kms_endpoints"] or {}).get("addresses") or ():
        if not _is_address(address):
            module.fail_json(msg=f"kms_endpoints.addresses: '{address}' is not an IPv4 address.")
    for name in ("operation_timeout", "azure_timeout"):
        if module.params[name] < 1:
            module.fail_json(msg=f"{name}: it must be at least 1 second.")
    if module.params["state_max_age"] < 0:
        module.fail_json(msg="state_max_age: it must be 0, for any age, or more seconds.")
    if module.params["state_use"] != "auto" and not module.params["state_file"]:
        module.fail_json(msg=f"state_file: name the file; state_use is {module.params['state_use']}.")


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _without_identity(module: AnsibleModule, detail: str = "") -> None:
    problem = (
        "No Azure credentials were found: set AZURE_CLIENT_ID, AZURE_SECRET and AZURE_TENANT, or a profile in "
        f"~/.azure/credentials, or sign in with az login.{detail}"
    )
    if module.params["missing_credentials"] == "fail":
        module.fail_json(msg=problem)
    module.exit_json(changed=False, skipped=True, paths=[], unread=[], problem=problem)


def _settings(module: AnsibleModule) -> Settings:
    """Return who asks which cloud; fails with one sentence."""
    settings = resolve({name: module.params[name] for name in ARGUMENT_SPEC}, os.environ, pathlib.Path.home())
    if any(map(_is_address, module.params["vms"])) and not settings.subscription_id:
        module.fail_json(msg="subscription_id: it is needed to find machines by private address.")
    return settings


def _open(module: AnsibleModule, settings: Settings, budget: float) -> Session:
    """Return Azure, signed in; raises SignInError, also without an identity, and CloudError. Fails without the SDK."""
    # First what costs nothing: the SDK takes seconds to import.
    if not identity_found(settings, pathlib.Path.home()):
        raise SignInError("")
    if sdk.IMPORT_ERROR:
        problem = missing_required_lib(sdk.REQUIREMENTS)
        if module.params["missing_credentials"] == "skip":
            module.exit_json(changed=False, skipped=True, paths=[], unread=[], problem=problem)
        module.fail_json(msg=problem, exception=sdk.IMPORT_ERROR)
    if settings.verify is False:
        module.warn("cert_validation_mode: TLS certificates are not verified; the credentials can be read on the way.")
    return open_session(settings, deadline=module.params["operation_timeout"], budget=budget)


def _read(module: AnsibleModule, source: Source, cloud: str, subscription: str | None) -> dict[str, t.Any]:
    """Return the paths, and what they were judged from where that is asked for."""
    given = module.params["kms_endpoints"]
    tape = Tape(source)
    recorded = module.params["record"]
    asked = Asked(module.params["vms"], subscription, module.params["names_in_doubt"])
    paths, unread = read_paths(tape if recorded else source, cloud, asked, override(given))
    result: dict[str, t.Any] = {"paths": paths, "unread": unread, "problem": None, "state": None}
    if recorded:
        how = {"cloud": cloud, "subscription": subscription, "kms_endpoints": given}
        result["recordings"] = [record(tape.calls, path, **how) for path in paths]
    return result


def _answer(module: AnsibleModule, settings: Settings) -> dict[str, t.Any]:
    budget = module.params["azure_timeout"]
    if not module.params["state_file"]:
        with _open(module, settings, budget) as session:
            return _read(module, session.client, session.cloud.name, settings.subscription_id)
    wanted = Wanted(module.params["state_file"], module.params["state_use"], module.params["state_max_age"], budget)
    opening = functools.partial(_open, module, settings)
    with Kept(wanted, settings.cloud_environment, module.params["vms"], opening) as kept:
        result = _read(module, kept, kept.state.cloud_name, settings.subscription_id)
    age, read_at = kept.state.age(now()), kept.state.told
    result["paths"] = [{**path, "read_at": read_at} for path in result["paths"]]
    result["state"] = {"path": wanted.path, "read_at": read_at, "age": age, "asked": kept.asked}
    return result


def main() -> None:
    """Read, judge, answer."""
    module = AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True)
    check(module)
    try:
        settings = _settings(module)
        result = _answer(module, settings)
    except SignInError as error:
        if settings.last_resort:
            _without_identity(module, f" {error}".rstrip())
        module.fail_json(msg=str(error))
    except (SettingsError, CloudError, StateError, ArmError) as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
