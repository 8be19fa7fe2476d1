# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding nsg-denies-kms in Japanese."""

NAME = "セキュリティ規則が KMS を拒否"
SUBJECT = "セキュリティ規則"
TEXTS = {
    "found": "{rule} により {addresses} への TCP 1688 が遮断されています。それより優先度の数値が小さい送信の許可規則を追加してください。",
}
STEPS = {
    "allow": "拒否している規則より優先度の数値が小さい送信セキュリティ規則を追加します (許可、TCP、ポート 1688、宛先は KMS のアドレス)",
    "admin": "セキュリティ管理規則はすべてのネットワーク セキュリティ グループより優先されるため、ネットワーク マネージャー側で変更します",
    "tag": "サービス タグ AzurePlatformLKM の拒否規則は、Azure に組み込まれたライセンス認証用の規則を無効にするため、削除します",
}
