# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding licensing-rights-missing in Japanese."""

NAME = "ライセンス サービスの権限不足"
SUBJECT = "ライセンス サービスの権限"
TEXTS = {
    "found": "ライセンス サービス (sppsvc) のアクセスが拒否されています ({code})。必要な権限を戻し、ライセンス認証を実行してください。",
    "unproven": "ライセンス認証のアクセスが拒否されており、実行したユーザーが管理者でなかった可能性があります ({code})。管理者としてライセンス認証を再度実行してください。",
}
STEPS = {
    "elevate": "管理者として実行したコンソールからライセンス認証を実行します",
    "store": "ライセンス フォルダーのアクセス権を、同じビルドの正常な VM と比較します (NT SERVICE\\sppsvc の権限が必要です。Windows 8 と Server 2012 より前では NETWORK SERVICE です)",
    "registry": "ライセンスのレジストリ キーのアクセス権も同様に比較します",
    "com": "イベント 8229 が求めるとおり、COM の既定のアクセス許可 (マイ コンピューター、プロパティ、COM セキュリティ、既定値の編集) に SELF を戻します",
    "policy": "権限を外した強化ポリシー、スクリプト、セキュリティ製品を特定します (そのままでは再発します)",
}
