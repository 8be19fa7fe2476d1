# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding guest-firewall-blocks-kms in Japanese."""

NAME = "Windows ファイアウォールが KMS を遮断"
SUBJECT = "ゲストのファイアウォール"
TEXTS = {
    "rule": "ゲストの Windows ファイアウォールの規則 {rules} が TCP {port} の送信を遮断しています。規則を削除するか送信を許可し、ライセンス認証を実行してください。",
    "default": "ゲストの Windows ファイアウォールは、許可する規則のない送信接続を遮断します。TCP {port} の送信を許可し、ライセンス認証を実行してください。",
    "probe": "ゲストの Windows ファイアウォールの規則 {rules} が PowerShell の TCP {port} への接続を遮断しているため、KMS に到達できるかどうかは確認されていません。次のライセンス認証の結果で判断してください。",
    "untested": "ゲストの Windows ファイアウォールは PowerShell の TCP {port} への接続を遮断しますが、規則 {rules} がライセンス サービスの送信を許可しているため、KMS への接続は確認されていません。次のライセンス認証の結果で判断してください。",
    "answered": "ゲストの Windows ファイアウォールは PowerShell の TCP {port} への接続を遮断しますが、直近の試行では KMS がライセンス サービスに応答したため、KMS への接続は確認されていません。次のライセンス認証の結果で判断してください。",
    "maybe": "ゲストの Windows ファイアウォールは PowerShell の TCP {port} への接続を遮断し、規則 {rules} がライセンス サービスの送信を許可している可能性があります。次のライセンス認証の結果で判断してください。",
    "unnamed": "ゲスト自身が TCP {port} への接続を禁止しています (WSAEACCES)。ゲストのファイアウォールで送信を許可し、ライセンス認証を実行してください。",
}
STEPS = {
    "local": "規則を無効にします",
    "events": "Application ログの最新のイベント 12288 と 12289 で、KMS が応答したかどうかを確認します",
    "policy": '規則 "{rule}" を設定元のグループ ポリシーから削除し、ポリシーを適用します',
    "allow_by_policy": "ポリシーがローカルの規則を無視するため、{addresses} への TCP {port} の送信を許可する規則を、ファイアウォールを設定しているグループ ポリシーに追加し、ポリシーを適用します",
    "allow": "既定で遮断している場合は、KMS を許可します",
}
