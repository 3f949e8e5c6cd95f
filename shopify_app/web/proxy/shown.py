"""What the account block shows of one subscription: its next order, how it is paid, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from shopify_app.cards import settings
from shopify_app.cards.state import State, state_of
from shopify_app.contracts import contents
from shopify_app.contracts.models import ACTIVE, Contract
from shopify_app.kit.clock import machine_now
from shopify_app.web import ctx, missing
from shopify_app.web.portal import offers, rows, shapes
from shopify_app.web.portal.rows import Coming
from shopify_app.web.proxy import deeds, pressed, tongue
from shopify_app.web.proxy.pressed import Press
from shopify_app.web.voice import Voice

MOST = 3
"""Subscriptions in the block, those with the soonest orders; the account shows all."""


@dataclass(frozen=True)
class Button:
    """What may be pressed: its words, and the token that does it."""

    words: str
    token: str


@dataclass(frozen=True)
class Shown:
    """One subscription's next order, in words."""

    items: str
    day: str
    total: str | None
    card: str
    is_card_bad: bool
    troubles: tuple[str, ...]
    buttons: tuple[Button, ...]


def all_of(session: Session, said: Voice) -> list[Shown]:
    """Return the caller's active subscriptions with the soonest orders to come."""
    own = (Contract.shop_id == g.shop.id, Contract.customer_gid == g.customer_gid, Contract.status == ACTIVE)
    query = select(Contract).options(selectinload(Contract.lines)).where(*own)
    found = session.scalars(query.order_by(Contract.next_charge_at.nulls_last(), Contract.id).limit(MOST)).all()
    return [shown for one in found if (shown := _of(session, one, said)) is not None]


def button(words: str, press: Press) -> Button:
    """Return a button with a fresh token."""
    return Button(words, pressed.write(ctx().links, press, machine_now()))


def _of(session: Session, contract: Contract, said: Voice) -> Shown | None:
    found = rows.coming(session, contract, ctx().clock.now())
    coming = next((each for each in found if not each.cycle.skipped), None)
    if coming is None:
        return None
    held = contents.of(contract, coming.cycle)
    is_known = not coming.cycle.edited or coming.cycle.contents is not None
    state, card = _card(session, contract, coming, said)
    return Shown(
        items=", ".join(held.names),
        day=said.day(coming.cycle.expected_at, g.shop.zone),
        total=tongue.money(held.total, contract.currency, said) if is_known else None,
        card=card,
        is_card_bad=state is not State.OK,
        troubles=tuple(_trouble(coming, said)),
        buttons=tuple(
            button(said.say(f"button_{press.action}", to=_day(press.to, coming, said)), press)
            for press in deeds.offered(session, coming)
        ),
    )


def _card(session: Session, contract: Contract, coming: Coming, said: Voice) -> tuple[State, str]:
    method, today = rows.method(session, contract), shapes.day(ctx().clock.now())
    soon = settings.soon(session, g.shop.id)
    state = state_of(method, today, shapes.day(coming.cycle.expected_at), soon)
    return state, said.say(f"card_{state}", card=method.label if method else "")


def _trouble(coming: Coming, said: Voice) -> list[str]:
    return [missing.trouble(each, said.tag, g.shop.zone) for each in coming.missing]


def _day(day: date | None, coming: Coming, said: Voice) -> str:
    if day is None:
        return ""
    return said.day(offers.on_day(day, coming, g.shop.zone).to, g.shop.zone)
