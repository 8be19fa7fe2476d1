# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may stay readable in a recording: words that Windows, Azure and this collection made, none that a user chose.

Sources: the probe's own answer, CIM properties of SoftwareLicensingProduct and SoftwareLicensingService (learn.microsoft.com,
windows/win32 sppwmi), [MS-GPFAS] 2.2.2, Microsoft.Network and Microsoft.Compute REST reference; read 2026-11-24.
"""

from __future__ import annotations

import re

from .._guest import evidence
from .._reference import client_keys, endpoints, error_codes, license_enums


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GUEST_KEYS = """
schema sections data errors source code id type message language_mode elapsed_ms os domain license kms_settings events services
token_store firewall clock proxy routes imds attestation dns connectivity
edition_id product_name installation_type build ubr caption sku product_type version os_language ui_culture time_zone powershell
elevated joined name products service ID Name Description ApplicationID PartialProductKey ProductKeyChannel LicenseFamily
LicenseIsAddon LicenseStatus LicenseStatusReason GracePeriodRemaining EvaluationEndDate VLActivationInterval VLRenewalInterval
VLActivationTypeEnabled KeyManagementServiceMachine KeyManagementServicePort KeyManagementServiceLookupDomain
DiscoveredKeyManagementServiceMachineName DiscoveredKeyManagementServiceMachinePort
DiscoveredKeyManagementServiceMachineIpAddress KeyManagementServiceProductKeyID GenuineStatus Version ClientMachineID
KeyManagementServiceHostCaching RemainingWindowsReArmCount IsKeyManagementServiceMachine PolicyCacheRefreshRequired
spp activation policy network_service activation_id KeyManagementServiceName DiscoveredKeyManagementServiceName
DiscoveredKeyManagementServicePort SkipRearm Manual NoGenTicket
records record_id time level oldest_record_time sppsvc w32time mpssvc exists status start delayed_autostart dependents
files path size modified readable open_error local profiles rules active_categories Domain Private Public Standard EnableFirewall
DefaultOutboundAction AllowLocalPolicyMerge truncated count total
utc_now Type NtpServer vmic_enabled ntpclient_enabled Enabled winhttp_settings default interface next_hop metric
compute azEnvironment vmId resourceId location licenseType offer publisher subscriptionId resourceGroupName signer issuer
chain_status servers queries server answers chain srv target port priority weight error cloud targets address reasons connected
socket_error timed_out reply reply_error reply_timed_out
ADActivationObjectDN ADActivationObjectName VLActivationType limit_seconds waited cut addon store part limit
ADActivationCsvlkPid ADActivationCsvlkSkuId himds origin prefix_length skip_as_source vmScaleSetName
timings timing seconds started ended milliseconds ms waited waited_ms started_ms ended_ms cut_off token_store_path folder TokenStore
"""

_ARM_KEYS = """
access action addressPrefix addressPrefixes addressPrefixType addressSpace addresses additionalProperties allocatedOutboundPorts
allowForwardedTraffic allowGatewayTransit allowHubToRemoteVnetTransit allowVirtualNetworkAccess applicationRuleCollections
applicationSecurityGroups appliesToGroups associatedRouteTable propagatedRouteTables availabilitySet azureFirewall
backendAddressPool backendAddressPools backendIPConfigurations backendPort basePolicy capacity changeNumber childPolicies
cloud code count defaultOutboundAccess defaultOutboundConnectivityEnabled defaultPublicNatGateway defaultSecurityRules description
destinationAddressPrefix destinationAddressPrefixes destinationAddresses destinationApplicationSecurityGroups destinationFqdns
destinationIpGroups destinationPortRange destinationPortRanges destinationPorts destinationType destinations dhcpOptions direction
disableBgpRoutePropagation disableOutboundSnat displayName displayStatus dnsServers dnsSettings effectiveSecurityRules enableBgp
enableFloatingIP enableIPForwarding enableInternetSecurity enableProxy enableTcpReset error etag firewallPolicy fqdnTags
frontendIPConfiguration frontendIPConfigurations frontendPort gatewayType hardwareProfile hasBgpOverride hubIPAddresses
hubRouteTables hubVirtualNetworkConnections id identity idleTimeoutInMinutes inboundNatRules instanceView ipAddress ipAddresses
ipConfiguration ipConfigurations ipPrefix ipProtocols ipTags isDefault kind level loadBalancerBackendAddressPools
loadBalancerBackendAddresses loadBalancerInboundNatRules loadBalancingRules location macAddress managementIpConfiguration message
name natGateway natRuleCollections networkInterface networkInterfaceConfigurations networkInterfaces networkManagerScopes
networkProfile networkRuleCollections networkSecurityGroup nextHop nextHopIpAddress nextHopIpAddresses nextHopType osDisk
osProfile outboundRules outboundType peeringState peeringSyncLevel platformFaultDomainCount platformUpdateDomainCount port prefixLength
primary priority privateIPAddress privateIPAddressVersion privateIPAllocationMethod privateRanges profile properties protocol
protocolType protocols provisioningState publicIPAddress publicIPAddressVersion publicIPAllocationMethod publicIPPrefix
publicIPPrefixes publicIPs publicIpAddresses publicIpPrefixes region remoteAddressSpace remoteVirtualNetwork
remoteVirtualNetworkAddressSpace resourceGroup resourceGuid routeTable routes routingConfiguration routingIntent routingPolicies
routingState ruleCollectionAppliesToGroups ruleCollectionGroups ruleCollectionType ruleCollections ruleType rules securityRules
serviceEndpoints sku snat source sourceAddressPrefix sourceAddressPrefixes sourceAddresses sourceApplicationSecurityGroups
sourceIpGroups sourcePortRange sourcePortRanges sourceVirtualNetwork sources state status statuses storageProfile subnet subnets
subscriptionId systemService tags targetFqdns targetUrls terminateTLS threatIntelMode threatIntelWhitelist fqdns tier translatedAddress
translatedPort type useRemoteGateways value values virtualHub virtualMachine virtualMachines virtualNetwork
virtualNetworkConnections virtualNetworkPeerings virtualWan vmId vmSize zones Microsoft.Network/virtualNetworks
Network.DNS.EnableProxy Network.DNS.Servers Network.SNAT.PrivateRanges Network.FTP.AllowActiveFTP
tagMap destinationServiceTags sourceServiceTags networkGroupId disablePeeringRoute managedBy extendedLocation
vnetRoutes staticRoutes staticRoutesConfig bgpConnections securityPartnerProvider vpnGateway p2SVpnGateway expressRouteGateway
propagatedRouteTables ids labels domainName targetDnsServers forwardingRuleState virtualNetworkLink privateIpAddress privateIpAllocationMethod
dnsResolverOutboundEndpoints requireProxyForNetworkRules Network.DNS.RequireProxyForNetworkRules
"""

# The answers of verify.ps1.
_VERIFY_KEYS = """
verification answer id milliseconds observed error changes restored skipped loaded_before import_ms first_ms second_ms routes_ms
profile_ms open_ms filtered_ms unfiltered_ms rows channels value failure waited_ms exceptions type hresult native message_id error_code
store folder exists service open acl rules read_ms characters profiles registry remote_address connect ended refused silent no_name
no_data section query_exit resync_exit records no_log data dependents start_type descriptor vmic names
"""

# What a recording itself is made of.
_RECORDING_KEYS = """
recording asked sections kms_endpoints names addresses port probe_timeout event_days cloud controller before after raw guest_error kind
message azure vm_id machines subscription calls method path api_version query status body code action versions collection ansible_core
ansible_windows python azure_mgmt_network windows_build recorded_at verdict root_cause findings confidence statusOnly
"""

KEYS = _words(_GUEST_KEYS + _ARM_KEYS + _VERIFY_KEYS + _RECORDING_KEYS)
# What stands under these keys has names that a user chose.
FREE_KEYS = frozenset({"tags", "tagMap", "userAssignedIdentities"})

# Types of resources and the words of request paths, without case.
TYPES = _words("""
subscriptions resourcegroups providers virtualmachines networkinterfaces virtualnetworks subnets routetables routes
networksecuritygroups securityrules defaultsecurityrules loadbalancers backendaddresspools frontendipconfigurations outboundrules
loadbalancingrules inboundnatrules natgateways publicipaddresses publicipprefixes azurefirewalls firewallpolicies
rulecollectiongroups ipgroups virtualhubs hubvirtualnetworkconnections hubroutetables routingintent networkmanagers networkgroups
securityadminconfigurations rulecollections rules virtualnetworkgateways virtualwans vpngateways expressroutegateways
expressroutecircuits ipconfigurations azurefirewallipconfigurations virtualnetworkpeerings availabilitysets virtualmachinescalesets
applicationsecuritygroups serviceendpointpolicies privateendpoints disks images galleries locations servicetags
effectiveroutetable listnetworkmanagereffectivesecurityadminrules ipconfiguration networkvirtualappliances azurefirewallippool
applicationrulecollections networkrulecollections natrulecollections staticmembers bastionhosts localnetworkgateways connections
bgpconnections securitypartnerproviders p2svpngateways privatednszones virtualnetworklinks a cname dnsresolvers inboundendpoints
dnsforwardingrulesets forwardingrules
listdnsforwardingrulesets listdnsresolvers
""")

# Names that Azure gives, without case.
NAMES = (
    _words("""
