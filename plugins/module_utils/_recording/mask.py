# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names, addresses and ids out of a recording: what the vocabulary knows stays, everything else is replaced. Pure.

The same text always gets the same replacement, whatever its case, so that what belonged together still does.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from . import vocabulary
from .addresses import AddressMask

_WORD = re.compile(r"[^\s,;=|\\\"'()<>\[\]{}]+")
_RANGE = re.compile(r"([0-9a-fA-F.:]+)-([0-9a-fA-F.:]+)")
_RULE_RANGE = re.compile(r"\b([RL]A[46])=([0-9a-fA-F.:]+-[0-9a-fA-F.:]+)")
_HOST = re.compile(r"(\*\.)?[\w*-]+(\.[\w-]+)+\.?|_\w+\._tcp", re.ASCII)
_HOST_AND_PORT = re.compile(r"(.+):(\d{1,5})")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PROVIDER = re.compile(r"Microsoft(\.\w+)+", re.IGNORECASE)
_ID = re.compile(r"/(subscriptions|providers)(/|$)", re.IGNORECASE)
_RPC = "05"


class Masker:
    """Masks any JSON-plain value; one instance for everything that must still fit together. `key` is a secret of this run."""

    def __init__(self, key: bytes) -> None:
        self._addresses = AddressMask(key)
        self._names: dict[str, str] = {}
        self._guids: dict[str, str] = {}
        self._special: dict[str, t.Callable[[str], str]] = {
            "reply": _packet,
            "PartialProductKey": self._partial_key,
            "winhttp_settings": self._proxy,
        }

    def value(self, value: t.Any, key: str = "", parent: str = "") -> t.Any:
        """Return the masked value; `key` is the name it stands under, `parent` that of what holds it."""
        if isinstance(value, t.Mapping):
            return {self._key(str(name), key): self.value(item, str(name), key) for name, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [masked for item in value for masked in self._item(item, key, parent)]
        return self._text_of(value, key, parent) if isinstance(value, str) else value

    def _text_of(self, value: str, key: str, parent: str) -> str:
        special = self._special.get(parent if key == "data" else key)
        if special is not None:
            return special(value)
        if key == "code" and vocabulary.ERROR_CODE.fullmatch(value):
            return value
        return self._named(value) if key == "name" and parent != "sku" else self.text(value)

    def text(self, text: str) -> str:
        """Return a text with every word replaced that is not known."""
        if _ID.match(text):
            return self._resource(text)
        text = _RULE_RANGE.sub(
            lambda match: "|".join(f"{match[1]}={part}" for part in _range(match[2]) or [match[2]]), text
        )
        return _WORD.sub(lambda match: self._word(match[0]), text)

    def name(self, name: str) -> str:
        """Return the replacement of a name."""
        return self._names.setdefault(name.casefold(), f"name-{len(self._names) + 1}")

    def _key(self, name: str, parent: str) -> str:
        return name if name in vocabulary.KEYS and parent not in vocabulary.FREE_KEYS else self.text(name)

    def _item(self, item: t.Any, key: str, parent: str) -> list[t.Any]:
        parts = _range(item) if isinstance(item, str) else None
        return [self.value(part, key, parent) for part in parts or [item]]

    def _named(self, name: str) -> str:
        known = name.casefold() in vocabulary.NAMES or self._shaped(name) is not None
        return self._word(name) if known else self.name(name)

    def _word(self, word: str) -> str:
        shaped = self._shaped(word)
        if shaped is not None:
            return shaped
        if word.casefold() in vocabulary.WORDS or any(shape.fullmatch(word) for shape in vocabulary.SHAPES):
            return word
        return self.name(word)

    def _shaped(self, word: str) -> str | None:
        """Return the replacement of what has the form of an address, an id or a host; None when it has none of them."""
        network = self._network(word)
        if network is not None:
            return network
        if _GUID.fullmatch(word):
            known = word.casefold() in vocabulary.GUIDS
            number = len(self._guids) + 1
            fresh = f"00000000-0000-4000-8000-{number:012x}"
            return word if known else self._guids.setdefault(word.casefold(), fresh)
        if word.rstrip(".").casefold() in vocabulary.NAMES:
            return word
        place = _HOST_AND_PORT.fullmatch(word)
        if place is not None and self._shaped(place[1]) is not None:
            return f"{self._shaped(place[1])}:{place[2]}"
        known = word.casefold() in vocabulary.WORDS or any(shape.fullmatch(word) for shape in vocabulary.SHAPES)
        return self._host(word) if not known and _HOST.fullmatch(word) else None

    def _network(self, word: str) -> str | None:
        host, slash, length = word.partition("/")
        try:
            address = ipaddress.ip_address(host)
            if not slash:
                return str(self._addresses.address(address))
            exact = ipaddress.ip_network(word, strict=False)
        except ValueError:
            return None
        if exact.network_address != address:
            return f"{self._addresses.address(address)}/{length}"
        return f"{self._addresses.network(exact).network_address}/{length}"

    def _host(self, host: str) -> str:
        """Replace a host name label by label; the end that it shares with a known name stays."""
        labels = host.rstrip(".").split(".")
        kept = next(
            (at for at in range(len(labels)) if ".".join(labels[at:]).casefold() in vocabulary.ENDINGS), len(labels)
        )
        shown = [label if label.casefold() in vocabulary.LABELS else self.name(label) for label in labels[:kept]]
        return ".".join([*shown, *labels[kept:]]) + ("." if host.endswith(".") else "")

    def _resource(self, path: str) -> str:
        """Replace the names in a resource id or a request path; its types stay."""
        shown: list[str] = []
        typed = True
        for part in path.split("/")[1:]:
            if _PROVIDER.fullmatch(part) and shown and shown[-1].casefold() == "providers":
                shown.append(part)
                typed = True
                continue
            stays = not part or (typed and part.casefold() in vocabulary.TYPES)
            shown.append(part if stays else self._named(part))
            typed = part.casefold() == "providers" or not typed
        return "/" + "/".join(shown)

    def _partial_key(self, key: str) -> str:
        return key if key.upper() in vocabulary.PARTIAL_KEYS else f"X{int(self.name(key)[5:]):04d}"

    def _proxy(self, digits: str) -> str:
        """Replace the texts in WinHTTP's binary value: a header of 12 bytes, then texts with their length before them."""
        try:
            raw = bytes.fromhex(digits)
        except ValueError:
            return ""
        rest, shown = raw[12:], raw[:12]
        for _text in ("proxy", "bypass list"):
            length = int.from_bytes(rest[:4], "little")
            if len(rest) < 4 + length or len(rest) < 4:  # noqa: PLR2004
                return digits if len(raw) <= 12 else raw[:12].hex()  # noqa: PLR2004
            text = self.text(rest[4 : 4 + length].decode("latin-1")).encode("latin-1", "replace")
            shown, rest = shown + len(text).to_bytes(4, "little") + text, rest[4 + length :]
        return (shown + bytes(len(rest))).hex()


def _packet(digits: str) -> str:
    """Keep an RPC packet; of anything else only the length is told."""
    rpc = digits.startswith(_RPC) and re.fullmatch(r"[0-9a-fA-F]*", digits)
    return digits if rpc else "00" * (len(digits) // 2)


def _range(text: str) -> list[str] | None:
    """Return the networks that make up a range of addresses, as order does not survive masking; None when it is none."""
    ends = _RANGE.fullmatch(text.strip())
    try:
        first, last = (ipaddress.ip_address(end) for end in ends.groups()) if ends else (None, None)
        parts = ipaddress.summarize_address_range(t.cast(t.Any, first), t.cast(t.Any, last))
        return [str(part) for part in parts] if ends else None
    except (ValueError, TypeError):
        return None
