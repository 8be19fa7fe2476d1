# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding guest-unreachable in Japanese."""

NAME = "VM に接続できない"
SUBJECT = "ゲスト"
TEXTS = {
    "unreachable": "VM に接続できませんでした ({message})。Ansible からの接続を修復し、再度診断してください。",
    "failed": "VM は応答しましたが、情報の収集に失敗しました ({message})。原因を解消し、再度診断してください。",
    "not_asked": "VM 自体には問い合わせていません ({message})。ライセンス認証の状態を知るには、VM を診断してください。",
    "library": "制御ノードに Python ライブラリ {package} がないため、Ansible は VM に接続できません。インストールし、再度診断してください。",
    "become": "Ansible が制御ノードで別のユーザーになろうとして失敗しました ({message})。become を無効にし、再度診断してください。",
    "setting": "VM の接続変数が正しくありません ({message})。インベントリで修正し、再度診断してください。",
    "rejected": "VM がアカウントまたはパスワードを拒否しました ({message})。インベントリを修正し、再度診断してください。",
    "compile": "AppLocker や WDAC などのアプリケーション制御により、Ansible に必要なコンパイルが拒否されました ({message})。このアカウントに許可し、再度診断してください。",
    "killed": "VM の PowerShell が実行中に、ウイルス対策やエンドポイント保護などにより終了させられました ({message})。製品のログを確認して許可し、再度診断してください。",
    "name": "制御ノードで VM の名前を解決できません ({message})。ansible_host を修正し、再度診断してください。",
    "certificate": "制御ノードが VM の証明書を信頼していません ({message})。信頼できる証明書をインストールし、再度診断してください。",
    "cut": "VM との接続が応答の途中で切れました ({message})。切断した原因を特定し、再度診断してください。",
    "closed": "制御ノードから VM に接続できません ({message})。WinRM または SSH のポートへの接続を許可し、再度診断してください。",
    "late": "VM が時間内に応答しませんでした ({message})。VM が過負荷でないか確認するか、制限時間を延ばし、再度診断してください。",
    "no_reason": "理由は示されていません",
}
STEPS = {
    "ping": "Ansible の制御ノードから、接続だけを確認します",
    "library": "Ansible を実行する Python にライブラリをインストールします",
    "execution": "実行環境を使用している場合は、イメージに追加します",
    "become": "これらのホストで ansible_become: false を設定するか、プレイから become を外します。制御ノードのタスクに別のユーザーは不要です",
    "variables": "ansible_connection、ansible_port、ansible_become_method など、ホストの変数を確認します",
    "password": "ユーザー名、パスワード、有効期限 (LAPS や vault で変更されたものも含む)、アカウントのロックを確認します",
    "remote": "アカウントにリモート ログオンの権限 (Administrators または Remote Management Users) があることを確認します",
    "antivirus": "Defender またはエンドポイント保護のログで、その時刻の powershell.exe を確認し、Ansible のスクリプトを許可します",
    "defender": "Defender の最新の検出を確認します",
    "control": "アプリケーション制御が拒否したもの (イベント 3077、8004) を確認します",
    "folder": "そのポリシーで csc.exe にアカウントの一時フォルダーを許可するか、対象外のアカウントで Ansible を実行します",
    "resolve": "インベントリの ansible_host と制御ノードの DNS を確認します",
    "trust": "WinRM リスナーに、制御ノードが信頼する機関が発行した VM 名の証明書を設定します",
    "port": "VM が動作していること、VM のファイアウォールとセキュリティ グループが制御ノードからの TCP 5985、5986 または 22 を許可していることを確認します",
    "listener": "WinRM が待ち受けていることを VM の内部で確認します",
    "busy": "VM が過負荷または停止状態でないか、Azure のメトリック (プロセッサ、メモリ、ディスク) とブート診断で確認します",
    "limit": "遅い VM には diagnose_host_timeout で制限時間を延ばします",
    "check": "VM が動作していること、制御ノードから WinRM (または SSH) に到達できること、アカウントに権限があることを確認します",
}
