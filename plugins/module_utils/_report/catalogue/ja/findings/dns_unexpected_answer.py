# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding dns-unexpected-answer in Japanese."""

NAME = "DNS の応答が想定外"
SUBJECT = "KMS の名前の解決結果"
TEXTS = {
    "found": "{name} が {addresses} に解決されますが、Azure の KMS ではなく、KMS としても応答しません。DNS を修正し、ライセンス認証を実行してください。",
    "local": "このゲストでのみ {name} が {addresses} に解決されますが、Azure の KMS ではありません。hosts ファイルの該当行を削除し、DNS キャッシュをクリアしてから、ライセンス認証を実行してください。",
    "untested": "{name} が {addresses} に解決されますが、Azure の KMS の既知のアドレスではありません。DNS を確認してください。",
    "some": "{servers} で {name} が {addresses} に解決されますが、Azure の KMS ではありません。その DNS サーバーを修正してください。",
}
STEPS = {
    "hosts": "hosts ファイルから該当する名前を削除します",
    "policy": "名前解決ポリシー (NRPT) に該当する名前がないか確認します",
    "clear": "DNS キャッシュをクリアします",
    "zone": "{name} に応答しているゾーン、フォワーダーまたはフィルターを特定し、削除します",
    "expected": "期待されるアドレス {addresses} と比較します (応答ごとに 1 つだけ返るのは正常です)",
}
