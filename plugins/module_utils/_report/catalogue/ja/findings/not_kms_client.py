# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finding not-kms-client in Japanese."""

NAME = "プロダクト キーの種類が不適切"
SUBJECT = "キーのチャネル"
TEXTS = {
    "channel": "Windows はライセンス認証されておらず、キーの種類が「{channel}」のため Azure の KMS では認証できません。KMS クライアント セットアップ キーをインストールし、ライセンス認証を実行してください。",
    "avma": "Windows はライセンス認証されておらず、キーは認証済みの Hyper-V ホストだけが認証できるもの (AVMA) です。Azure Local などの Hyper-V ホストではホストに認証させ、Azure では KMS クライアント セットアップ キーをインストールしてください。",
    "subscription": "Windows はライセンス認証されておらず、リテール キーはサブスクリプションのものである可能性があります。サブスクリプションを持つユーザーがサインインするか、KMS クライアント セットアップ キーをインストールしてライセンス認証を実行してください。",
    "code": "Windows はライセンス認証されておらず、キーが適合しないと報告しています ({code})。エディションに合った KMS クライアント セットアップ キーをインストールし、ライセンス認証を実行してください。",
}
STEPS = {
    "keep": "Azure Local などの Hyper-V ホストでは正しいキーのため、そのままにします",
    "host": "そのホストがライセンス認証済みで、ホストの Windows のバージョンがこのゲストを認証できることを確認します",
    "user": "サブスクリプションで認証する VM の場合は、Windows を含むサブスクリプションを持つユーザーがサインインします",
}
