# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding multi-session-edition in Japanese."""

NAME = "マルチセッション エディション"
SUBJECT = "エディション"
TEXTS = {
    "host": "Windows Enterprise マルチセッションが、対応できない KMS を参照しています。KMS ホストを {target} に設定し、プロダクト キーは変更しないでください。",
    "key": "Windows Enterprise マルチセッションのイメージ本来のキーが失われています。キーをインストールせず、正常なイメージから VM を再デプロイしてください。",
}
STEPS = {
    "redeploy": "正常なマルチセッション イメージから VM を再デプロイします",
    "never": "slmgr /ipk でキーをインストールしないでください",
}
