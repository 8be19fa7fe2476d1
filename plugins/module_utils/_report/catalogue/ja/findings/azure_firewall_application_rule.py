# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding azure-firewall-application-rule in Japanese."""

NAME = "Azure Firewall: ルールの種類が不適切"
SUBJECT = "KMS に対するアプリケーション規則"
TEXTS = {
    "found": "TCP 1688 に一致するのがアプリケーション規則だけのため、Azure Firewall {hop} が TCP 1688 の接続を自ら受け付け、KMS に転送していません。KMS のアドレスへの TCP 1688 を許可するネットワーク規則を追加してください。",
}
STEPS = {
    "add": "ネットワーク規則を追加します (プロトコル TCP、ポート 1688、宛先は KMS のアドレス、ソースは VM のサブネット。ネットワーク規則はアプリケーション規則より先に処理されます)",
    "remove": "アプリケーション規則からポート 1688 を削除します",
}
