# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding renewal-overdue in Japanese."""

NAME = "更新が遅延"
SUBJECT = "ライセンスの更新"
TEXTS = {
    "found": "Windows のライセンスの残りは {left}ですが、妨げるものが見つからないのに {age}の間更新されていません。今すぐライセンス認証を実行し、次回の試行を確認してください。",
    "unknown_left": "不明",
}
STEPS = {
    "wait": "VM が起動直後の場合は待ちます (起動後数時間以内に自動的に更新されます)",
}
