# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of the CIM classes and properties a world may give; any other pasted property is kept as well."""

from __future__ import annotations

import typing as t

from tests.lab.world import checks
from tests.lab.world.checks import At

_KMS_HOST = """
    KeyManagementServiceCurrentCount KeyManagementServiceFailedRequests KeyManagementServiceLicensedRequests
    KeyManagementServiceLookupDomain KeyManagementServiceMachine KeyManagementServiceNonGenuineGraceRequests
    KeyManagementServiceNotificationRequests KeyManagementServiceOOBGraceRequests KeyManagementServiceOOTGraceRequests
    KeyManagementServicePort KeyManagementServiceProductKeyID KeyManagementServiceTotalRequests
    KeyManagementServiceUnlicensedRequests IsKeyManagementServiceMachine RequiredClientCount
    DiscoveredKeyManagementServiceMachineIpAddress DiscoveredKeyManagementServiceMachineName
    DiscoveredKeyManagementServiceMachinePort VLActivationTypeEnabled TokenActivationILID TokenActivationILVID
    TokenActivationCertificateThumbprint TokenActivationGrantNumber TokenActivationAdditionalInfo
"""
CLASSES: t.Mapping[str, frozenset[str]] = {
    name: frozenset(properties.split())
    for name, properties in {
        "SoftwareLicensingProduct": f"""{_KMS_HOST}
            ADActivationCsvlkPid ADActivationCsvlkSkuId ADActivationObjectDN ADActivationObjectName ApplicationID
            AutomaticVMActivationHostDigitalPid2 AutomaticVMActivationHostMachineName
            AutomaticVMActivationLastActivationTime Description EvaluationEndDate ExtendedGrace GenuineStatus
            GracePeriodRemaining IAID ID LicenseDependsOn LicenseFamily LicenseIsAddon LicenseStatus LicenseStatusReason
            MachineURL Name OfflineInstallationId PartialProductKey ProcessorURL ProductKeyChannel ProductKeyID
            ProductKeyID2 ProductKeyURL RemainingAppReArmCount RemainingSkuReArmCount TrustedTime UseLicenseURL
            ValidationURL VLActivationInterval VLActivationType VLRenewalInterval""",
        "SoftwareLicensingService": f"""{_KMS_HOST}
            ClientMachineID KeyManagementServiceDnsPublishing KeyManagementServiceHostCaching
            KeyManagementServiceListeningPort KeyManagementServiceLowPriority KeyManagementServiceActivationDisabled
            OA2xBiosMarkerMinorVersion OA2xBiosMarkerStatus OA3xOriginalProductKey OA3xOriginalProductKeyDescription
            OA3xOriginalProductKeyPkPn PolicyCacheRefreshRequired RemainingWindowsReArmCount Version""",
        "Win32_OperatingSystem": """BuildNumber BuildType Caption CodeSet CountryCode CSDVersion CSName
            CurrentTimeZone InstallDate LastBootUpTime LocalDateTime Locale Manufacturer MUILanguages Name
            OperatingSystemSKU Organization OSArchitecture OSLanguage OSProductSuite OSType ProductType
            RegisteredUser SerialNumber Status SystemDirectory SystemDrive Version WindowsDirectory""",
        "Win32_ComputerSystem": """Caption DNSHostName Domain DomainRole Manufacturer Model Name PartOfDomain
            SystemType TotalPhysicalMemory UserName Workgroup""",
    }.items()
}
DATES = frozenset(
    {
        "EvaluationEndDate", "TrustedTime", "AutomaticVMActivationLastActivationTime", "InstallDate",
        "LastBootUpTime", "LocalDateTime",
    }
)  # fmt: skip
# What a paste of Get-CimInstance carries beside the properties.
DROPPED = frozenset({"cimclass", "ciminstanceproperties", "cimsystemproperties", "pscomputername"})


def class_name(name: str, at: At) -> str:
    """Return a class name in CIM's own spelling; other classes are let through unless the name looks mistyped."""
    return checks.spelled(name, CLASSES, at)


def property_name(class_: str, name: str, at: At) -> str:
    """Return a property name in CIM's own spelling, in the same way."""
    return checks.spelled(name, CLASSES.get(class_, ()), at)
