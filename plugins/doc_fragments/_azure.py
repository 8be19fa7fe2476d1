# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options shared by every module that talks to Azure Resource Manager."""

from __future__ import annotations


class ModuleDocFragment:
    """Credential options with the names of azure.azcollection."""

    DOCUMENTATION = r"""
options:
  auth_source:
    description:
      - Where the identity comes from.
      - V(auto) takes the first of module options, environment variables, C(~/.azure/credentials) and the Azure CLI that names one.
      - V(env) reads the environment variables only, V(credential_file) the profile only, V(cli) asks C(az),
        V(msi) uses the managed identity of the controller.
      - The default is V(auto), or the environment variable E(ANSIBLE_AZURE_AUTH_SOURCE).
    type: str
    choices: [auto, cli, credential_file, env, msi]
  profile:
    description:
      - Section of C(~/.azure/credentials) to use, by default C(default), or the environment variable E(AZURE_PROFILE).
    type: str
  subscription_id:
    description:
      - Subscription that is read in addition to those named by resource ids.
      - Falls back to the environment variable E(AZURE_SUBSCRIPTION_ID).
    type: str
  client_id:
    description:
      - Application id of the service principal, or client id of a user-assigned managed identity.
      - Falls back to the environment variable E(AZURE_CLIENT_ID).
    type: str
  secret:
    description:
      - Client secret of the service principal, or the password of O(x509_certificate_path).
      - Falls back to the environment variables E(AZURE_SECRET) and E(AZURE_CLIENT_SECRET).
    type: str
  tenant:
    description:
      - Tenant of the identity. Falls back to the environment variables E(AZURE_TENANT) and E(AZURE_TENANT_ID).
    type: str
  ad_user:
    description:
      - User name, to sign in as a user. Needs O(password), O(client_id) and O(tenant).
      - Falls back to the environment variable E(AZURE_AD_USER).
    type: str
  password:
    description:
      - Password of O(ad_user). Falls back to the environment variable E(AZURE_PASSWORD).
    type: str
  cloud_environment:
    description:
      - V(AzureCloud), V(AzureUSGovernment), V(AzureChinaCloud), or the https address of a Resource Manager whose metadata describes the cloud.
      - The default is V(AzureCloud), or the environment variable E(AZURE_CLOUD_ENVIRONMENT).
    type: str
  cloud_hosts:
    description:
      - Hosts, without scheme and port, that the metadata of O(cloud_environment) may name beside those of its own domain and of the public
        clouds. They get the sign-in or the token.
      - Falls back to the environment variable E(AZURE_CLOUD_HOSTS), in which commas separate them.
    type: list
    elements: str
  adfs_authority_url:
    description:
      - Authority to sign in at instead of the cloud's own. Falls back to the environment variable E(AZURE_ADFS_AUTHORITY_URL).
    type: str
  cert_validation_mode:
    description:
      - V(ignore) switches the verification of TLS certificates off, which also exposes the credentials. Prefer O(ca_path).
      - The default is V(validate), or the environment variable E(AZURE_CERT_VALIDATION_MODE).
    type: str
    choices: [ignore, validate]
  x509_certificate_path:
    description:
      - PEM or PFX file with the certificate and private key of the service principal.
      - Falls back to the environment variable E(AZURE_X509_CERTIFICATE_PATH).
    type: path
  thumbprint:
    description:
      - Accepted for compatibility with azure.azcollection. The thumbprint is read from the certificate itself.
    type: str
  disable_instance_discovery:
    description:
      - Do not ask the public cloud whether the authority is known. Always so for a cloud given by address.
      - Falls back to the environment variable E(AZURE_DISABLE_INSTANCE_DISCOVERY).
    type: bool
  ca_path:
    description:
      - PEM file with the certificate authorities to trust, for example of a TLS inspecting proxy.
      - Falls back to the environment variable E(AZURE_CA_PATH). The variable E(REQUESTS_CA_BUNDLE) works as well.
    type: path
requirements:
  - python >= 3.10
  - azure-identity >= 1.19.0
  - azure-mgmt-network >= 28.0.0
notes:
  - No resource provider is ever registered. A module of this collection that reads sends no write.
"""
