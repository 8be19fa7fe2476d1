# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding route-blackhole in Japanese."""

NAME = "ルートの行き先がない"
SUBJECT = "通信を破棄するルート"
TEXTS = {
    "found": "{addresses} への通信が{route} で破棄されています。ルートを修正するか、KMS のアドレスへのインターネット向けルートを追加してください。",
}
STEPS = {
    "route": "ルートを修正するか、KMS のアドレスごとにルートを 1 つずつ追加します (プレフィックス <address>/32、次ホップ Internet)",
    "appliance": "次ホップがアプライアンスの場合は、存在し、動作し、転送していることを確認します (NIC の IP 転送)",
}