azurefirewallsubnet azurefirewallmanagementsubnet gatewaysubnet routeserversubnet azurebastionsubnet defaultroutetable noneroutetable
allowvnetinbound allowazureloadbalancerinbound denyallinbound allowvnetoutbound allowinternetoutbound denyalloutbound
internet virtualnetwork azureloadbalancer azurecloud azureplatformlkm azureplatformdns azureplatformimds
privatetraffic allrfc1918 _policy_internet _policy_privatetraffic
""")
    | {
        name.casefold()
        for cloud in endpoints.CLOUDS.values()
        for name in (*cloud.names, *cloud.legacy_names, cloud.name, cloud.cli_name)
    }
    | {name.casefold() for name in (*endpoints.RETIRED_NAMES, *endpoints.KNOWN_OTHER)}
    | {"time.windows.com"}
)

# The ends of known host names, which a masked name may share: core.windows.net, windows.net, net.
ENDINGS = frozenset(
    ".".join(name.split(".")[at:]) for name in NAMES if name[-1].isalpha() for at in range(1, name.count(".") + 1)
) - {"net", "com", "cn", "de"} | {"trafficmanager.net", "cloudapp.azure.com", "cloudapp.net"}
LABELS = frozenset({"*", "_vlmcs", "_tcp", "net", "com", "org", "cn", "de", "local", "internal", "kms", "www"})

# Words as values, without case: enumerations, editions, registry and file places, services, protocols.
WORDS = _words("""
true false null any all none enabled * allow deny block bypass alwaysallow inbound outbound in out tcp udp icmp esp ah http https mssql
active invalid user default virtualnetworkgateway vnetlocal vnetpeering virtualappliance internetdrop
virtualnetworkserviceendpoint connected initiated disconnected fullyinsync localnotinsync remotenotinsync succeeded failed updating
deleting creating provisioned provisioning standard basic premium regional global static dynamic ipv4 ipv6 ipprefix servicetag custom
networkrule applicationrule natrule networkrulecollection firewallpolicyfilterrulecollection firewallpolicynatrulecollection alert off
azfw_vnet azfw_hub routebased policybased vpn expressroute securityadmin uniform flexible loadbalancer outboundnat
ianaprivateranges kms list get ask
fulllanguage constrainedlanguage restrictedlanguage nolanguage unreachable failed not_asked auto documented configured learnt
discovered dns cached product global policy host effective kms_host operating system windows server microsoft datacenter standard
essentials azure edition enterprise professional pro education home evaluation eval ltsc iot core hotpatch multi-session
virtual desktops for the and version operating volume_kmsclient volume_kms volume_mak retail oem oem_slp oem_coa_slp oem_dm avma
virtual_machine_activation timebased_eval channel volume:gvlk volume:mak volume:csvlk retail:tb:eval oem:dm oem:slp oem:coa
oem:nonslp running stopped startpending stoppending paused automatic manual disabled ntp nt5ds nosync allsync domainauthenticated
domain private public a srv cname ok timeout error http chain-incomplete not-applicable partialchain untrustedroot revoked nottimevalid
notsignaturevalid revocationstatusunknown offlinerevocation binary string multistring expandstring dword qword
microsoftwindowsserver microsoftwindowsdesktop windowsserver windows-10 windows-11 windows_server windows_client office-365
cn o c metadata.azure.com metadata.azure.us metadata.azure.cn corporation digicert inc global root g2 ca tls rsa ecc issuing azure
hkey_local_machine hkey_users software nt currentversion softwareprotectionplatform policies protection platform s-1-5-20 system
currentcontrolset services sharedaccess parameters firewallpolicy firewallrules windowsfirewall domainprofile standardprofile
publicprofile privateprofile w32time timeproviders vmictimeprovider ntpclient internet settings connections winhttpsettings
activation application log system32 syswow64 spp store 2.0 tokens.dat c: d: %systemroot% %programfiles% windowspowershell
powershell.exe pwsh.exe wsmprovhost.exe sppsvc.exe svchost.exe sppsvc mpssvc w32time keyiso clipsvc dnscache winmgmt rpcss
win32_operatingsystem win32_computersystem softwarelicensingproduct softwarelicensingservice get-cimclass get-ciminstance get-service
get-netroute get-netconnectionprofile get-dnsclientserveraddress get-timezone get-uiculture whoami.exe resolve-dnsname imds
name desc action active dir protocol profile app svc lport rport rport2_10 lport2_10 ra4 ra6 la4 la6 ra42 ra62 la42 if iftype embedctxt
ttk apppkgid edge platform localsubnet localsubnet6 dhcp wins defaultgateway rpc rpc-epmap teredo ply2me hr
nomatchingeventsfound pathnotfound cmdletizationquery_notfound noservicefoundforgivenname timedout notread cutoff hresult
unauthorizedaccess unauthorizedaccessexception permissiondenied accessdenied getcontentreadererror itemdoesnotexist filenotfound
methodinvocationnotsupportedinconstrainedlanguage cannotcreatetypeconstrainedlanguage
constructorinvokedthrowexception r r2 utc iptlsout iphttpsout iphlpsvc oem_coa_nslp vt:ia ruleid appid skuid autoactivate
autoactivatesilent datacenter: add-on esu
himds notreadintime scriptcontainedmaliciouscontent soa answer authority additional observed not_restored skipped not_simulated unanswered notsimulated
dnsclient_import net_import runspace licence_query key_refused activate_failure tokens_file firewall_rules firewall_block
connect_codes dns_codes w32tm_resync amsi event_forms imds_headers date
""") | {key.edition_id.casefold() for key in client_keys.KEYS} | {name.casefold() for name in error_codes.DNS_ERROR_IDS} | {
    "serverrdsh", "serverdatacentereval", "serverstandardeval", "serverturbine", "enterpriseeval", "serverdatacenter", "serverstandard",
}  # fmt: skip

WORDS |= set(evidence.SECTIONS) | {cloud.cli_name.casefold() for cloud in endpoints.CLOUDS.values()}

# Resource Manager's error codes and this collection's own.
ERROR_CODE = re.compile(r"[A-Z][A-Za-z]{2,60}", re.ASCII)
GUIDS = frozenset({license_enums.WINDOWS_APPLICATION_ID.casefold(), "00000000-0000-0000-0000-000000000000"})
PARTIAL_KEYS = frozenset(key.partial.upper() for key in client_keys.KEYS)

# Forms that hold no name: codes, small numbers, ports, times, versions, types, RBAC actions, cultures, exception types.
SHAPES = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"-?\d{1,10}",
        r"0x[0-9a-fA-F]{1,8}",
        r"\d{1,5}-\d{1,5}",
        r"\d{1,4}[/-]\d{1,2}[/-]\d{1,4}",
        r"\d{1,2}:\d{2}(:\d{2})?",
        r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?(Z|[+-]\d\d:\d\d)?",
        r"v?\d{1,5}(\.\d{1,5}){1,3}",
        r"W/",
        r"[a-z]{2,3}-([A-Z][a-z]{3}-)?[A-Z]{2}",
        r"(PowerState|ProvisioningState)/[A-Za-z]+",
        r"Microsoft(\.[A-Za-z]+)+(/[A-Za-z]+)+",
        r"(System|Microsoft)(\.[A-Za-z0-9]+){1,6}",
        r"(DNS|WSA|ERROR)[A-Z]*(_[A-Z0-9]+)*",
        r"VOLUME_KMS(_[A-Z0-9]+)?",
        r"\d{4}-(r2-)?datacenter(-[a-z0-9]+)*",
        r"win1[01]-\d\dh\d(-[a-z0-9]+)*",
        r"[-:?.!&%*+@#~/]+",
        r"\d{1,3}:",
        r"http-\d{3}",
        r"@[A-Za-z]+\.dll",
        r"-\d{1,6}",
    )
)
