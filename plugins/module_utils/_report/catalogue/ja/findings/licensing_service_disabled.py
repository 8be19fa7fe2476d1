# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding licensing-service-disabled in Japanese."""

NAME = "ライセンス サービスが無効"
SUBJECT = "ライセンス サービス"
TEXTS = {
    "disabled": "ライセンス サービス (sppsvc) が無効です。自動 (遅延開始) に戻し、ライセンス認証を実行してください。",
    "absent": "ライセンス サービス (sppsvc) がインストールされていません。Windows を修復するか、正常なイメージから VM を再デプロイしてください。",
    "code": "ライセンス サービス (sppsvc) を開始できません ({code})。修復し、ライセンス認証を実行してください。",
}
STEPS = {
    "set": "スタートアップの種類を設定します",
    "start": "サービスを開始します (アイドル時は自動的に停止します。開始できない場合は RpcSs を確認)",
    "find": "無効にした原因 (セキュリティ ベースラインやポリシー) を特定します。放置すると再び無効になります",
}
