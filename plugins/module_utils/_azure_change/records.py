# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the journal is told about one write, or about undoing one."""

from __future__ import annotations

import dataclasses
import typing as t

from . import journal as journals
from .change_set import Write
from .journal import Entry, Journal


@dataclasses.dataclass(frozen=True)
class Record:
    """One write under way: the states that the journal gets before it, after it, and when it did not happen."""

    journal: Journal
    entry: Entry
    before: str
    after: str
    otherwise: str

    @classmethod
    def of_new(cls, journal: Journal, entry: Entry) -> Record:
        """Return the record of a new write."""
        return cls(journal, entry, journals.INTENDED, journals.DONE, journals.NOT_DONE)

    @classmethod
    def of_undoing(cls, journal: Journal, entry: Entry) -> Record:
        """Return the record of undoing a write."""
        return cls(journal, entry, journals.UNDOING, journals.UNDONE, entry.state)

    def begin(self) -> None:
        """Say that the write is about to be sent."""
        self.journal.append(dataclasses.replace(self.entry, state=self.before))

    def not_done(self) -> None:
        """Say that nothing was changed."""
        self.journal.append(dataclasses.replace(self.entry, state=self.otherwise))

    def done(self, write: Write, body: t.Mapping[str, t.Any] | None) -> Entry:
        """Say what the object is now; return the change as it happened, which is the opposite of what it undoes."""
        after = None if body is None else dict(body)
        kept = self.entry if self.after == journals.UNDONE else dataclasses.replace(self.entry, after=after)
        self.journal.append(dataclasses.replace(kept, state=self.after))
        before = None if write.before is None else dict(write.before)
        return dataclasses.replace(kept, state=self.after, operation=write.operation, before=before, after=after)
