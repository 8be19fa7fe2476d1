# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding kms-host-not-set in Japanese."""

NAME = "KMS ホストが未設定"
SUBJECT = "KMS ホスト"
TEXTS = {
    "found": "KMS ホストが設定されておらず、DNS にも登録がありません。KMS ホストを {target} に設定し、ライセンス認証を実行してください。",
    "dns_unread": "KMS ホストが設定されておらず、DNS に登録があるかどうかは読み取れませんでした。KMS ホストを {target} に設定し、ライセンス認証を実行してください。",
}
