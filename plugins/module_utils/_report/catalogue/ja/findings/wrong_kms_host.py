# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding wrong-kms-host in Japanese."""

NAME = "KMS ホストが誤り"
SUBJECT = "KMS ホスト"
TEXTS = {
    "other": "KMS ホストが {host} に設定されていますが、Azure の KMS ではありません。{target} に設定し、ライセンス認証を実行してください。",
    "azure_other_cloud": "KMS ホストが別の Azure クラウドの KMS である {host} に設定されています。{target} に設定し、ライセンス認証を実行してください。",
    "cloud_unread": "KMS ホストは {assumed} とは別の Azure クラウドの KMS である {host} ですが、この VM がどのクラウドにあるかを読み取れませんでした。クラウドを指定し、再度診断してください。",
    "azure_old_address": "KMS ホストが、Azure の KMS では使用されなくなったアドレス {host} に設定されています。{target} に設定し、ライセンス認証を実行してください。",
    "known_other": "KMS ホストが {host} ({why}) に設定されています。{target} に設定し、ライセンス認証を実行してください。",
    "known_not": "Azure の KMS ではないことがわかっているもの",
    "port": "KMS のポートが {port} に設定されていますが、Azure の KMS は {wanted} でのみ応答します。ホストを {target} に設定し、ライセンス認証を実行してください。",
    "pinned": "KMS ホストがアドレス {host} に固定されており、Azure がそのアドレスを使い続ける間しか機能しません。{target} に設定してください。",
    "pinned_dead": "KMS ホストがアドレス {host} に固定されていますが、これは応答せず、Azure の KMS の別のアドレスは応答しています。{target} に設定し、ライセンス認証を実行してください。",
    "srv": "DNS が KMS ホストとして {host} を示していますが、Azure の KMS ではありません。そのレコードを削除するかホストを {target} に設定し、ライセンス認証を実行してください。",
    "srv_gone": "DNS が KMS ホストとして {host} をまだ示していますが、応答がありません。そのレコードを削除してホストを {target} に設定し、ライセンス認証を実行してください。",
    "discovered": "Windows が DNS で見つけた KMS ホスト {host} は Azure の KMS ではありません。{target} に設定し、ライセンス認証を実行してください。",
    "left_behind": "{host} が設定されていますが、直近の試行は {old} に送られました。キャッシュされたホストをクリアし、再度ライセンス認証を実行してください。",
}
STEPS = {
    "product": "この製品に対する設定をクリアします",
    "policy": "設定元のグループ ポリシーから KMS ホストを削除し、ポリシーを適用します",
    "record": "KMS を示すレコードを確認し、{host} が存在しない場合 (または Azure の KMS を使用する場合) はそのレコードを削除します",
    "clear": "以前のホストをクリアします",
    "restart": "以前のホストを保持しているライセンス サービスを再起動します",
    "cloud": "メタデータ サービスから読み取れなかったため、cloud (ロールでは diagnose_cloud) にこの VM の Azure クラウドを指定します",
    "writer": "以前のホストを再び書き込むスクリプトやポリシーがないか確認します",
}
