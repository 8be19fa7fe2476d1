# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding activation-unexplained in Japanese."""

NAME = "未認証 (原因は未特定)"
SUBJECT = "ライセンス認証"
TEXTS = {
    "refused": "KMS はゲストに応答していますが、Windows はライセンス認証されていません ({code})。通信が Azure のパブリック IP アドレスから出ていることを確認し、再度ライセンス認証を実行してください。",
    "untried": "Windows はライセンス認証されていませんが、妨げるものも試行の記録も見つかりません。今すぐライセンス認証を実行し、結果を確認してください。",
    "manual": "Windows はライセンス認証されておらず、自動ライセンス認証が無効です。自動を有効に戻すか、手動でライセンス認証を実行してください。",
    "type": "Windows はライセンス認証されておらず、KMS の使用が許可されていません (ライセンス認証の種類 {type})。KMS を許可し、ライセンス認証を実行してください。",
    "unread": "Windows はライセンス認証されておらず、一部の情報を読み取れませんでした ({unread})。読み取れるようにし、再度診断してください。",
    "found": "Windows はライセンス認証されていませんが、取得できた情報では説明できません。再度ライセンス認証を実行し、次のコードの意味を調べてください: {code}。",
    "rights": "Windows はライセンス認証されておらず、ライセンス サービスのアクセスが拒否されています ({code})。必要な権限を戻し、ライセンス認証を実行してください。",
    "code": "Windows はライセンス認証されておらず、コード {code} を報告しています。このコードの手順に従って修正し、ライセンス認証を実行してください。",
    "past": "Windows はライセンス認証されていませんが、最後のコードが示す問題は現在ありません ({code})。再度ライセンス認証を実行し、結果を確認してください。",
    "directory": "1: Active Directory のみ",
    "token": "3: トークンのみ",
}
STEPS = {
    "manual": "自動ライセンス認証を有効に戻します",
    "type": "すべての種類のライセンス認証を許可します",
    "events": "Application ログの最新のイベント 12288、12289、8198 を確認します",
    "egress": "ゲートウェイやアプライアンスへのルートを確認します (KMS は Azure のパブリック IP アドレスから出た要求にのみ応答します)",
    "support": "それでも認証できない場合は、このレポートを添えてサポート リクエストを起票します",
}
