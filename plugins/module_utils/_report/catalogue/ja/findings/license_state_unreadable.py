# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding license-state-unreadable in Japanese."""

NAME = "ライセンス状態を読み取れない"
SUBJECT = "ライセンス"
TEXTS = {
    "error": "Windows からライセンスの状態を取得できませんでした ({reason})。原因を解消し、再度診断してください。",
    "rights": "管理者にもライセンスの状態の読み取りが拒否されています ({reason})。ライセンス サービスに権限を戻し、再度診断してください。",
    "waited": "ライセンスの状態を時間内に読み取れませんでした ({seconds} 秒待機)。probe_timeout を大きくし、再度診断してください。",
    "skipped": "ライセンスのセクションが収集されていません。gather_subset に license を追加し、再度診断してください。",
    "state": "Windows が報告したライセンス状態 {status} は未知の値です。ライセンス認証されているかを VM で確認してください。",
    "age": "Windows はライセンス済みと報告していますが、期限が不明です。更新されるかを VM で確認してください。",
    "no_reason": "製品の情報を読み取れませんでした",
}
STEPS = {
    "longer": "probe_timeout を 20 以上に設定します (プローブはその 3 倍の時間待機します)",
    "ask": "Windows に直接問い合わせます",
    "account": "管理者権限のあるアカウントを使用します",
    "repository": "クラスがない、または壊れている場合は、WMI のリポジトリを確認します",
    "salvage": "リポジトリに不整合がある場合は修復します",
}
