# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding stale-kms-routes in Japanese."""

NAME = "KMS 用ルートが古い"
SUBJECT = "KMS 用のルート"
TEXTS = {
    "found": "KMS 用のルートが古い、または誤ったアドレス ({stale}) 宛てのため、{addresses} への通信は{route} を通ります。現在のアドレスへのルートを追加してください。",
    "harmless": "ルート テーブルに、古い、または誤った KMS のアドレス ({stale}) 宛てのルートがあります。現在のアドレスへのルートに置き換えてください。",
    "unnamed": "現在は使用されていないもの",
}
STEPS = {
    "add": "現在の KMS のアドレスごとにルートを 1 つずつ追加します (プレフィックス <address>/32、次ホップ Internet)",
    "remove": "その後、古いルートを削除します (20.118.99.244 は 20.118.99.224 の誤記です)",
}
