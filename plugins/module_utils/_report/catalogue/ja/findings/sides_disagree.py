# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding sides-disagree in Japanese."""

NAME = "ゲストと Azure の結果が不一致"
SUBJECT = "ゲストと Azure の結果の一致"
TEXTS = {
    "found": "Azure の設定では KMS への通信が遮断されるはずですが ({causes})、ゲストからは到達できているため、ゲストの結果を採用します。下に示す Azure の構成を確認してください。",
}
STEPS = {
    "compare": "NIC の有効なルートとセキュリティ規則を、この根拠と比較します (数分前に変更された可能性があります)",
    "report": "一致しない点を、この根拠とともにコレクションの作成者に報告します",
}
