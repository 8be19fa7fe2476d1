# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding activated in Japanese."""

NAME = "認証済み"
SUBJECT = "ライセンス"
TEXTS = {
    "kms": "KMS でライセンス認証済みです (最終更新 {age}前)。対処は不要です。",
    "other_kms": "Windows は Azure の KMS ではない {host} でライセンス認証済みです (最終更新は {age}前)。意図した構成であれば対処は不要です。",
    "directory": "Active Directory によりライセンス認証済みです (最終更新 {age}前)。対処は不要です。",
    "permanent": "Windows は「{channel}」により永続的にライセンス認証されているため、KMS は関係しません。",
    "unknown_channel": "Windows は無期限でライセンス認証済みと報告していますが、チャネル ({channel}) は未知のものです。",
    "perhaps": "Windows はライセンス認証済みですが、次の問題により次回の更新に失敗する可能性があります: {title}",
    "at_risk": "Windows はライセンス認証済みですが、次の問題を解消しないと次回の更新に失敗します: {title}",
}
