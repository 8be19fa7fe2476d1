# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding guest-unreachable in Japanese."""

NAME = "VM に接続できない"
SUBJECT = "ゲスト"
TEXTS = {
    "unreachable": "VM に接続できませんでした。Ansible から接続できるようにし、再度診断してください: {message}。",
    "failed": "VM は応答しましたが、ライセンス認証の情報を取得できませんでした。原因を解消し、再度診断してください: {message}。",
    "not_asked": "VM を調査していないため、ライセンス認証の状態は不明です: {message}。",
    "no_reason": "理由は示されていません",
}
STEPS = {
    "ping": "接続だけを確認します",
    "check": "VM が動作していること、WinRM (または SSH) に制御ノードから到達できること、アカウントに権限があることを確認します",
}
