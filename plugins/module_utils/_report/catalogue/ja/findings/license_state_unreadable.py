# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding license-state-unreadable in Japanese."""

NAME = "ライセンス状態を読み取れない"
SUBJECT = "ライセンス"
TEXTS = {
    "error": "Windows からライセンスの状態を取得できませんでした。失敗の原因を解消し、再度診断してください: {reason}。",
    "rights": "管理者にもライセンスの状態の読み取りが拒否されています: {reason}。ライセンス サービスに権限を戻し、再度診断してください。",
    "skipped": "ライセンスの状態を調査していないため、何も判断できません。セクション license も収集してください。",
    "state": "Windows が報告したライセンス状態 {status} は未知の値のため、ライセンス認証されているか判断できません。VM で確認してください。",
    "age": "Windows はライセンス済みと報告していますが期限が不明なため、更新されるか判断できません。VM で確認してください。",
    "no_reason": "製品の情報を読み取れませんでした",
}
STEPS = {
    "ask": "Windows に直接問い合わせます",
    "account": "管理者権限のあるアカウントを使用します",
    "repository": "クラスがない、または壊れている場合は、WMI のリポジトリを確認します",
    "salvage": "リポジトリに不整合がある場合は修復します",
}
