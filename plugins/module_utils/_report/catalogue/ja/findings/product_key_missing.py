# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding product-key-missing in Japanese."""

NAME = "プロダクト キーがない"
SUBJECT = "プロダクト キー"
TEXTS = {
    "found": "Windows にプロダクト キーがありません。エディションに合った KMS クライアント セットアップ キーをインストールし、ライセンス認証を実行してください。",
}
