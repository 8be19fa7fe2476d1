# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding clock-skew in Japanese."""

NAME = "時刻のずれ"
SUBJECT = "時刻"
TEXTS = {
    "measured": "ゲストの時刻が {offset}{direction}おり、KMS が許容する 4 時間を超えています。時刻を修正し、ライセンス認証を実行してください。",
    "code": "時刻のずれにより KMS に拒否されました ({code})。時刻を修正し、ライセンス認証を実行してください。",
    "fast": "進んで",
    "slow": "遅れて",
    "past": "時刻のずれにより KMS に拒否されましたが、現在の時刻は正常です ({code})。再度ライセンス認証を実行してください。",
}
STEPS = {
    "enable": "時刻サービスが自動的に開始されるようにします",
    "start": "時刻サービスを開始します",
    "source": "時刻の同期元を確認します (ドメイン メンバーの Type は NT5DS。NtpClient が有効である必要があります)",
    "synchronise": "時刻を同期します (ずれが大きい場合は Set-Date が必要なことがあります)",
}
