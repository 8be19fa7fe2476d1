# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding no-outbound-path in Japanese."""

NAME = "送信経路がない"
SUBJECT = "送信方法"
TEXTS = {
    "found": "VM に送信方法がないため、{addresses} に到達できません。サブネットに NAT ゲートウェイを関連付けてください。",
}
STEPS = {
    "attach": "サブネットに NAT ゲートウェイを関連付けます (時間とデータ量、および Standard パブリック IP に課金。サブネットのすべての VM がそのアドレスから送信し、以下の方法より優先されます)",
    "balancer": "または、Standard パブリック ロード バランサーにアウトバウンド規則を追加します (規則とデータ量に課金。バックエンド プールの VM だけが対象で、ポートを分け合います)",
    "address": "または、NIC に Standard パブリック IP を割り当てます (VM ごとに時間で課金。ネットワーク セキュリティ グループで防がない限り、外部から VM に到達できるようになります)",
    "firewall": "または、Azure にパブリック IP を持つファイアウォールへ通信をルーティングします (既存のものなら追加の課金なし。そのルートの通信はすべて規則を通るため、TCP 1688 を許可する必要があります)",
    "routes": "インターネット向けのルートだけに頼らないでください (プライベート サブネットや内部ロード バランサーの配下では効果がありません)",
}
