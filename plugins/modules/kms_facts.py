#!/usr/bin/python
# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_facts
short_description: Gather why a Windows VM in Azure does or does not activate
version_added: 1.0.0
description:
  - Asks a Windows guest in one PowerShell run for everything that decides about activation by Azure's KMS.
  - Read are the licence and its key, the KMS host and its names in DNS, the way to the KMS port, the licensing events,
    services, token store, firewall, clock, proxy, default routes and the instance metadata service.
  - An open port is proved by an RPC bind to the KMS interface, which asks for no activation.
  - Nothing is changed on the guest. Each section fails alone and says so in RV(ansible_facts.kms.sections).
  - A product key never leaves the guest with more than its last five characters.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
extends_documentation_fragment:
  - azure_windows.activation._guest.cloud
  - ansible.builtin.action_common_attributes
  - ansible.builtin.action_common_attributes.facts
options:
  gather_subset:
    description:
      - Which sections to gather. A leading V(!) leaves a section out; exclusions alone start from V(all).
      - The sections are V(os), V(domain), V(license), V(kms_settings), V(events), V(services), V(token_store), V(firewall),
        V(clock), V(proxy), V(routes), V(imds), V(attestation), V(dns) and V(connectivity).
      - V(min) stands for V(os), V(domain), V(license) and V(kms_settings), which are gathered unless V(!min) is given.
      - What a section needs to be understood is gathered with it unless it is left out by name.
    type: list
    elements: str
    default: [all]
  probe_timeout:
    description:
      - Seconds to wait for one connection, from 1 to 30.
      - The whole run on the guest ends after three times this value, at the earliest after 15 seconds, whatever does not answer.
        What was not read by then is an error with RV(ansible_facts.kms.sections.section_name.errors[].waited_seconds) and counts as
        not known, never as a fault of the guest.
      - Windows may take half a minute and more over a licence query. Such a query is given up to 60 seconds, which V(20) allows.
      - Windows needs about 2 seconds to report a refused connection. With less than V(3), silence says nothing.
    type: int
    default: 5
  event_days:
    description:
      - How many days of licensing events to read, from 1 to 365.
    type: int
    default: 45
  kms_endpoints:
    description:
      - Replaces the collection's dated data about the KMS of the VM's cloud, part by part.
      - What was replaced counts as former names and addresses.
    type: dict
    suboptions:
      names:
        description:
          - KMS host names, the preferred one first.
        type: list
        elements: str
      addresses:
        description:
          - The addresses that these names are expected to resolve to.
        type: list
        elements: str
      port:
        description:
          - The KMS port.
        type: int
  record:
    description:
      - File on the controller for the raw answer, the versions and the verdict on the guest alone, with names, addresses and ids replaced.
      - M(azure_windows.activation.kms_diagnosis) judges it again with O(azure_windows.activation.kms_diagnosis#module:recordings).
      - M(azure_windows.activation.kms_recording) adds what Azure answered. The playbook C(record.yml) does all of it.
      - It is written in check mode too.
    type: path
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  facts:
    support: full
  platform:
    platforms: windows
notes:
  - Runs M(ansible.windows.win_powershell) on the guest, which therefore needs PowerShell 5.1 or later (Windows Server 2012 R2 and later).
  - Administrator rights on the guest are advisable; without them some sections are incomplete and say so.
  - Where PowerShell is in Constrained Language Mode, what needs sockets is reported as an error of its section. There the questions are asked
    one after another, and none begins after the deadline of O(probe_timeout). A call that hangs is waited for, as nothing can end it there.
seealso:
  - name: Troubleshoot Azure Windows virtual machine activation problems
    description: What Microsoft checks.
    link: https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/troubleshoot-activation-problems
"""

EXAMPLES = r"""
- name: Gather everything about activation
  azure_windows.activation.kms_facts:

- name: Leave out the events and be patient with a slow network
  azure_windows.activation.kms_facts:
    gather_subset: ["!events"]
    probe_timeout: 10

- name: Gather only the licence
  azure_windows.activation.kms_facts:
    gather_subset: [min]

- name: Show the licence state
  ansible.builtin.debug:
    msg: "{{ ansible_facts.kms.license.product.status_name }}"

- name: Expect other KMS addresses than the collection knows
  azure_windows.activation.kms_facts:
    cloud: AzureUSGovernment
    kms_endpoints:
      addresses: [192.0.2.10, 192.0.2.11]
"""

RETURN = r"""
ansible_facts:
  description: What was gathered.
  returned: success
  type: dict
  contains:
    kms:
      description: Everything one run told about the guest. Every key is always there; null means not known or not gathered.
      returned: success
      type: dict
      contains:
        schema_version: {type: int, description: "Version of this structure, changed when a field changes its meaning."}
        collected_at: {type: str, description: "When the answer arrived (UTC, by the controller's clock)."}
        sections:
          type: dict
          description: "How gathering each section went, by the names of O(gather_subset)."
          contains:
            section_name:
              type: dict
              description: "One entry for each section, under its name."
              contains:
                status:
                  type: str
                  description: "V(ok), V(partial) when something is missing, V(error) when there is no data, V(skipped) when it was not asked for."
                errors:
                  type: list
                  elements: dict
                  description: "What could not be read."
                  contains:
                    source: {type: str, description: "What was read."}
                    code:
                      type: dict
                      description: "The error code, if there was one."
                      contains: &code
                        code: {type: str, description: "The code in the form C(0xC004F074)."}
                        symbol: {type: str, description: "Its symbolic name."}
                        meaning: {type: str, description: "What it means, in English."}
                        cause_class:
                          type: str
                          description: "What kind of fault it points to, such as V(network), V(dns), V(clock), V(wrong_key) or V(token_store)."
                        certainty: {type: str, description: "How well the meaning is supported, V(doc), V(header), V(unverified) or V(derived)."}
                    id: {type: str, description: "The error identifier of PowerShell, which is not localised."}
                    message: {type: str, description: "The message as the guest gave it, in the guest's language."}
                    waited_seconds:
                      type: float
                      description: "How long the probe waited before its own limit ended it; null when the guest answered with an error."
        cloud:
          type: dict
          description: "The Azure cloud whose KMS is expected."
          contains:
            name: {type: str, description: "The cloud as the instance metadata service names it, such as V(AzurePublicCloud)."}
            source: {type: str, description: "Who said so, V(imds), V(option) or V(default)."}
            preferred_name: {type: str, description: "The KMS name that Microsoft recommends there."}
            names: {type: list, elements: str, description: "All KMS names of the cloud."}
            addresses: {type: list, elements: str, description: "The addresses those names are expected to resolve to."}
            legacy_addresses: {type: list, elements: str, description: "Former addresses, accepted but never required."}
            port: {type: int, description: "The KMS port."}
        os:
          type: dict
          description: "Edition and release."
          contains:
            edition_id: {type: str, description: "EditionID of the registry."}
            sku: {type: int, description: "OperatingSystemSKU."}
            caption: {type: str, description: "The product name, which may be localised."}
            product_type: {type: int, description: "1 for a workstation, 2 for a domain controller, 3 for a server."}
            version: {type: str, description: "The version."}
            build: {type: int, description: "The build number."}
            ubr: {type: int, description: "The update build revision."}
            language: {type: str, description: "The display language."}
            time_zone: {type: str, description: "The time zone id."}
            powershell: {type: str, description: "The version of PowerShell."}
            language_mode: {type: str, description: "The language mode of the PowerShell session."}
            elevated: {type: bool, description: "Whether the session had administrator rights, null when that could not be told."}
            evaluation: {type: bool, description: "Whether this is an evaluation edition."}
            multi_session: {type: bool, description: "Whether this is Enterprise multi-session."}
            azure_edition: {type: bool, description: "Whether this is Datacenter: Azure Edition."}
        domain:
          type: dict
          description: "Domain membership."
          contains:
            joined: {type: bool, description: "Whether the guest is a domain member."}
            name: {type: str, description: "The name of the domain."}
        license:
          type: dict
          description: "The Windows licence."
          contains:
            readable: {type: bool, description: "Whether Windows told its product rows."}
            product:
              type: dict
              description: "The Windows base product that has a key. Null with RV(ansible_facts.kms.license.readable=true) means that no key is installed."
              contains: &product
                activation_id: {type: str, description: "The activation id (SkuId)."}
                name: {type: str, description: "The product name."}
                description: {type: str, description: "The raw description with the channel token."}
                channel: {type: str, description: "V(kms_client), V(kms_host), V(mak), V(retail), V(oem), V(avma), V(evaluation) or V(unknown)."}
                channel_raw: {type: str, description: "ProductKeyChannel as Windows gives it."}
                addon: {type: bool, description: "Whether the row is an add-on such as extended security updates."}
                partial_product_key: {type: str, description: "The last five characters of the installed key."}
                status: {type: int, description: "LicenseStatus."}
                status_name: {type: str, description: "The name of LicenseStatus, such as V(licensed), V(notification) or V(oob_grace)."}
                status_reason: {type: dict, description: "LicenseStatusReason, null when it is 0.", contains: *code}
                grace_minutes: {type: int, description: "Minutes left."}
                activation_interval_minutes: {type: int, description: "Minutes between attempts while not activated."}
                renewal_interval_minutes: {type: int, description: "Minutes between renewals."}
                renewal_age_minutes: {type: int, description: "Minutes since the last renewal, only for a licensed KMS client."}
                permanent: {type: bool, description: "Whether the licence has no end."}
                evaluation_end: {type: str, description: "End of an evaluation (UTC)."}
                activation_type: {type: int, description: "What activated it (VLActivationType), 1 is Active Directory."}
                directory_object: {type: str, description: "The name of the activation object in Active Directory."}
                directory_dn: {type: str, description: "The distinguished name of that object."}
                activation_type_enabled: {type: int, description: "Which ways are allowed for it: 0 all, 1 Active Directory, 2 KMS, 3 token."}
                directory_csvlk_pid: {type: str, description: "The product id of the key behind that object."}
                directory_csvlk_sku: {type: str, description: "The activation id of the key behind that object."}
            others: {type: list, elements: dict, description: "Other rows with a key, such as add-ons.", contains: *product}
            service_version: {type: str, description: "The version of the licensing service."}
            client_machine_id: {type: str, description: "The client machine id (CMID)."}
            rearm_count: {type: int, description: "How many rearms are left."}
            activation_type_enabled: {type: int, description: "0 for all activation types, 1 for Active Directory, 2 for KMS, 3 for tokens."}
        client_key:
          type: dict
          description: "The published KMS client setup key for this edition and build."
          contains:
            title: {type: str, description: "The product the key is for."}
            partial: {type: str, description: "The last five characters of the published key."}
            certainty: {type: str, description: "How well the edition is known, V(verified), V(community) or V(unverified)."}
            matches: {type: bool, description: "Whether the installed key is this one, null when it cannot be told."}
            refusal: {type: str, description: "Why there is no key, V(evaluation), V(multi_session), V(not_published) or V(unknown_edition)."}
        kms_host:
          type: dict
          description: "Which KMS host the guest uses, null when the places that tell could not be read."
          contains:
            effective:
              type: dict
              description: "The setting that Windows uses, the first of product, global, policy, discovered and SRV."
              contains: &hostsetting
                source: {type: str, description: "V(product), V(global), V(policy), V(discovered), V(cached) or V(srv)."}
                host: {type: str, description: "The host name or address."}
                port: {type: int, description: "The port."}
                kind:
                  type: str
                  description: "V(azure), V(azure_other_cloud), V(azure_legacy_name), V(azure_address), V(azure_old_address), V(known_other) or V(other)."
            settings: {type: list, elements: dict, description: "All settings that name a host.", contains: *hostsetting}
            caching: {type: bool, description: "Whether the last KMS host is cached."}
            manual_activation: {type: bool, description: "Whether automatic activation is turned off."}
        dns:
          type: dict
          description: "What the resolvers of the guest say."
          contains:
            servers: {type: list, elements: str, description: "The resolvers of the guest, in order."}
            answers:
              type: list
              elements: dict
              description: "One entry for each name and resolver."
              contains:
                name: {type: str, description: "The name that was asked."}
                server: {type: str, description: "The resolver that was asked, null for the system's own way with hosts file and cache."}
                addresses: {type: list, elements: str, description: "The addresses."}
                chain: {type: list, elements: str, description: "The CNAME targets on the way."}
                error: {type: dict, description: "Why there is no answer.", contains: *code}
                verdict: {type: str, description: "V(expected), V(legacy), V(unexpected), V(empty) or V(error)."}
            srv:
              type: dict
              description: "The answer of SRV discovery, null when it was not needed."
              contains:
                name: {type: str, description: "The name that was asked."}
                records: {type: list, elements: dict, description: "The hosts, the preferred one first.", contains: *hostsetting}
                error: {type: dict, description: "Why there is no answer.", contains: *code}
            unread:
              type: list
              elements: dict
              description: "Queries that the probe's own limit ended; nothing is known of them."
              contains: &not_read
                what: {type: str, description: "What was asked."}
                waited_seconds: {type: float, description: "How long the probe waited."}
        connectivity:
          type: dict
          description: "What answers on the KMS port."
          contains:
            targets:
              type: list
              elements: dict
              description: "One entry for each address and port."
              contains:
                address: {type: str, description: "The address."}
                port: {type: int, description: "The port."}
                reasons: {type: list, elements: str, description: "Why it was tried, V(documented), V(configured) or V(dns)."}
                state:
                  type: str
                  description: >-
                    V(kms) when a KMS acknowledged the RPC bind, V(open) when something else accepted, V(refused), V(filtered), V(reset),
                    V(guest_blocked) or V(error).
                code: {type: dict, description: "The socket error.", contains: *code}
                detail: {type: str, description: "What was seen, in words."}
                reply: {type: str, description: "The first 256 bytes of what answered the bind, in hexadecimal digits."}
                reply_kind: {type: str, description: "V(ack), V(rejected), V(nak), V(fault), V(other) or V(nothing)."}
                waited_seconds: {type: float, description: "How long nothing came, where that is what was seen."}
            untested:
              type: list
              elements: dict
              description: "Targets that got less time than a test takes; nothing is known of them."
              contains: *not_read
        events:
          type: dict
          description: "What the Application log tells about activation."
          contains:
            attempts:
              type: list
              elements: dict
              description: "Activation attempts, newest first, each from events 12288 and 12289."
              contains:
                time: {type: str, description: "When (UTC)."}
                host: {type: str, description: "The KMS host that was asked."}
                port: {type: int, description: "The port."}
                outcome: {type: str, description: "V(success), V(refused), V(unanswered) or V(send_failed)."}
                code: {type: dict, description: "The telling code.", contains: *code}
                status_flags: {type: list, elements: str, description: "The names of the status flags."}
                license_status: {type: int, description: "LicenseStatus at that time."}
                current_count: {type: int, description: "The count that the host reported."}
            others:
              type: list
              elements: dict
              description: "Other licensing events, newest first."
              contains:
                id: {type: int, description: "The event id."}
                time: {type: str, description: "When (UTC)."}
                code: {type: dict, description: "The code in it.", contains: *code}
                detail: {type: str, description: "Its insertion strings, shortened."}
            last_success: {type: str, description: "When an attempt last succeeded (UTC)."}
            failures_since_success: {type: int, description: "How many attempts failed since then."}
            oldest: {type: str, description: "How far back the Application log goes (UTC)."}
            complete: {type: bool, description: "Whether every event of the asked days was read."}
        services:
          type: dict
          description: "The services C(sppsvc), C(w32time) and C(mpssvc)."
          contains:
            service_name:
              type: dict
              description: "One entry for each service, under its name."
              contains:
                exists: {type: bool, description: "Whether the service exists."}
                status: {type: str, description: "Its status."}
                start: {type: int, description: "Its start type as a number."}
                start_name: {type: str, description: "V(automatic), V(manual), V(disabled) or the number as text."}
                delayed: {type: bool, description: "Whether it starts delayed."}
                dependents: {type: list, elements: str, description: "Services that depend on it."}
        token_store:
          type: dict
          description: "The licensing service's token store."
          contains:
            path: {type: str, description: "Where tokens.dat is, null when the folder in use holds none."}
            size: {type: int, description: "Its size in bytes."}
            modified: {type: str, description: "When it was changed last (UTC)."}
            readable: {type: bool, description: "Whether it could be read, null while somebody holds it."}
            open_error: {type: dict, description: "Why it could not be opened.", contains: *code}
            folder: {type: str, description: "The folder in use, as the registry names it."}
            held: {type: bool, description: "Whether it was in use, locked or kept by an antivirus, which says nothing about damage."}
        firewall:
          type: dict
          description: "The guest's own outbound firewall, as far as it concerns the KMS port."
          contains:
            active_profiles: {type: list, elements: str, description: "The profiles of the connected networks, empty when not known."}
            enabled: {type: bool, description: "Whether the firewall is on in an active profile."}
            default_outbound: {type: str, description: "V(allow), V(block) or V(unknown) over the active profiles."}
            blocking:
              type: list
              elements: dict
              description: "Active rules that block the licensing service on the KMS port."
              contains: &firewallrule
                id: {type: str, description: "The id of the rule."}
                name: {type: str, description: "Its name."}
                source: {type: str, description: "V(local) or V(policy)."}
                action: {type: str, description: "V(block), V(allow) or V(bypass)."}
                certain: {type: bool, description: "Whether the rule holds without conditions that were not evaluated."}
                conditions: {type: list, elements: str, description: "Conditions that were not evaluated, or parts it does not cover."}
                applies_to: {type: str, description: "V(any), V(sppsvc) (the licensing service alone) or V(probe) (PowerShell alone)."}
            allowing: {type: list, elements: dict, description: "Active rules that allow it.", contains: *firewallrule}
            local_rules_merged: {type: bool, description: "Whether local rules count beside policy."}
            blocking_probe:
              type: list
              elements: dict
              description: "Active rules that block PowerShell alone, so that connection tests fail where the licensing service may pass."
              contains: *firewallrule
            licensing_outbound: {type: str, description: "What the licensing service meets, V(allow), V(block) or V(unknown)."}
            probe_outbound: {type: str, description: "What PowerShell meets, which tests the connections."}
            complete: {type: bool, description: "Whether every rule was read."}
        clock:
          type: dict
          description: "The guest's clock."
          contains:
            guest_utc: {type: str, description: "The guest's time (UTC)."}
            offset_seconds: {type: float, description: "Guest minus controller."}
            uncertainty_seconds: {type: float, description: "How far off that figure can be."}
            sync_type: {type: str, description: "Type of the time service, such as V(NTP) or V(NT5DS)."}
            ntp_server: {type: str, description: "The configured time server."}
            host_sync_enabled: {type: bool, description: "Whether time comes from the Hyper-V host."}
            ntp_client_enabled: {type: bool, description: "Whether the NTP client is on."}
        proxy:
          type: dict
          description: "The WinHTTP proxy."
          contains:
            winhttp: {type: str, description: "The WinHTTP proxy without its user and password, null when direct. KMS does not use it."}
            bypass: {type: list, elements: str, description: "What is not asked through it."}
        routes:
          type: list
          elements: dict
          description: "Default routes inside the guest."
          contains:
            interface: {type: str, description: "The interface."}
            next_hop: {type: str, description: "The next hop."}
            metric: {type: int, description: "The route metric."}
        addresses:
          type: list
          elements: dict
          description: "IPv4 addresses inside the guest."
          contains:
            interface: {type: str, description: "The interface."}
            address: {type: str, description: "The address."}
            prefix_length: {type: int, description: "The length of its prefix."}
            skip_as_source: {type: bool, description: "Whether Windows leaves it out when it chooses a source address."}
            origin: {type: str, description: "Where it comes from, such as V(Dhcp) or V(Manual)."}
        imds:
          type: dict
          description: "What the instance metadata service said."
          contains:
            status: {type: str, description: "V(ok), V(timeout), V(unreachable), C(http-) with the status code, or V(unexpected) for what is not Azure's."}
            resource_id: {type: str, description: "The Azure resource id of the VM."}
            vm_id: {type: str, description: "The unique id of the VM."}
            cloud: {type: str, description: "The Azure environment."}
            location: {type: str, description: "The region."}
            license_type: {type: str, description: "The licence type of the VM."}
            image: {type: str, description: "Publisher, offer and SKU of the image."}
            scale_set: {type: str, description: "The scale set that the VM is an instance of."}
        attestation:
          type: dict
          description: "The certificate chain of the attested document (Azure Edition only)."
          contains:
            status: {type: str, description: "V(ok), V(chain-incomplete), V(unreachable), V(error) or V(not-applicable)."}
            signer: {type: str, description: "The subject of the signing certificate."}
            missing_issuer: {type: str, description: "The issuer whose certificate is missing."}
            chain_status: {type: list, elements: str, description: "What the chain check said."}
kms_reading:
  description:
    - What was asked of the probe and its answer as it came, for M(azure_windows.activation.kms_recording). Nothing in it is masked,
      so it is no fact and is in no fact cache.
  returned: when O(record) is given
  type: dict
  contains:
    asked: {type: dict, description: "The sections and the options of the run."}
    controller: {type: dict, description: "The controller's times before and after the run (UTC)."}
    raw: {type: dict, description: "The probe's answer."}
"""
