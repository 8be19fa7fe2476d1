# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding forced-tunneling in Japanese."""

NAME = "強制トンネリング"
SUBJECT = "強制トンネリング"
TEXTS = {
    "found": "{addresses} への通信が Azure からではなく{route} を通って出ており、そこからでは KMS を利用できません。KMS のアドレスへのインターネット向けルートを追加してください。",
    "refused": "KMS はゲストに応答していますが、Azure からの要求しか受け付けず、{addresses} への通信は{route} を通って出ています。KMS のアドレスへのインターネット向けルートを追加してください。",
}
STEPS = {
    "route": "サブネットのルート テーブルに、KMS のアドレスごとにルートを 1 つずつ追加します (プレフィックス <address>/32、次ホップ Internet。プレフィックスが長いため既定のルートより優先されます)",
    "egress": "サブネットに固有の送信方法 (NAT ゲートウェイ、パブリック IP アドレス、またはロード バランサーのアウトバウンド規則) があることを確認します (プライベート サブネットではルートだけでは効果がありません)",
    "activate": "ゲストで再度ライセンス認証を実行します",
}
