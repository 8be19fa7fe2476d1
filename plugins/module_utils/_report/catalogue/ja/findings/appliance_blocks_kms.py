# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding appliance-blocks-kms in Japanese."""

NAME = "仮想アプライアンスが KMS を遮断"
SUBJECT = "経路上の仮想アプライアンス"
TEXTS = {
    "found": "{addresses} への通信は仮想アプライアンス {hop} を経由しており、そこで遮断されている可能性が高いです。TCP 1688 を許可するか、KMS のアドレスへの通信を迂回させてください。",
    "refused": "KMS はゲストに応答していますがライセンス認証は行われず、通信は仮想アプライアンス {hop} を経由しています。Azure のパブリック IP アドレスから出るようにするか、KMS のアドレスへの通信を迂回させてください。",
}
STEPS = {
    "log": "アプライアンスのログで TCP 1688 の破棄を確認し、検査せずに TCP のまま通すようにします",
    "around": "または、アプライアンスを迂回するルートを KMS のアドレスごとに 1 つずつ追加します (次ホップ Internet)",
    "egress": "通信が Azure のパブリック IP アドレスから出ることを確認します",
}
