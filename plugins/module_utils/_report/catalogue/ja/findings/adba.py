# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding adba in Japanese."""

NAME = "Active Directory による認証"
SUBJECT = "ライセンス認証の方法"
TEXTS = {
    "found": "Windows は Active Directory のオブジェクト {name} によりライセンス認証されているため、KMS は不要です。ドメイン コントローラーに到達できる状態を保ってください。",
    "unnamed": "Windows は Active Directory によりライセンス認証されているため、KMS は不要です。ドメイン コントローラーに到達できる状態を保ってください。",
}
