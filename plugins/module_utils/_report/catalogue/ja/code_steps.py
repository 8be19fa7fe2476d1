# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documented steps against codes, in Japanese."""

from __future__ import annotations

_STEPS = {
    "way": "{addresses} への TCP {port} の送信を、ルート、セキュリティ規則、ファイアウォール、送信方法のすべてで許可します",
    "test": "経路をテストします (ポートが開いているだけでは KMS である証明になりません)",
    "record": "ドメインの DNS が示す KMS を確認します",
    "resolver": "ゲストの DNS サーバーに KMS の名前を問い合わせます",
    "forwarder": "失敗する DNS サーバーまたはそのフォワーダーを修復します (Azure では最後の転送先は 168.63.129.16 です)",
    "nic_dns": "Windows の DNS サーバーは Azure の DHCP から取得させ、別のサーバーは Azure の仮想ネットワークまたは NIC に設定します",
    "own_kms": "Azure の KMS はこのコードを返さないため、最新のイベント 12288 でどの KMS が応答したかを確認します",
    "clear_host": "設定されている KMS ホストを消去します",
    "set_host": "KMS ホストを設定します",
    "clock": "時刻を正しく設定します",
    "settings": "このコードは設定アプリでの変更で発生するため、キーはコマンドで変更します",
    "licence_files": "ライセンス ファイルを再インストールします (数分かかります)",
    "image_licence": "このエディションのライセンスがあるメディアからイメージが作成されたことを確認します",
    "restart_service": "ライセンス サービスを再起動し、約 30 秒待ちます",
    "busy": "このコードは自然に解消するため、数分待ってから再試行します",
    "restart": "VM を再起動します",
    "new_image": "これ以上リセットできないため、別のイメージから VM を再デプロイします",
    "system_files": "システム ファイルを検査します",
    "component_store": "コンポーネント ストアを修復します",
    "restore": "VM をバックアップから復元するか、再デプロイします",
    "online": "このコードは KMS ではなくオンライン認証のもののため、プロキシが HTTPS を妨げていないか確認します",
}
MESSAGES = {f"code.step.{key}": text for key, text in _STEPS.items()}
