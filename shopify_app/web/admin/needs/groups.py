"""Gathers what needs a person: each group with its number, its first rows, and what can be done beside each row.

The number is that of the list its link leads to. A group costs what waits in it, not what the shop has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from flask import g, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.dunning import ladders
from shopify_app.fulfillment import folding, listing
from shopify_app.fulfillment import words as change_words
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import _, known, spoken
from shopify_app.shoppers.models import Shopper
from shopify_app.tasks import book
from shopify_app.web.admin.fulfillment import asked
from shopify_app.web.admin.needs import waiting, words
from shopify_app.web.admin.payments import cases, telling
from shopify_app.web.admin.words import reason
from shopify_app.web.format import day, money, short_day

Values = dict[str, Any]

FEW = 3
"""Rows of a group on Home."""
UNKNOWN = telling.UNKNOWN


def gather(session: Session, shop_id: int, now: datetime) -> list[Values]:
    """Return the groups that have anything, most urgent first. `now`: business time."""
    found = [*_parked(session, shop_id), *_failed(session, shop_id, now), *_short(session, shop_id)]
    return [*found, *_changes(session, shop_id, now), *_tasks(session, shop_id)]


def _group(name: str, number: int, rows: Iterable[Values], href: str, *more: Values) -> Iterator[Values]:
    """A group, if it has anything. `more`: what can be done with all of it at once."""
    if number:
        said = words.GROUPS[name]
        yield {"name": name, "number": number, **said._asdict(), "rows": list(rows), "href": href, "deeds": more}


def _parked(session: Session, shop_id: int) -> Iterator[Values]:
    number = waiting.count(session, waiting.parked(shop_id))
    rows = waiting.few_parked(session, shop_id, FEW) if number else []
    yield from _group(words.PARKED, number, map(_parked_row, rows), url_for("admin.contracts", show="parked"))


def _parked_row(row: waiting.Row) -> Values:
    cycle, number = row.cycle, number_of(row.contract.shopify_gid)
    release = url_for("admin.contract_release", number=number, cycle=cycle.cycle_index if cycle else None)
    why = cycle.parked_reason if cycle else row.contract.parked_reason
    return _row(
        row, reason(why), [_link(_("Let charges run again") if cycle is None else _("Release"), release, row)]
    )


def _short(session: Session, shop_id: int) -> Iterator[Values]:
    number = waiting.count(session, waiting.short(shop_id))
    rows = waiting.few_short(session, shop_id, FEW) if number else []
    yield from _group(words.SHORT, number, map(_short_row, rows), url_for("admin.contracts", show="short"))


def _short_row(row: waiting.Row) -> Values:
    assert row.cycle is not None
    number, index = number_of(row.contract.shopify_gid), row.cycle.cycle_index
    names = ", ".join(f"{line.quantity} × {line.title}" for line in row.contract.lines)
    deeds = [
        (_("Charge all the same"), "release"),
        (_("Skip this order"), "skip"),
        (_("Change this order"), "contents"),
    ]
    links = [
        _link(label, url_for(f"admin.contract_{verb}", number=number, cycle=index), row) for label, verb in deeds
    ]
    return _row(row, names, links)


def _row(row: waiting.Row, said: str, deeds: list[Values]) -> Values:
    number = number_of(row.contract.shopify_gid)
    return {
        "who": row.shopper.label if row.shopper else UNKNOWN,
        "number": number,
        "href": url_for("admin.contract", number=number),
        "about": day(row.cycle.expected_at, g.shop.zone) if row.cycle else "",
        "said": said,
        "deeds": deeds,
    }


def _link(label: str, href: str, row: waiting.Row) -> Values:
    who = row.shopper.label if row.shopper else UNKNOWN
    return {"label": label, "href": href, "of": f"{who}, #{number_of(row.contract.shopify_gid)}"}


def _failed(session: Session, shop_id: int, now: datetime) -> Iterator[Values]:
    counts = cases.counts(session, shop_id)
    if not any(name in counts for name in cases.NEED_MERCHANT):
        return
    own, oldest = ladders.of(session, shop_id), cases.few(session, shop_id)
    at_once = {"label": _("Mended? Try all again"), "href": url_for("admin.retry_payments"), "of": ""}
    for name in cases.NEED_MERCHANT:
        told = [_case_row(telling.row(row, own, now)) for row in oldest if row.group == name][:FEW]
        more = (at_once,) if name == cases.MERCHANT else ()
        number = counts.get(name, cases.NONE).number
        yield from _group(name, number, told, url_for("admin.payments", show=name), *more)


def _case_row(row: Values) -> Values:
    of = f"{row['shopper']}, {money(row['amount'], row['currency'])}"
    deeds = [
        (_("Retry now"), "admin.retry_payment", "may_retry"),
        (_("Give up"), "admin.give_up_payment", "may_give_up"),
    ]
    return {
        "who": row["shopper"],
        "number": row["number"],
        "href": row["href"],
        "about": money(row["amount"], row["currency"]),
        "said": row["happened"],
        "deeds": [
            {"label": label, "href": url_for(endpoint, number=row["case"]), "of": of}
            for label, endpoint, may in deeds
            if row[may]
        ],
    }


def _changes(session: Session, shop_id: int, now: datetime) -> Iterator[Values]:
    wanted = asked.wanted({"ships": asked.SOON}, now.astimezone(g.shop.zone).date())
    number = listing.count(session, shop_id, wanted)
    found = listing.page(session, shop_id, wanted, limit=FEW) if number else []
    names = _names(session, shop_id, {row.change.customer_gid or "" for row in found})
    rows = [_change_row(row, names) for row in found]
    yield from _group(words.CHANGES, number, rows, url_for("admin.feed", ships=asked.SOON))


def _change_row(row: listing.Row, names: dict[str, str]) -> Values:
    change = row.change
    number = number_of(change.contract_gid) if change.contract_gid else ""
    who = names.get(change.customer_gid or "", UNKNOWN)
    deed = {"label": _("Acknowledge"), "post": url_for("admin.acknowledge_changes", ships=asked.SOON)}
    seen = {"fields": {"seen": f"{change.id}.{change.revision}"}, "of": f"{who}, #{number}"}
    return {
        "who": who,
        "number": number,
        "href": url_for("admin.contract", number=number) if number and row.contract else "",
        "about": _("ships %(day)s", day=short_day(change.ships_on)) if change.ships_on else "",
        "said": "; ".join(change_words.lines(folding.standing(change.parts), g.shop.zone, spoken().tag)),
        "deeds": [deed | seen],
    }


def _names(session: Session, shop_id: int, gids: set[str]) -> dict[str, str]:
    found = select(Shopper).where(Shopper.shop_id == shop_id, Shopper.shopify_gid.in_(gids))
    return {shopper.shopify_gid: shopper.label for shopper in session.scalars(found)}


def _tasks(session: Session, shop_id: int) -> Iterator[Values]:
    number = book.waiting(session, shop_id)
    rows = [
        {
            "who": known(task.words),
            "number": number_of(task.contract_gid) if task.contract_gid else "",
            "href": url_for("admin.contract", number=number_of(task.contract_gid)) if task.contract_gid else "",
            "about": "",
            "said": known(task.to_do),
            "deeds": [
                {
                    "label": _("Mark as done"),
                    "of": known(task.words),
                    "post": url_for("admin.task_done", number=task.id),
                }
            ],
        }
        for task in (book.listed(session, shop_id, limit=FEW) if number else [])
    ]
    yield from _group(words.TASKS, number, rows, url_for("admin.tasks"))
