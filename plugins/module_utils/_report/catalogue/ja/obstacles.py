# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a repair is not done, in Japanese, by the ids of the messages."""

from __future__ import annotations

MESSAGES = {
    "obstacle.guest_unasked": "ゲストに接続できませんでした",
    "obstacle.outside_azure": "Azure 上のマシンであることを確認できません。remediate_outside_azure: true を指定した場合に限り変更します",
    "obstacle.subscription": "リテール キーはサブスクリプションのものである可能性があります。remediate_convert_key: true を指定した場合に限り置き換えます",
    "obstacle.nothing_due": "変更するものがありません",
    "obstacle.stays": "{finding} が解消されないため、ライセンス認証は引き続き失敗します",
    "obstacle.only_possible": "確度が「可能性あり」にとどまるため、自動では修復しません",
    "obstacle.no_target": "Azure から読み取った情報では、変更対象のリソースを特定できません",
    "obstacle.parent_denies": "親ポリシー {policy} の規則 {rule} が拒否しています。親の規則はこのポリシーのどの規則よりも先に評価されるため、親の管理者による変更が必要です",
    "obstacle.tag_denied": "規則 {rule} がサービス タグ AzurePlatformLKM を拒否しています。ライセンス認証を止める意図で作成されたものなので、規則の管理者が削除する必要があります",
    "obstacle.basic_resources": "サブネットに Basic SKU のリソース ({names}) があり、Azure では NAT ゲートウェイと併用できません。先に Standard SKU へアップグレードしてください",
    "obstacle.rule_by_policy": "規則 {names} はグループ ポリシーによるもので、ポリシーの管理者だけが変更できます",
    "obstacle.no_local_rules": "グループ ポリシーがローカルのファイアウォール規則を無視する (AllowLocalPolicyMerge) ため、規則を追加しても効果がありません",
    "obstacle.rule_blocks": "規則 {names} がブロックしています。remediate_disable_blocking_firewall_rules: true を指定した場合に限り無効にします",
    "obstacle.firewall_unread": "ゲストのファイアウォールを読み取れませんでした",
    "obstacle.no_rule_found": "ゲストのファイアウォールに、ブロックする規則は見つかりませんでした",
}
