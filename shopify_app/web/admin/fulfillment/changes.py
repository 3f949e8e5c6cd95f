"""Changes: what was changed on what ships, by ship date, to be acknowledged by whoever packs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from io import StringIO
from typing import Any

from flask import Response, g, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.fulfillment import acknowledge, folding, listing, words
from shopify_app.fulfillment.listing import PAGE, Row, Wanted
from shopify_app.fulfillment.models import HISTORY, Change
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _, ngettext, spoken
from shopify_app.shoppers.models import Shopper
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.fulfillment import asked

MOST_IN_A_FILE = 10_000
NOTHING = N_("Nothing was acknowledged: each of them has changed meanwhile, or somebody else was faster")
COLUMNS = (
    N_("Ships on"),
    N_("Shipped before on"),
    N_("Subscription"),
    N_("Changed by"),
    N_("First"),
    N_("Last"),
    N_("Changes"),
    N_("Acknowledged by"),
)


@blueprint.get("/fulfillment")
@blueprint.get("/changes", endpoint="old_feed")
@merchant
def feed() -> Response:
    """The entries, soonest ship date first. A filter or page that is not known counts as none."""
    return _show()


@blueprint.post("/changes/acknowledge")
@merchant
def acknowledge_changes() -> Response:
    """Take note of entries as they were shown (`seen`: "id.revision", one or many)."""
    seen = dict(pair for text in request.form.getlist("seen")[: acknowledge.MOST] if (pair := _pair(text)))
    with ctx().db.session() as session:
        done = acknowledge.acknowledge(session, g.shop.id, seen, f"merchant:{g.user_id}", ctx().clock.now())
    if not done:
        return _show(toast=NOTHING, is_error=True)
    left = len(seen) - len(done)
    words = ngettext("%(num)s change acknowledged", "%(num)s changes acknowledged", len(done))
    if left:
        words += ", " + ngettext("%(num)s other changed meanwhile", "%(num)s others changed meanwhile", left)
    return _show(toast=words, undo=done)


@blueprint.post("/changes/reopen")
@merchant
def reopen_changes() -> Response:
    """Take it back: these are to be acknowledged again."""
    ids = [int(text) for text in request.form.getlist("id")[: acknowledge.MOST] if _is_id(text)]
    with ctx().db.session() as session:
        done = acknowledge.reopen(session, g.shop.id, ids)
    if not done:
        return _show(toast=_("Nothing was changed"))
    return _show(toast=_again(len(done)))


def _again(number: int) -> str:
    return ngettext("%(num)s change to be acknowledged again", "%(num)s changes to be acknowledged again", number)


@blueprint.get("/changes.csv")
@merchant
def changes_file() -> Response:
    """What the filter shows, all pages, as a file."""
    with ctx().db.session() as session:
        found = listing.page(session, g.shop.id, _wanted(), limit=MOST_IN_A_FILE)
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([str(name) for name in COLUMNS])
    writer.writerows([safe(cell) for cell in _cells(row)] for row in found)
    return as_file(out.getvalue(), "changes.csv")


def as_file(text: str, name: str) -> Response:
    """Return a CSV file, with the mark by which spreadsheets know UTF-8."""
    response = render.answer("\ufeff" + text)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def safe(cell: object) -> str:
    """Return a cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _cells(row: Row) -> list[object]:
    change = row.change
    number = number_of(change.contract_gid) if change.contract_gid else ""
    said = "; ".join(_lines(change))
    moments = [at.astimezone(g.shop.zone).isoformat(timespec="minutes") for at in (change.first_at, change.last_at)]
    return [
        change.ships_on,
        change.shipped_on,
        number,
        words.by(change.actor, spoken().tag),
        *moments,
        said,
        _by(row),
    ]


def _show(*, toast: str = "", is_error: bool = False, undo: Sequence[int] = ()) -> Response:
    wanted = _wanted()
    with ctx().db.session() as session:
        found = listing.page(session, g.shop.id, wanted, asked.after(request.args), PAGE + 1)
        total = listing.count(session, g.shop.id, wanted)
        has_any = bool(found) or listing.any_entry(session, g.shop.id)
        rows = _rows(session, found[:PAGE])
    kept: dict[str, Any] = {
        name: request.args[name] for name in ("show", "kind", "ships", "q") if request.args.get(name)
    }
    last = listing.key(found[PAGE - 1].change) if len(found) > PAGE else None
    following = url_for("admin.feed", **kept, after=f"{last[0]}_{last[1]}") if last else None
    open_rows = [row["seen"] for row in rows if row["is_open"]]
    return render.page(
        "feed/page.html", title=_("Changes"), code=409 if is_error else 200, rows=rows, total=total, has_any=has_any,
        following=following, kept=kept, open_rows=open_rows, toast=toast, toast_is_error=is_error, undo=undo,
        show=wanted.show, kind=wanted.group, ships=request.args.get("ships", ""), search=wanted.search,
        shows=asked.SHOWS, groups=asked.GROUPS, days=asked.SHIPS,
    )  # fmt: skip


def _wanted() -> Wanted:
    return asked.wanted(request.args, _today())


def _today() -> date:
    return ctx().clock.now().astimezone(g.shop.zone).date()


def _rows(session: Session, found: Sequence[Row]) -> list[dict[str, Any]]:
    gids = {row.change.customer_gid for row in found if row.change.customer_gid}
    mine = select(Shopper).where(Shopper.shop_id == g.shop.id, Shopper.shopify_gid.in_(gids))
    names = {shopper.shopify_gid: shopper.label for shopper in session.scalars(mine)}
    return [_row(row, names) for row in found]


def _row(row: Row, names: dict[str, str]) -> dict[str, Any]:
    change = row.change
    number = number_of(change.contract_gid) if change.contract_gid else None
    return {
        "id": change.id,
        "seen": f"{change.id}.{change.revision}",
        "ships_on": change.ships_on,
        "shipped_on": change.shipped_on,
        "number": number,
        "href": url_for("admin.contract", number=number) if number and row.contract else None,
        "shopper": names.get(change.customer_gid or "", _("Customer not known")),
        "lines": _lines(change),
        "by": words.by(change.actor, spoken().tag),
        "at": change.last_at,
        "is_open": change.acknowledged_at is None,
        "taken_by": _by(row),
        "taken_at": change.acknowledged_at,
    }


def _lines(change: Change) -> list[str]:
    return words.lines(folding.standing(change.parts), g.shop.zone, spoken().tag)


def _by(row: Row) -> str:
    by = row.change.acknowledged_by
    if by is None or by == HISTORY:
        return ""
    return by.removeprefix("key:") if by.startswith("key:") else words.by(by, spoken().tag)


def _pair(text: str) -> tuple[int, int] | None:
    number, _, revision = text.partition(".")
    return (int(number), int(revision)) if _is_id(number) and _is_id(revision) else None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
