# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the probe asks for by name: properties of the licensing classes and fields of the instance metadata."""

from __future__ import annotations

PRODUCT = (
    "ID",
    "Name",
    "Description",
    "ApplicationID",
    "PartialProductKey",
    "ProductKeyChannel",
    "LicenseFamily",
    "LicenseIsAddon",
    "LicenseStatus",
    "LicenseStatusReason",
    "GracePeriodRemaining",
    "EvaluationEndDate",
    "VLActivationInterval",
    "VLRenewalInterval",
    "VLActivationType",
    "VLActivationTypeEnabled",
    "KeyManagementServiceMachine",
    "KeyManagementServicePort",
    "KeyManagementServiceLookupDomain",
    "DiscoveredKeyManagementServiceMachineName",
    "DiscoveredKeyManagementServiceMachinePort",
    "DiscoveredKeyManagementServiceMachineIpAddress",
    "KeyManagementServiceProductKeyID",
    "GenuineStatus",
    "ADActivationObjectName",
    "ADActivationObjectDN",
    "ADActivationCsvlkPid",
    "ADActivationCsvlkSkuId",
)
SERVICE = (
    "Version",
    "ClientMachineID",
    "KeyManagementServiceMachine",
    "KeyManagementServicePort",
    "KeyManagementServiceLookupDomain",
    "KeyManagementServiceHostCaching",
    "DiscoveredKeyManagementServiceMachineName",
    "DiscoveredKeyManagementServiceMachinePort",
    "DiscoveredKeyManagementServiceMachineIpAddress",
    "VLActivationTypeEnabled",
    "RemainingWindowsReArmCount",
    "IsKeyManagementServiceMachine",
    "PolicyCacheRefreshRequired",
)
COMPUTE = (
    "azEnvironment",
    "vmId",
    "resourceId",
    "name",
    "location",
    "licenseType",
    "offer",
    "publisher",
    "sku",
    "subscriptionId",
    "resourceGroupName",
    "vmScaleSetName",
)
