# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure resource ids: their parts, compared without regard to case."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class ResourceId:
    """One id, split. `types` and `names` run from the top resource down; `types[0]` holds no namespace."""

    subscription: str
    group: str | None
    namespace: str
    types: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def type(self) -> str:
        """Full type, as `Microsoft.Network/virtualNetworks/subnets`."""
        return "/".join((self.namespace, *self.types))

    @property
    def kind(self) -> str:
        """Full type in lower case, for comparing."""
        return self.type.lower()

    @property
    def name(self) -> str:
        """Name of the resource itself."""
        return self.names[-1]

    @property
    def text(self) -> str:
        """The id as it was written, in ARM's form."""
        group = f"/resourceGroups/{self.group}" if self.group else ""
        pairs = "".join(f"/{kind}/{name}" for kind, name in zip(self.types, self.names, strict=True))
        return f"/subscriptions/{self.subscription}{group}/providers/{self.namespace}{pairs}"

    @property
    def key(self) -> str:
        """The id for comparing."""
        return self.text.lower()

    @property
    def parent(self) -> ResourceId | None:
        """The resource above, None for a top resource."""
        if len(self.types) == 1:
            return None
        return dataclasses.replace(self, types=self.types[:-1], names=self.names[:-1])

    @property
    def top(self) -> ResourceId:
        """The top resource of this one."""
        return dataclasses.replace(self, types=self.types[:1], names=self.names[:1])

    def child(self, kind: str, name: str) -> ResourceId:
        """Return the resource `name` of type `kind` below this one."""
        return dataclasses.replace(self, types=(*self.types, kind), names=(*self.names, name))


def parse(text: object) -> ResourceId | None:
    """Split a resource id; None when `text` is not the id of one resource."""
    parts = str(text or "").strip().strip("/").split("/")
    lower = [part.lower() for part in parts]
    try:
        at = lower.index("providers")
    except ValueError:
        return None
    head, tail = parts[:at], parts[at + 1 :]
    if len(tail) < 3 or len(tail) % 2 == 0 or not all(parts) or lower[0] != "subscriptions":
        return None
    if len(head) == 4 and lower[2] == "resourcegroups":
        group: str | None = head[3]
    elif len(head) == 2:
        group = None
    else:
        return None
    return ResourceId(head[1], group, tail[0], tuple(tail[1::2]), tuple(tail[2::2]))


def key(text: object) -> str:
    """Return an id in the form used for comparing, also when it cannot be split."""
    found = parse(text)
    return found.key if found else str(text or "").lower()
