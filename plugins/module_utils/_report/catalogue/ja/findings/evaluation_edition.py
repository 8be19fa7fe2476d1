# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding evaluation-edition in Japanese."""

NAME = "評価版"
SUBJECT = "エディション"
TEXTS = {
    "found": "評価版のエディションであり、KMS ではライセンス認証できません。先にエディションを変換し、変換前にキーをインストールしないでください。",
    "running": "評価版のエディション (期限: {end}) であり、KMS ではライセンス認証できません。期限までにエディションを変換してください。",
    "open_end": "評価期間の終了時",
}
STEPS = {
    "role": "VM がドメイン コントローラーでないことを確認します (ドメイン コントローラーは変換できません)",
    "editions": "変換先として選べるエディションを確認します",
    "convert": "変換先のエディションの KMS クライアント セットアップ キーを使って、エディションを変換します",
    "restart": "VM を再起動します",
    "image": "または、評価版ではないイメージから VM を再デプロイします",
}
