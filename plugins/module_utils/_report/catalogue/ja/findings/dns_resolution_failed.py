# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding dns-resolution-failed in Japanese."""

NAME = "DNS の名前解決に失敗"
SUBJECT = "名前解決"
TEXTS = {
    "failed": "ゲストが {name} を名前解決できません ({reason})。DNS を修正し、ライセンス認証を実行してください。",
    "local": "DNS サーバーは {name} を解決できますが、ゲストでは解決できません。DNS キャッシュをクリアし、hosts ファイルと名前解決ポリシーを確認してください。",
    "firewall": "ゲストは DNS プロキシが無効な Azure Firewall {firewall} に問い合わせているため、{name} を解決できません。DNS プロキシを有効にし、ライセンス認証を実行してください。",
    "some": "{name} は解決できますが、ゲストの一部の DNS サーバーでは解決できません。{servers} を修正してください。",
    "code": "直近の試行で KMS の名前を解決できませんでした ({reason})。ゲストの DNS を修正し、ライセンス認証を実行してください。",
    "no_answer": "応答にアドレスがありません",
}
STEPS = {
    "clear": "DNS キャッシュをクリアします",
    "hosts": "hosts ファイルに該当する名前がないか確認します",
    "policy": "名前解決ポリシー (NRPT) に該当する名前がないか確認します",
    "ask": "各 DNS サーバーに問い合わせます",
    "proxy": "Azure Firewall {firewall} またはそのポリシーの DNS 設定で DNS プロキシを有効にするか、ネットワークに別の DNS サーバーを設定します",
    "forward": "DNS サーバーが自身でホストしていないゾーンを Azure DNS (168.63.129.16) に転送するようにし、名前を隠しているプライベート DNS ゾーンがないか確認します",
    "servers": "DNS サーバーは、ゲスト内ではなく Azure の仮想ネットワークまたは NIC で変更します",
}
