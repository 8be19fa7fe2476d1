# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding transient-failure in Japanese."""

NAME = "一時的な失敗 (現在は正常)"
SUBJECT = "直近の試行"
TEXTS = {
    "found": "Windows はライセンス認証済みで最終更新は {age}前であり、ここ数日の {count} 回の失敗は一時的なものでした。対処は不要です。",
    "one": "Windows はライセンス認証済みで最終更新は {age}前であり、ここ数日の 1 回の失敗は一時的なものでした。対処は不要です。",
}
