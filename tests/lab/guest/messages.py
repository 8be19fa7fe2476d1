# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error texts in the language of the guest. Nothing may depend on them: that is what they are for."""

from __future__ import annotations

ACCESS_DENIED = 0x80070005
_TEXTS: dict[int, dict[str, str]] = {
    0x80041010: {
        "en": "Invalid class", "de": "Ungültige Klasse", "fr": "Classe non valide", "ja": "無効なクラスです",
        "es": "Clase no válida", "it": "Classe non valida",
    },
    0x80041003: {
        "en": "Access denied", "de": "Zugriff verweigert", "fr": "Accès refusé", "ja": "アクセスが拒否されました",
    },
    0x8004100E: {
        "en": "Invalid namespace", "de": "Ungültiger Namespace", "fr": "Espace de noms non valide",
        "ja": "無効な名前空間です",
    },
    0x80070005: {
        "en": "Access is denied.", "de": "Zugriff verweigert", "fr": "Accès refusé.", "ja": "アクセスが拒否されました。",
        "es": "Acceso denegado.", "it": "Accesso negato.",
    },
    0x80070422: {
        "en": "The service cannot be started, either because it is disabled or because it has no enabled devices"
        " associated with it.",
        "de": "Der angegebene Dienst kann nicht gestartet werden. Er ist deaktiviert.",
        "fr": "Le service ne peut pas être démarré parce qu'il est désactivé.",
        "ja": "指定されたサービスは無効であるため、開始できません。",
    },
}  # fmt: skip
_UNKNOWN = {
    "en": "Unspecified error (code {code})", "de": "Unbekannter Fehler (Code {code})",
    "fr": "Erreur non spécifiée (code {code})", "ja": "エラーを特定できません (コード {code})",
    "es": "Error no especificado (código {code})", "it": "Errore non specificato (codice {code})",
}  # fmt: skip


def message(code: int, culture: str) -> str:
    """Return what Windows says about an HRESULT, in the language of `culture` or in English."""
    language = culture.partition("-")[0].casefold()
    texts = _TEXTS.get(code, {})
    return texts.get(language) or _UNKNOWN.get(language, _UNKNOWN["en"]).format(code=hexadecimal(code))


def hexadecimal(code: int) -> str:
    """Return a code as Windows tools print it."""
    return f"0x{code & 0xFFFFFFFF:08X}"


def hresult(code: int) -> int:
    """Return the HRESULT of a Win32 error number; an HRESULT stays as it is."""
    return 0x80070000 | code if 0 < code < 2**16 else code
