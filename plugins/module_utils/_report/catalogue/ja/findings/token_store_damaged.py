# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding token-store-damaged in Japanese."""

NAME = "トークン ストアの破損"
SUBJECT = "トークン ストア"
TEXTS = {
    "code": "ライセンス サービスのトークン ストアが破損しています。アクセス権を確認してから再構築し、ライセンス認証を実行してください。",
    "absent": "ライセンス サービスのトークン ストア (tokens.dat) がありません。再構築し、ライセンス認証を実行してください。",
    "unreadable": "ライセンス サービスのトークン ストア (tokens.dat) を読み取れません。アクセス権を確認してから再構築し、ライセンス認証を実行してください。",
    "empty": "ライセンス サービスのトークン ストア (tokens.dat) が空です。再構築し、ライセンス認証を実行してください。",
}
STEPS = {
    "not_here": "このキーのライセンスは KMS クライアント セットアップ キーでは復元できないため、ここではストアを再構築しないでください",
    "redeploy": "正常なイメージから VM を再デプロイするか、バックアップから復元します",
    "reach": "再構築直後のストアにはライセンスがないため、先に KMS に到達できることを確認します",
    "snapshot": "システム ディスクのスナップショットを取得します",
    "rights": "ストアのアクセス権を、同じビルドの正常な VM と比較します (SYSTEM と NT SERVICE\\sppsvc にアクセス権が必要です。Windows 8 と Server 2012 より前では NETWORK SERVICE です)",
    "stop": "ライセンス サービスを停止します",
    "rename": "tokens.dat の名前を変更します",
    "start": "ライセンス サービスを開始します",
    "reinstall": "ライセンス ファイルを再インストールします (数分かかります)",
    "restart": "VM を 2 回再起動します",
    "key": "KMS クライアント セットアップ キーが失われた場合は再度インストールします",
}
