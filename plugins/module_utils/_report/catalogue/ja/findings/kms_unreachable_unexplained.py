# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding kms-unreachable-unexplained in Japanese."""

NAME = "KMS に到達できない (原因は未確認)"
SUBJECT = "KMS への接続"
TEXTS = {
    "silent": "ゲストから Azure の KMS の TCP {port} に到達できませんが、取得できた情報では原因がわかりません。Azure から出るまでのどこで通信が破棄されているかを調べてください。",
    "answered": "経路上の機器が Azure の KMS の代わりに TCP {port} に応答しています。該当するファイアウォールまたはプロキシを特定し、検査せずに TCP のまま通してください。",
    "partly": "ゲストは Azure の KMS のアドレスの一部にしか到達できません。{dead} への TCP {port} も許可してください。",
    "events": "ゲストの直近の試行に KMS からの応答がなく、接続もテストできませんでした。ゲストから TCP {port} をテストしてください。",
}
STEPS = {
    "azure": "ルート、規則、送信方法が未確認のため、Azure の資格情報を指定して再度診断します",
    "test": "ゲストからポートをテストします (ポートが開いているだけでは KMS の応答とは限りません)",
    "hops": "経路を順に確認します (セキュリティ規則、ルート テーブル、Azure Firewall、アプライアンス、送信方法。Azure Firewall にはアプリケーション規則ではなくネットワーク規則が必要です)",
    "egress": "{addresses} への TCP {port} の送信を許可し、Azure のパブリック IP アドレスから出るようにします",
}
