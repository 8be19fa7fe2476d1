# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of remedies, in Japanese, by the ids of their messages. Commands stay as they are, at the end or before a stop."""

from __future__ import annotations

MESSAGES = {
    "rule.activate": (
        "ライセンス認証を実行します。KMS が混雑していることは珍しくないため、5 秒間隔で最大 12 回繰り返します: "
        "cscript //nologo %windir%\\system32\\slmgr.vbs /ato"
    ),
    "rule.set_host": "KMS ホストを設定します: cscript //nologo %windir%\\system32\\slmgr.vbs /skms {target}",
    "rule.again": "再度診断します",
    "key.no_key_here": "キーをインストールしないでください。評価版またはマルチセッションのエディションです",
    "key.redeploy": "正常なイメージから VM を再デプロイします",
    "key.known": (
        "{title} の KMS クライアント セットアップ キー (末尾 {partial}、一覧 {url}) をインストールします: "
        "cscript //nologo %windir%\\system32\\slmgr.vbs /ipk <key>"
    ),
    "key.unknown": (
        "エディション (レジストリの EditionID) と、その KMS クライアント セットアップ キー ({url}) を確認します。評価版と"
        "マルチセッションのエディションには使用できません"
    ),
    "key.unpublished": (
        "このエディションとビルドの KMS クライアント セットアップ キーは公開されていません。Azure の KMS で認証できるエディションを"
        "使用してください"
    ),
    "activation-unexplained.step.manual": (
        "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform の Activation\\Manual を 0 に設定します"
    ),
    "activation-unexplained.step.type": (
        "すべての種類のライセンス認証を許可します: cscript //nologo %windir%\\system32\\slmgr.vbs /act-type 0"
    ),
    "activation-unexplained.step.events": "Application ログの最新のイベント 12288、12289、8198 を確認します",
    "activation-unexplained.step.egress": (
        "KMS は Azure のパブリック IP アドレスから出た要求にのみ応答します。ゲートウェイやアプライアンスへのルートを確認します"
    ),
    "activation-unexplained.step.support": "解消しない場合は、このレポートを添えてサポート リクエストを起票します",
    "appliance-blocks-kms.step.log": (
        "アプライアンスのログで TCP 1688 の破棄を確認し、検査せずに TCP のまま通すようにします"
    ),
    "appliance-blocks-kms.step.around": (
        "または迂回させます。KMS のアドレスごとに次ホップが Internet のルートを 1 つずつ追加します"
    ),
    "appliance-blocks-kms.step.egress": "通信が Azure のパブリック IP アドレスから出ることを確認します",
    "azure-edition-attestation.step.direct": (
        "ゲストがプロキシを介さずに 169.254.169.254 に到達できるようにします (ホスト ルート、プロキシのバイパス、横取りするアプライアンス)"
    ),
    "azure-edition-attestation.step.download": "ゲストから次の宛先への TCP 80 を許可します: {names}",
    "azure-edition-attestation.step.certificate": (
        "または、不足している中間証明書を https://learn.microsoft.com/azure/security/fundamentals/azure-ca-details から"
        "インストールします"
    ),
    "azure-edition-attestation.step.update": (
        "最新の累積更新プログラム (KB5036909 以降) をインストールし、fclip.exe を実行してから、サインアウトまたは再起動します"
    ),
    "azure-edition-attestation.step.leave": "KMS の設定は変更しないでください。KMS は原因ではありません",
    "azure-firewall-application-rule.step.add": (
        "ネットワーク規則を追加します (プロトコル TCP、ポート 1688、宛先は KMS のアドレス、ソースは VM のサブネット)。ネットワーク規則は"
        "アプリケーション規則より先に処理されます"
    ),
    "azure-firewall-application-rule.step.remove": "アプリケーション規則からポート 1688 を削除します",
    "azure-firewall-denies-kms.step.add": (
        "ネットワーク規則を追加します (プロトコル TCP、ポート 1688、宛先は KMS のアドレス、ソースは VM のサブネット)。親ポリシーの規則が"
        "先に処理されます"
    ),
    "azure-firewall-denies-kms.step.before": (
        "優先度の高いコレクションの規則や脅威インテリジェンスが先に拒否していないことを確認します"
    ),
    "clock-skew.step.start": "時刻サービスを開始します: Set-Service w32time -StartupType Automatic; Start-Service w32time",
    "clock-skew.step.source": (
        "同期元を確認します: w32tm /query /source。ドメイン メンバーの Type は NT5DS で、NtpClient が有効である必要があります"
    ),
    "clock-skew.step.synchronise": "時刻を同期します: w32tm /resync /rediscover。ずれが大きい場合は Set-Date が必要なことがあります",
    "dns-resolution-failed.step.clear": "DNS キャッシュをクリアします: Clear-DnsClientCache",
    "dns-resolution-failed.step.check": (
        "%windir%\\System32\\drivers\\etc\\hosts と Get-DnsClientNrptPolicy に該当する名前がないか確認します"
    ),
    "dns-resolution-failed.step.ask": "各 DNS サーバーに問い合わせます: Resolve-DnsName {name} -Type A -Server <resolver>",
    "dns-resolution-failed.step.forward": (
        "DNS サーバーが管理していない名前を Azure の DNS (168.63.129.16) に転送するようにし、名前を隠しているプライベート ゾーンがないか"
        "確認します"
    ),
    "dns-resolution-failed.step.servers": (
        "DNS サーバーの変更は、ゲスト内ではなく Azure の仮想ネットワークまたは NIC で行います"
    ),
    "dns-unexpected-answer.step.hosts": (
        "%windir%\\System32\\drivers\\etc\\hosts から該当する名前を削除し、Get-DnsClientNrptPolicy を確認します"
    ),
    "dns-unexpected-answer.step.clear": "DNS キャッシュをクリアします: Clear-DnsClientCache",
    "dns-unexpected-answer.step.zone": "{name} に応答しているゾーン、フォワーダーまたはフィルターを特定し、削除します",
    "dns-unexpected-answer.step.expected": "期待されるアドレスは {addresses} です。応答ごとに 1 つだけ返るのは正常です",
    "evaluation-edition.step.role": "VM がドメイン コントローラーでないことを確認します。ドメイン コントローラーは変換できません",
    "evaluation-edition.step.editions": "変換できるエディションを確認します: DISM /Online /Get-TargetEditions",
    "evaluation-edition.step.convert": (
        "エディションを変換します: DISM /Online /Set-Edition:<edition> "
        "/ProductKey:<KMS client setup key of that edition> /AcceptEula"
    ),
    "evaluation-edition.step.restart": "再起動します",
    "evaluation-edition.step.image": "または、評価版ではないイメージから VM を再デプロイします",
    "forced-tunneling.step.route": (
        "サブネットのルート テーブルに、KMS のアドレスごとにルートを 1 つずつ追加します (プレフィックス <address>/32、次ホップ Internet)。"
        "プレフィックスが長いため既定のルートより優先されます"
    ),
    "forced-tunneling.step.egress": (
        "サブネットに固有の送信方法 (NAT ゲートウェイ、パブリック IP アドレス、ロード バランサーのアウトバウンド規則) があることを"
        "確認します。プライベート サブネットではルートだけでは効果がありません"
    ),
    "forced-tunneling.step.activate": "ゲストで再度ライセンス認証を実行します",
    "guest-firewall-blocks-kms.step.local": "規則を無効にします: Disable-NetFirewallRule -Name '{rule}'",
    "guest-firewall-blocks-kms.step.events": (
        "Application ログの最新のイベント 12288 と 12289 を確認します。KMS が応答したかどうかが分かります"
    ),
    "guest-firewall-blocks-kms.step.policy": (
        '規則 "{rule}" を、設定元のグループ ポリシーから削除した後に実行します: gpupdate /force'
    ),
    "guest-firewall-blocks-kms.step.allow": (
        "既定で遮断している場合は許可の規則を追加します: New-NetFirewallRule -DisplayName 'Azure KMS' -Direction Outbound "
        "-Action Allow -Protocol TCP -RemotePort {port} -RemoteAddress {addresses}"
    ),
    "guest-unreachable.step.ping": "接続だけを確認します: ansible <host> -m ansible.windows.win_ping",
    "guest-unreachable.step.check": (
        "VM が動作していること、WinRM (または SSH) に制御ノードから到達できること、アカウントに権限があることを確認します"
    ),
    "kms-unreachable-unexplained.step.azure": (
        "Azure の資格情報を指定して再度診断します。ルート、規則、送信方法が未確認です"
    ),
    "kms-unreachable-unexplained.step.test": (
        "ゲストからテストします: Test-NetConnection {name} -Port {port}。ポートが開いているだけでは KMS の応答とは限りません"
    ),
    "kms-unreachable-unexplained.step.hops": (
        "経路を順に確認します。セキュリティ規則、ルート テーブル、Azure Firewall (ネットワーク規則が必要です。アプリケーション規則では "
        "KMS の代わりに応答します)、アプライアンス、送信方法"
    ),
    "kms-unreachable-unexplained.step.egress": (
        "{addresses} への TCP {port} の送信を許可し、Azure のパブリック IP アドレスから出るようにします"
    ),
    "license-state-unreadable.step.ask": (
        'Windows に直接問い合わせます: Get-CimInstance SoftwareLicensingProduct -Filter "PartialProductKey IS NOT NULL"'
    ),
    "license-state-unreadable.step.account": "管理者権限のあるアカウントを使用します",
    "license-state-unreadable.step.repository": (
        "クラスがない、または壊れている場合は次を実行します: winmgmt /verifyrepository。続けて winmgmt /salvagerepository を実行します"
    ),
    "licensing-service-disabled.step.set": "スタートアップの種類を設定します: sc.exe config sppsvc start= delayed-auto",
    "licensing-service-disabled.step.start": (
        "サービスを開始します: Start-Service sppsvc。アイドル時は自動的に停止します。開始できない場合は RpcSs を確認します"
    ),
    "licensing-service-disabled.step.find": (
        "無効にした原因 (セキュリティ ベースラインやポリシー) を特定します。特定しないと再び無効になります"
    ),
    "multi-session-edition.step.redeploy": "正常なマルチセッション イメージから VM を再デプロイします",
    "multi-session-edition.step.never": "slmgr /ipk でキーをインストールしないでください",
    "no-outbound-path.step.attach": (
        "明示的な送信方法を 1 つ選択します: サブネットの NAT ゲートウェイ (時間とデータ量、および Standard パブリック IP に課金。"
        "サブネットのすべての VM がそのアドレスから送信し、以下の方法より優先されます)"
    ),
    "no-outbound-path.step.balancer": (
        "または Standard パブリック ロード バランサーのアウトバウンド規則 (規則とデータ量に課金。バックエンド プールの VM だけが対象で、"
        "ポートを分け合います)"
    ),
    "no-outbound-path.step.address": (
        "または NIC の Standard パブリック IP (VM ごとに時間で課金。ネットワーク セキュリティ グループで防がない限り、外部から VM に"
        "到達できるようになります)"
    ),
    "no-outbound-path.step.firewall": (
        "または Azure にパブリック IP を持つファイアウォールへのルート (既存のものなら追加の課金なし。そのルートの通信はすべて規則を通るため、"
        "TCP 1688 を許可する必要があります)"
    ),
    "no-outbound-path.step.routes": (
        "プライベート サブネットや内部ロード バランサーの配下では、インターネット向けのルートだけでは効果がありません"
    ),
    "nsg-denies-kms.step.allow": (
        "拒否している規則より優先度の数値が小さい送信セキュリティ規則を追加します (許可、TCP、ポート 1688、宛先は KMS のアドレス)"
    ),
    "nsg-denies-kms.step.admin": (
        "ネットワーク マネージャーの管理規則はすべてのネットワーク セキュリティ グループより優先されるため、管理規則側を変更します"
    ),
    "nsg-denies-kms.step.tag": (
        "サービス タグ AzurePlatformLKM の拒否は KMS に対する Azure 自身の規則を無効にするため、削除します"
    ),
    "renewal-overdue.step.wait": ("停止していた VM は起動後数時間以内に自動的に更新されます。起動直後の場合は待ちます"),
    "route-blackhole.step.route": (
        "ルートを修正するか、KMS のアドレスごとにルートを 1 つずつ追加します (プレフィックス <address>/32、次ホップ Internet)"
    ),
    "route-blackhole.step.appliance": (
        "次ホップがアプライアンスの場合は、存在し、動作し、転送していること (NIC の IP 転送) を確認します"
    ),
    "sides-disagree.step.compare": (
        "NIC の実効ルートと有効なセキュリティ規則を、この根拠と比較します。数分前の変更の可能性があります"
    ),
    "sides-disagree.step.report": "一致しない点を、この根拠とともにコレクションの作成者に報告します",
    "stale-kms-routes.step.add": (
        "現在の KMS のアドレスごとにルートを 1 つずつ追加します (プレフィックス <address>/32、次ホップ Internet)"
    ),
    "stale-kms-routes.step.remove": "その後、古いルートを削除します (20.118.99.244 は 20.118.99.224 の誤記です)",
    "token-store-damaged.step.not_here": (
        "ここではストアを再構築しないでください。このキーのライセンスは KMS クライアント セットアップ キーでは作り直せません"
    ),
    "token-store-damaged.step.redeploy": "正常なイメージから VM を再デプロイするか、バックアップから復元します",
    "token-store-damaged.step.reach": (
        "先に KMS に到達できることを確認します。再構築直後のストアにはライセンスがありません。システム ディスクのスナップショットを"
        "取得します"
    ),
    "token-store-damaged.step.rights": (
        "%windir%\\System32\\spp\\store のアクセス権を、同じビルドの正常な VM と比較します。SYSTEM と NETWORK SERVICE の権限が必要です"
    ),
    "token-store-damaged.step.rename": (
        "サービスを停止します: net stop sppsvc。tokens.dat の名前を変更し (ren tokens.dat tokens.bak)、サービスを開始します "
        "(net start sppsvc)"
    ),
    "token-store-damaged.step.reinstall": (
        "ライセンス ファイルを再インストールします (数分かかります): cscript //nologo %windir%\\system32\\slmgr.vbs /rilc。"
        "その後、VM を 2 回再起動します"
    ),
    "token-store-damaged.step.key": (
        "KMS クライアント セットアップ キーが失われた場合は再度インストールします。{activate}"
    ),
    "wrong-kms-host.step.product": (
        "この製品に対する設定をクリアします: cscript //nologo %windir%\\system32\\slmgr.vbs /ckms {product}"
    ),
    "wrong-kms-host.step.policy": ("設定元のグループ ポリシーから KMS ホストを削除した後に実行します: gpupdate /force"),
    "wrong-kms-host.step.clear": (
        "以前のホストをクリアします: cscript //nologo %windir%\\system32\\slmgr.vbs /ckms。続けて Restart-Service sppsvc を実行します"
    ),
    "wrong-kms-host.step.writer": "以前のホストを再び書き込むスクリプトやポリシーがないか確認します",
}
