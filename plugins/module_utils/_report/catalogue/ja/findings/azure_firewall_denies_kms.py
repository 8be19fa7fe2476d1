# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding azure-firewall-denies-kms in Japanese."""

NAME = "Azure Firewall が KMS を拒否"
SUBJECT = "経路上の Azure Firewall"
TEXTS = {
    "found": "Azure Firewall {hop} が {addresses} への通信を遮断しています。KMS のアドレスへの TCP 1688 を許可するネットワーク規則を追加してください。",
}
STEPS = {
    "add": "ネットワーク規則を追加します (プロトコル TCP、ポート 1688、宛先は KMS のアドレス、ソースは VM のサブネット。親ポリシーの規則が先に処理されます)",
    "before": "優先度の高い規則コレクションや脅威インテリジェンスが先に拒否していないことを確認します",
}
