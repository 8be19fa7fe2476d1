# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What several findings and the diagnosis as a whole say, in Japanese, by the ids of their messages."""

from __future__ import annotations

MESSAGES = {
    "known_host.20.118.99.244": "旧ドキュメントにある 20.118.99.224 の誤記",
    "known_host.kms.windows.googlecloud.com": "Google Cloud の KMS (gcpdiag WARN/2022_012)",
    "known_host.35.190.247.13": "Google Cloud の KMS (gcpdiag WARN/2022_012)",
    "known_host.169.254.169.250": "Amazon EC2 の KMS (EC2Config サービス)",
    "known_host.169.254.169.251": "Amazon EC2 の KMS (EC2Config サービス)",
    "known_host.fd00:ec2::250": "Amazon EC2 の KMS (EC2Config サービス)",
    "channel.mak": "マルチ ライセンス認証キー (MAK)",
    "channel.retail": "リテール キー",
    "channel.oem": "OEM キー",
    "channel.avma": "Hyper-V 仮想マシン用キー (AVMA)",
    "channel.kms_host": "KMS ホスト キー",
    "azure.kms": "Azure の KMS",
    "azure.some_rule": "規則",
    "azure.some_hop": "(次ホップ)",
    "azure.some_route": "ルート",
    "azure.rule": "規則 {name}",
    "azure.route": "ルート {name} ({hop})",
    "engine.skipped": "{subject}は未確認です。{need} を収集していません。",
    "engine.unknown": "{subject}を確認できませんでした。{need} を読み取れません。",
    "engine.raised": "{subject}を確認できませんでした。チェック自体が失敗しており、コレクションの不具合です。",
    "engine.no_verdict": "チェック自体が失敗したため判定できません。コレクションの不具合です。",
    "engine.step.in_azure": "メタデータ サービスが応答せず、以降の手順は Azure の VM にだけ当てはまるため、先に Azure の VM であることを確認します",
    "engine.either": "{first} または {rest}",
    "private_zone.step.hides": "プライベート DNS ゾーン {zone} に {name} のレコード (Azure の KMS のアドレス) を追加するか、仮想ネットワーク {network} へのリンクを解除します",
    "dns_forwarding.step.sends": (
        "仮想ネットワーク {network} からの問い合わせは、DNS 転送ルールセット {ruleset} のルール {rule} により {servers} に転送されるため、"
        "{servers} が {name} を解決できるようにするか、ルールの対象を絞ります"
    ),
    "key.step.no_key_here": "評価版またはマルチセッションのエディションのため、キーをインストールしないでください",
    "key.step.redeploy": "正常なイメージから VM を再デプロイします",
    "key.step.known": "{title} の KMS クライアント セットアップ キー (末尾 {partial}、一覧 {url}) をインストールします",
    "key.step.unknown": "エディション (レジストリの EditionID) と、その KMS クライアント セットアップ キー ({url}) を確認します (評価版とマルチセッションのエディションにはインストールしないでください)",
    "key.step.unpublished": "このエディションとビルドの KMS クライアント セットアップ キーは公開されていないため、Azure の KMS で認証できるエディションを使用します",
    "rule.step.activate": "ライセンス認証を実行します (KMS の混雑は珍しくないため、5 秒間隔で最大 12 回)",
    "rule.step.set_host": "KMS ホストを設定します",
    "rule.step.again": "再度診断します",
}
