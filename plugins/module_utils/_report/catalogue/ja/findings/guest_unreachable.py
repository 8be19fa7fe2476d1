# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding guest-unreachable in Japanese."""

NAME = "VM に接続できない"
SUBJECT = "ゲスト"
TEXTS = {
    "unreachable": "VM に接続できませんでした ({message})。Ansible からの接続を修復し、再度診断してください。",
    "failed": "VM は応答しましたが、情報の収集に失敗しました ({message})。原因を解消し、再度診断してください。",
    "not_asked": "VM 自体には問い合わせていません ({message})。ライセンス認証の状態を知るには、VM を診断してください。",
    "no_reason": "理由は示されていません",
}
STEPS = {
    "ping": "Ansible の制御ノードから、接続だけを確認します",
    "check": "VM が動作していること、制御ノードから WinRM (または SSH) に到達できること、アカウントに権限があることを確認します",
}
