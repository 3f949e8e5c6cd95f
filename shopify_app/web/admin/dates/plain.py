"""Skipping a date and bringing it back, moving it, and getting it now."""

from __future__ import annotations

from datetime import date

from flask import g

from shopify_app.billing import order_now as billing
from shopify_app.contracts.cycles import total_of
from shopify_app.edits import move, order_now
from shopify_app.edits.change import Change
from shopify_app.edits.move import Moving
from shopify_app.edits.skip import Skipping
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.admin.dates.face import Asked, Face
from shopify_app.web.format import day, money

STAY = N_("The dates after it stay as they are")


def _read_move(asked: Asked) -> Change | None:
    try:
        wanted = date.fromisoformat(asked.form.typed.get("to", "").strip())
    except ValueError:
        asked.form.errors["to"] = _("Enter a day as YYYY-MM-DD.")
        return None
    try:
        return move.on_day(asked.cycle, wanted, g.shop.zone)
    except OverflowError:
        asked.form.errors["to"] = _("Choose a day of this century.")
        return None


def _explain_move(asked: Asked, change: Change) -> list[str]:
    to = change.to if isinstance(change, Moving) else asked.cycle.expected_at
    after = [each for each in asked.others if each.expected_at > to and not each.skipped]
    return [
        _(
            "It is planned for %(expected_at)s and moves to %(to)s.",
            expected_at=day(asked.cycle.expected_at, g.shop.zone),
            to=day(to, g.shop.zone),
        ),
        f"{STAY}{_listed([day(each.expected_at, g.shop.zone) for each in after[:3]])}.",
    ]


def _explain_order_now(asked: Asked, change: Change) -> list[str]:
    total = money(total_of(asked.contract, asked.cycle), asked.contract.currency)
    return [
        _(
            "It is planned for %(date)s. Its date becomes today, and the shopper is charged about %(total)s at once, "
            "before taxes.",
            date=asked.date,
            total=total,
        ),
        _("%(stay)s. Where the charge fails, the date stays today.", stay=STAY),
    ]


def _listed(days: list[str]) -> str:
    return f": {' · '.join(days)}" if days else ""


FACES = (
    Face(
        "skip",
        N_("Skip"),
        lambda asked: _("Skip %(date)s?", date=asked.date),
        lambda asked: Skipping(True),
        lambda asked, change: [_("Nothing is charged or delivered on this date. %(stay)s.", stay=STAY)],
    ),
    Face(
        "unskip",
        N_("Bring back"),
        lambda asked: _("Bring back %(date)s?", date=asked.date),
        lambda asked: Skipping(False),
        lambda asked, change: [
            _("This date is charged and delivered as planned; if its day has come, it is charged at once.")
        ],
    ),
    Face(
        "move",
        N_("Move"),
        lambda asked: _("Move %(date)s?", date=asked.date),
        _read_move,
        _explain_move,
        fields="move.html",
        names=lambda asked: ("to",),
    ),
    Face(
        "order_now",
        N_("Order now"),
        lambda asked: _("Order %(date)s now?", date=asked.date),
        lambda asked: order_now.at(ctx().clock.now()),
        _explain_order_now,
        do=lambda ctx, change, target, request_id: billing.carry_out(ctx, target, request_id),
    ),
)
