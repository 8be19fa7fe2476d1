# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What findings say, in Japanese, by the ids of their messages."""

from __future__ import annotations

MESSAGES = {
    "activated.kms": "KMS でライセンス認証済みです (最終更新 {age}前)。対処は不要です。",
    "activated.other_kms": (
        "Windows は Azure の KMS ではない {host} でライセンス認証済みです (最終更新は {age}前)。意図した構成であれば対処は不要です。"
    ),
    "activated.permanent": "Windows は「{channel}」により永続的にライセンス認証されているため、KMS は関係しません。",
    "activated.unknown_channel": "Windows は無期限でライセンス認証済みと報告していますが、チャネル ({channel}) は未知のものです。",
    "activated.at_risk": "Windows はライセンス認証済みですが、次の問題を解消しないと次回の更新に失敗します: {title}",
    "activation-unexplained.refused": (
        "KMS はゲストに応答していますが、Windows はライセンス認証されていません。再度ライセンス認証を実行し、通信が Azure の"
        "パブリック IP アドレスから出ていることを確認してください: {code}。"
    ),
    "activation-unexplained.untried": (
        "Windows はライセンス認証されていませんが、妨げるものも試行の記録も見つかりません。今すぐライセンス認証を実行し、"
        "結果を確認してください。"
    ),
    "activation-unexplained.manual": (
        "Windows はライセンス認証されておらず、自動ライセンス認証が無効です。手動でライセンス認証を実行するか、自動を有効に戻してください。"
    ),
    "activation-unexplained.type": (
        "Windows はライセンス認証されておらず、KMS の使用が許可されていません (ライセンス認証の種類 {type})。KMS を許可し、"
        "ライセンス認証を実行してください。"
    ),
    "activation-unexplained.unread": (
        "Windows はライセンス認証されていませんが、取得できた情報からは原因がわかりません。残りの情報を取得できるようにし、"
        "再度診断してください: {unread}。"
    ),
    "activation-unexplained.found": (
        "Windows はライセンス認証されていませんが、取得できた情報では説明できません。再度ライセンス認証を実行し、"
        "コードを確認してください: {code}。"
    ),
    "activation-unexplained.key": "公開されているキー (末尾 {partial}) と異なります",
    "activation-unexplained.directory": "1: Active Directory のみ",
    "activation-unexplained.token": "3: トークンのみ",
    "appliance-blocks-kms.found": (
        "{addresses} への通信は仮想アプライアンス {hop} を経由しており、そこで遮断されている可能性が高いです。TCP 1688 を許可するか、"
        "KMS のアドレスへの通信を迂回させてください。"
    ),
    "appliance-blocks-kms.refused": (
        "KMS はゲストに応答していますがライセンス認証は行われず、通信は仮想アプライアンス {hop} を経由しています。Azure の"
        "パブリック IP アドレスから出るようにするか、KMS のアドレスへの通信を迂回させてください。"
    ),
    "azure-edition-attestation.chain": (
        "証明書 ({issuer}) がないため、Azure Edition が Azure 上で動作していることを確認できません。証明書をインストールするか、"
        "ゲストがダウンロードできるようにしてください。"
    ),
    "azure-edition-attestation.imds": (
        "Instance Metadata Service ({status}) が応答しないため、Azure Edition が Azure 上で動作していることを確認できません。"
        "ゲストから 169.254.169.254 への通信を許可してください。"
    ),
    "azure-edition-attestation.error": (
        "Azure Edition が Azure 上で動作していることを確認できない可能性があります。構成証明済みドキュメントを確認してください: {status}。"
    ),
    "azure-edition-attestation.unnamed": "発行元不明",
    "azure-edition-attestation.unreachable": "構成証明済みドキュメントを取得できません",
    "azure-firewall-application-rule.found": (
        "TCP 1688 に一致するのがアプリケーション規則だけのため、Azure Firewall {hop} が KMS の代わりに応答しています。KMS の"
        "アドレスへの TCP 1688 を許可するネットワーク規則を追加してください。"
    ),
    "azure-firewall-denies-kms.found": (
        "Azure Firewall {hop} が {addresses} への通信を遮断しています。KMS のアドレスへの TCP 1688 を許可するネットワーク規則を"
        "追加してください。"
    ),
    "clock-skew.measured": (
        "ゲストの時刻が {offset}{direction}います。KMS が許容するのは 4 時間までのため、時刻を修正し、ライセンス認証を実行してください。"
    ),
    "clock-skew.code": "時刻のずれにより KMS に拒否されました。時刻を修正し、ライセンス認証を実行してください: {code}。",
    "clock-skew.past": "時刻のずれにより KMS に拒否されましたが、現在の時刻は正常です。再度ライセンス認証を実行してください ({code})。",
    "clock-skew.fast": "進んで",
    "clock-skew.slow": "遅れて",
    "clock-skew.offset": "{offset} 秒 (測定誤差 {doubt} 秒)",
    "dns-resolution-failed.failed": (
        "ゲストが {name} を名前解決できません。DNS を修正し、ライセンス認証を実行してください: {reason}。"
    ),
    "dns-resolution-failed.local": (
        "DNS サーバーは {name} を解決できますが、ゲストでは解決できません。DNS キャッシュをクリアし、hosts ファイルと"
        "名前解決ポリシーを確認してください。"
    ),
    "dns-resolution-failed.some": "{name} を解決できない DNS サーバーがあります。{servers} を修正してください。",
    "dns-resolution-failed.code": (
        "直近の試行で KMS の名前を解決できませんでした。ゲストの DNS を修正し、ライセンス認証を実行してください: {reason}。"
    ),
    "dns-resolution-failed.no_answer": "応答にアドレスがありません",
    "dns-unexpected-answer.found": (
        "{name} が {addresses} に解決されますが、Azure の KMS ではなく、KMS としても応答しません。DNS を修正し、"
        "ライセンス認証を実行してください。"
    ),
    "dns-unexpected-answer.local": (
        "このゲストでのみ {name} が {addresses} に解決されますが、Azure の KMS ではありません。hosts ファイルの該当行を削除し、"
        "DNS キャッシュをクリアしてから、ライセンス認証を実行してください。"
    ),
    "dns-unexpected-answer.untested": (
        "{name} が {addresses} に解決されますが、Azure の KMS の既知のアドレスではありません。DNS を確認してください。"
    ),
    "dns-unexpected-answer.some": (
        "{servers} で {name} が {addresses} に解決されますが、Azure の KMS ではありません。その DNS サーバーを修正してください。"
    ),
    "dns-unexpected-answer.via": "{addresses} (別名: {chain})",
    "evaluation-edition.found": (
        "評価版のエディションであり、KMS ではライセンス認証できません。先にエディションを変換してください。変換前にキーを"
        "インストールしないでください。"
    ),
    "evaluation-edition.running": (
        "評価版のエディション (期限: {end}) であり、KMS ではライセンス認証できません。期限までにエディションを変換してください。"
    ),
    "evaluation-edition.open_end": "評価期間の終了時",
    "forced-tunneling.found": (
        "{addresses} への通信が Azure からではなく{route} を通って出ており、KMS はこれに応答しません。KMS のアドレスへの"
        "インターネット向けルートを追加してください。"
    ),
    "forced-tunneling.refused": (
        "KMS はゲストに応答していますが、Azure からの要求しか受け付けません。{addresses} への通信は{route} を通って出ています。"
        "KMS のアドレスへのインターネット向けルートを追加してください。"
    ),
    "guest-firewall-blocks-kms.rule": (
        "ゲストの Windows ファイアウォールの規則 {rules} が TCP {port} の送信を遮断しています。規則を削除するか送信を許可し、"
        "ライセンス認証を実行してください。"
    ),
    "guest-firewall-blocks-kms.default": (
        "ゲストの Windows ファイアウォールは、許可する規則のない送信接続を遮断します。TCP {port} の送信を許可し、"
        "ライセンス認証を実行してください。"
    ),
    "guest-firewall-blocks-kms.probe": (
        "ゲストの Windows ファイアウォールの規則 {rules} が PowerShell の TCP {port} への接続を遮断しているため、KMS に到達できるかどうかは"
        "確認されていません。次のライセンス認証の結果で判断してください。"
    ),
    "guest-firewall-blocks-kms.unnamed": (
        "ゲスト自身が TCP {port} への接続を禁止しています (WSAEACCES)。ゲストのファイアウォールで送信を許可し、"
        "ライセンス認証を実行してください。"
    ),
    "guest-firewall-blocks-kms.profiles": "ファイアウォールのレジストリ (有効なプロファイル: {profiles})",
    "guest-firewall-blocks-kms.registry": "ファイアウォールのレジストリ ({source}) {rule}",
    "guest-firewall-blocks-kms.not_known": "不明",
    "guest-unreachable.unreachable": (
        "VM に接続できませんでした。Ansible から接続できるようにし、再度診断してください: {message}。"
    ),
    "guest-unreachable.failed": (
        "VM は応答しましたが、ライセンス認証の情報を取得できませんでした。原因を解消し、再度診断してください: {message}。"
    ),
    "guest-unreachable.not_asked": "VM を調査していないため、ライセンス認証の状態は不明です: {message}。",
    "guest-unreachable.no_reason": "理由は示されていません",
    "kms-host-not-set.found": (
        "KMS ホストが設定されておらず、DNS にも登録がありません。KMS ホストを {target} に設定し、ライセンス認証を実行してください。"
    ),
    "kms-host-not-set.unset": "未設定",
    "kms-host-not-set.no_record": "レコードなし",
    "kms-unreachable-unexplained.silent": (
        "ゲストから Azure の KMS の TCP {port} に到達できませんが、取得できた情報では原因がわかりません。Azure から出るまでのどこで"
        "通信が破棄されているかを調べてください。"
    ),
    "kms-unreachable-unexplained.answered": (
        "経路上の機器が Azure の KMS の代わりに TCP {port} に応答しています。該当するファイアウォールまたはプロキシを特定し、"
        "検査せずに TCP のまま通してください。"
    ),
    "kms-unreachable-unexplained.partly": (
        "ゲストは Azure の KMS のアドレスの一部にしか到達できません。{dead} への TCP {port} も許可してください。"
    ),
    "kms-unreachable-unexplained.events": (
        "ゲストの直近の試行に KMS からの応答がなく、接続もテストできませんでした。ゲストから TCP {port} をテストしてください。"
    ),
    "kms-unreachable-unexplained.via": "{next_hop} ({interface})",
    "license-state-unreadable.error": (
        "Windows からライセンスの状態を取得できませんでした。失敗の原因を解消し、再度診断してください: {reason}。"
    ),
    "license-state-unreadable.skipped": (
        "ライセンスの状態を調査していないため、何も判断できません。セクション license も収集してください。"
    ),
    "license-state-unreadable.state": (
        "Windows が報告したライセンス状態 {status} は未知の値のため、ライセンス認証されているか判断できません。VM で確認してください。"
    ),
    "license-state-unreadable.age": (
        "Windows はライセンス済みと報告していますが期限が不明なため、更新されるか判断できません。VM で確認してください。"
    ),
    "license-state-unreadable.failed": "失敗",
    "license-state-unreadable.source": "{section}: エラー",
    "license-state-unreadable.no_reason": "製品の情報を読み取れませんでした",
    "licensing-service-disabled.disabled": (
        "ライセンス サービス (sppsvc) が無効です。自動 (遅延開始) に戻し、ライセンス認証を実行してください。"
    ),
    "licensing-service-disabled.absent": (
        "ライセンス サービス (sppsvc) が存在しません。Windows を修復するか、正常なイメージから VM を再デプロイしてください。"
    ),
    "licensing-service-disabled.code": (
        "ライセンス サービス (sppsvc) を開始できません。原因を解消し、ライセンス認証を実行してください: {code}。"
    ),
    "licensing-service-disabled.no_service": "存在しません",
    "multi-session-edition.host": (
        "Windows Enterprise マルチセッションが、対応できない KMS を参照しています。KMS ホストを {target} に設定してください。"
        "プロダクト キーは変更しないでください。"
    ),
    "multi-session-edition.key": (
        "Windows Enterprise マルチセッションのイメージ本来のキーが失われています。キーをインストールせず、正常なイメージから VM を"
        "再デプロイしてください。"
    ),
    "no-outbound-path.found": (
        "VM に送信方法がないため、{addresses} への通信が出られません。サブネットに NAT ゲートウェイを関連付けてください。"
    ),
    "not-kms-client.channel": (
        "Windows はライセンス認証されておらず、キーの種類が「{channel}」のため Azure の KMS では認証できません。KMS クライアント セットアップ "
        "キーをインストールし、ライセンス認証を実行してください。"
    ),
    "not-kms-client.code": (
        "Windows はライセンス認証されておらず、キーが適合しないと報告しています。エディションに合った KMS クライアント セットアップ "
        "キーをインストールし、ライセンス認証を実行してください: {code}。"
    ),
    "not-kms-client.published": "{title} の公開キー",
    "nsg-denies-kms.found": (
        "{rule} により {addresses} への通信が遮断されています。それより優先される規則で、KMS のアドレスへの TCP 1688 の送信を"
        "許可してください。"
    ),
    "product-key-missing.found": (
        "Windows にプロダクト キーがありません。エディションに合った KMS クライアント セットアップ キーをインストールし、"
        "ライセンス認証を実行してください。"
    ),
    "product-key-missing.none": "なし",
    "renewal-overdue.found": (
        "Windows のライセンスの残りは {left}ですが、妨げるものが見つからないのに {age}の間更新されていません。今すぐライセンス認証を実行し、"
        "次回の試行を確認してください。"
    ),
    "renewal-overdue.at_most": "{limit} 以下",
    "renewal-overdue.unknown_left": "不明",
    "route-blackhole.found": (
        "{addresses} への通信が{route} で破棄されています。ルートを修正するか、KMS のアドレスへのインターネット向けルートを追加してください。"
    ),
    "sides-disagree.found": (
        "Azure の設定では KMS への通信が遮断されるはずですが ({causes})、ゲストからは到達できています。ゲストの結果を優先します。"
        "Azure から取得した内容を確認してください。"
    ),
    "stale-kms-routes.found": (
        "KMS 用のルートが古い、または誤ったアドレス ({stale}) 宛てのため、{addresses} への通信は{route} を通ります。現在のアドレスへの"
        "ルートを追加してください。"
    ),
    "stale-kms-routes.harmless": (
        "ルート テーブルに、古い、または誤った KMS のアドレス ({stale}) 宛てのルートがあります。現在のアドレスへのルートに置き換えてください。"
    ),
    "stale-kms-routes.unnamed": "現在は使用されていないもの",
    "token-store-damaged.code": (
        "ライセンス サービスのトークン ストアが破損しています。アクセス権を確認してから再構築し、ライセンス認証を実行してください。"
    ),
    "token-store-damaged.absent": (
        "ライセンス サービスのトークン ストア (tokens.dat) がありません。再構築し、ライセンス認証を実行してください。"
    ),
    "token-store-damaged.unreadable": (
        "ライセンス サービスのトークン ストア (tokens.dat) を読み取れません。アクセス権を確認してから再構築し、"
        "ライセンス認証を実行してください。"
    ),
    "token-store-damaged.empty": (
        "ライセンス サービスのトークン ストア (tokens.dat) が空です。再構築し、ライセンス認証を実行してください。"
    ),
    "token-store-damaged.file": "{path}、{size} バイト、更新日時 {modified}",
    "token-store-damaged.no_file": "ありません",
    "transient-failure.found": (
        "Windows はライセンス認証済みで、最終更新は {age}前です。ここ数日に {count} 回の失敗がありましたが解消しており、対処は不要です。"
    ),
    "transient-failure.one": (
        "Windows はライセンス認証済みで、最終更新は {age}前です。ここ数日に 1 回の失敗がありましたが解消しており、対処は不要です。"
    ),
    "wrong-kms-host.other": (
        "KMS ホストが {host} に設定されていますが、Azure の KMS ではありません。{target} に設定し、ライセンス認証を実行してください。"
    ),
    "wrong-kms-host.azure_other_cloud": (
        "KMS ホストが別の Azure クラウドの KMS である {host} に設定されています。{target} に設定し、ライセンス認証を実行してください。"
    ),
    "wrong-kms-host.azure_old_address": (
        "KMS ホストが、Azure の KMS では使用されなくなったアドレス {host} に設定されています。{target} に設定し、"
        "ライセンス認証を実行してください。"
    ),
    "wrong-kms-host.known_other": (
        "KMS ホストが {host} ({why}) に設定されています。{target} に設定し、ライセンス認証を実行してください。"
    ),
    "wrong-kms-host.known_not": "Azure の KMS ではないことがわかっているもの",
    "wrong-kms-host.port": (
        "KMS のポートが {port} に設定されていますが、Azure の KMS は {wanted} でのみ応答します。ホストを {target} に設定し、"
        "ライセンス認証を実行してください。"
    ),
    "wrong-kms-host.pinned": (
        "KMS ホストがアドレス {host} に固定されています。Azure がそのアドレスを使い続ける間しか機能しないため、{target} に設定してください。"
    ),
    "wrong-kms-host.pinned_dead": (
        "KMS ホストがアドレス {host} に固定されており、これは応答しませんが、Azure の KMS の別のアドレスは応答しています。{target} に"
        "設定し、ライセンス認証を実行してください。"
    ),
    "wrong-kms-host.left_behind": (
        "{host} が設定されていますが、直近の試行は {old} に送られました。キャッシュされたホストをクリアし、再度ライセンス認証を"
        "実行してください。"
    ),
    "known_host.20.118.99.244": "旧ドキュメントにある 20.118.99.224 の誤記",
    "known_host.kms.windows.googlecloud.com": "Google Cloud の KMS (gcpdiag WARN/2022_012)",
    "known_host.35.190.247.13": "Google Cloud の KMS (gcpdiag WARN/2022_012)",
    "channel.mak": "マルチ ライセンス認証キー (MAK)",
    "channel.retail": "リテール キー",
    "channel.oem": "OEM キー",
    "channel.avma": "Hyper-V 仮想マシン用キー (AVMA)",
    "channel.kms_host": "KMS ホスト キー",
    "azure.kms": "Azure の KMS",
    "azure.some_rule": "規則",
    "azure.some_hop": "(次ホップ)",
    "azure.some_route": "ルート",
    "azure.rule": "規則 {name}",
    "azure.route": "ルート {name} ({hop})",
    "engine.skipped": "{subject}は未確認です。{need} を収集していません。",
    "engine.unknown": "{subject}を確認できませんでした。{need} を読み取れません。",
    "engine.raised": "{subject}を確認できませんでした。チェック自体が失敗しており、コレクションの不具合です。",
    "engine.no_verdict": "チェック自体が失敗したため判定できません。コレクションの不具合です。",
    "engine.either": "{first} または {rest}",
    "engine.rule": "ルール {id}",
    "subject.guest-unreachable": "ゲスト",
    "subject.licensing-service-disabled": "ライセンス サービス",
    "subject.evaluation-edition": "エディション",
    "subject.multi-session-edition": "エディション",
    "subject.product-key-missing": "プロダクト キー",
    "subject.not-kms-client": "キーのチャネル",
    "subject.kms-host-not-set": "KMS ホスト",
    "subject.wrong-kms-host": "KMS ホスト",
    "subject.dns-resolution-failed": "名前解決",
    "subject.dns-unexpected-answer": "KMS の名前の解決結果",
    "subject.guest-firewall-blocks-kms": "ゲストのファイアウォール",
    "subject.nsg-denies-kms": "セキュリティ規則",
    "subject.route-blackhole": "通信を破棄するルート",
    "subject.stale-kms-routes": "KMS 用のルート",
    "subject.forced-tunneling": "強制トンネリング",
    "subject.azure-firewall-application-rule": "KMS に対するアプリケーション規則",
    "subject.azure-firewall-denies-kms": "経路上の Azure Firewall",
    "subject.appliance-blocks-kms": "経路上の仮想アプライアンス",
    "subject.no-outbound-path": "送信方法",
    "subject.kms-unreachable-unexplained": "KMS への接続",
    "subject.clock-skew": "時刻",
    "subject.token-store-damaged": "トークン ストア",
    "subject.azure-edition-attestation": "Azure Edition の構成証明",
    "subject.sides-disagree": "ゲストと Azure の結果の一致",
    "subject.renewal-overdue": "ライセンスの更新",
    "subject.license-state-unreadable": "ライセンス",
    "subject.activation-unexplained": "ライセンス認証",
    "subject.transient-failure": "直近の試行",
    "subject.activated": "ライセンス",
}
