# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding azure-edition-attestation in Japanese."""

NAME = "Azure Edition の構成証明"
SUBJECT = "Azure Edition の構成証明"
TEXTS = {
    "chain": "証明書 ({issuer}) がないため、Azure Edition が Azure 上で動作していることを確認できません。証明書をインストールするか、ゲストがダウンロードできるようにしてください。",
    "imds": "Instance Metadata Service ({status}) が応答しないため、Azure Edition が Azure 上で動作していることを確認できません。ゲストから 169.254.169.254 への通信を許可してください。",
    "error": "Azure Edition が Azure 上で動作していることを確認できない可能性があります ({status})。構成証明済みドキュメントを確認してください。",
    "proxy": "Azure Edition は、バイパスのないプロキシ {proxy} を介して Instance Metadata Service に問い合わせている可能性があります。169.254.169.254 をバイパス リストに追加してください。",
    "unnamed": "発行元不明",
    "unreachable": "構成証明済みドキュメントを取得できません",
}
STEPS = {
    "bypass": "Instance Metadata Service をバイパス リストに追加します (既存の項目は残します)",
    "source": "Instance Metadata Service は最初のアドレスにのみ応答するため、{address} を送信元から除外します",
    "direct": "ゲストがプロキシを介さずに 169.254.169.254 に到達できるようにします (ホスト ルート、プロキシのバイパス リスト、通信を横取りするアプライアンスを確認)",
    "download": "ゲストから次のホストへの TCP 80 を許可します: {names}",
    "certificate": "または、不足している中間証明書を https://learn.microsoft.com/azure/security/fundamentals/azure-ca-details からインストールします",
    "update": "最新の累積更新プログラム (KB5036909 以降) をインストールします",
    "verify": "Azure Edition に再度確認させてから、サインアウトまたは再起動します",
    "leave": "KMS は原因ではないため、KMS の設定は変更しないでください",
}
