# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding activated in Japanese."""

NAME = "認証済み"
SUBJECT = "ライセンス"
TEXTS = {
    "kms": "Windows は KMS でライセンス認証済みで、最終更新は {age}前です。対処は不要です。",
    "other_kms": "Windows は Azure の KMS ではない {host} でライセンス認証済みで、最終更新は {age}前です。意図した構成であれば対処は不要です。",
    "directory": "Windows は Active Directory によりライセンス認証済みで、最終更新は {age}前です。対処は不要です。",
    "permanent": "Windows は「{channel}」により永続的にライセンス認証されています。KMS は関係しないため、対処は不要です。",
    "unknown_channel": "Windows は永続的なライセンスを報告していますが、そのチャネル ({channel}) は未知のものです。VM でライセンスの取得元を確認してください。",
    "perhaps": "Windows はライセンス認証済みですが、次回の更新は失敗する可能性があります。先に次の問題を確認してください: {title}",
    "at_risk": "Windows はライセンス認証済みですが、次回の更新は失敗します。先に次の問題を解消してください: {title}",
}
