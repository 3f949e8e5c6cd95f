"""The line of time as a page shows it: each entry in words, with where it was told or what came of the call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import g
from sqlalchemy.orm import Session

from shopify_app.channels.mail import queries as mails
from shopify_app.contracts.models import Contract
from shopify_app.journal import queries as journal
from shopify_app.kit.speech import _
from shopify_app.web.admin import mail_face, sentences
from shopify_app.web.admin.history import calls, kinds, places, sources
from shopify_app.web.admin.history.sources import DROPPED, FACT, NOTE, PLANNED, Entry, Place
from shopify_app.web.admin.sentence import by

Values = dict[str, Any]


class Line(NamedTuple):
    """Entries as a page shows them, newest first; `following`: where the next page begins, empty on the last one."""

    entries: list[Values]
    following: str


def read(session: Session, contract: Contract, kind: str, after: Place | None, limit: int) -> Line:
    """Return up to `limit` entries of a kind, those below `after`."""
    one = kinds.KINDS[kind]
    asked = kinds.narrowed(sources.of(contract, kinds.facts_of(one)), one)
    found = sources.read(session, asked, after, limit + 1)
    shown = found[:limit]
    return Line(_said(session, shown), places.write(shown[-1].place) if len(found) > limit else "")


def _said(session: Session, found: Sequence[Entry]) -> list[Values]:
    facts = [entry.row.id for entry in found if entry.place.rank == FACT]
    told, mailed = journal.deliveries(session, g.shop.id, facts), mails.of_facts(session, g.shop.id, facts)
    entries: list[Values] = []
    for entry in found:
        row, rank = entry.row, entry.place.rank
        said: Values = {"at": entry.at, "told": [], "is_call": rank in sources.CALLS}
        if rank == FACT:
            said |= sentences.sentence(row, g.shop.zone)._asdict()
            said["told"] += [sentences.told(each) for each in told.get(row.id, [])]
            said["told"] += [mail_face.mailed(each) for each in mailed.get(row.id, [])]
        elif rank == NOTE:
            words = _("Note%(who)s:", who=by(row.written_by))
            said |= {"words": words, "tone": "neutral", "text": row.text, "note": row.id}
        elif rank in (DROPPED, PLANNED):
            tell = sentences.dropped if rank == DROPPED else sentences.planned
            said |= tell(row, g.shop.zone)._asdict()
        else:
            said |= calls.call(row)._asdict()
        entries.append(said)
    return entries
