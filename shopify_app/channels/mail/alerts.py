"""What staff must look at, by mail: one per alert and day (or shortage) to each address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from babel import Locale
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo import words
from shopify_app.channels.klaviyo.models import BROKEN, KlaviyoAccount
from shopify_app.channels.mail import settings as mail_settings
from shopify_app.channels.mail import staff, stock_alerts
from shopify_app.channels.mail.models import ALERT, Mail, MailSettings
from shopify_app.channels.mail.staff_words import (
    KLAVIYO,
    MERCHANT,
    PARKED,
    STOCK_AHEAD,
    STOCK_SHORT,
    TASKS,
    UNEXPLAINED,
    UNKNOWN_CODE,
)
from shopify_app.context import Context
from shopify_app.contracts.models import Contract
from shopify_app.dunning.models import OPEN, DunningCase
from shopify_app.gateways.shopify.decline_codes import CODES, Decline
from shopify_app.insights import daybook
from shopify_app.journal.models import Fact
from shopify_app.kit.gid import number_of
from shopify_app.shops.addresses import admin_address
from shopify_app.shops.models import Shop
from shopify_app.shops.queries import installed
from shopify_app.tasks import book

FIRST_LOOK = timedelta(days=1)
"""Business time that the first alert of its sort looks back."""
SHOWN = 20
"""Subscriptions named in one alert."""


@dataclass(frozen=True)
class _Looking:
    session: Session
    shop: Shop
    settings: MailSettings
    locale: Locale
    since: datetime
    now: datetime


@dataclass(frozen=True)
class _Found:
    """What an alert says: the subscriptions it is about, and values of its own. `once`: what tells it from others of
    its kind, None: the day, of which it is told once.
    """

    contract_gids: Sequence[str | None] = ()
    more: dict[str, Any] = field(default_factory=dict)
    once: str | None = None


def run(ctx: Context) -> int:
    """Write the alerts that are due; returns how many mails. Without a mail server there are none."""
    if ctx.mail is None:
        return 0
    with ctx.db.session() as session:
        shops = installed(session)
    written = sum(_run_shop(ctx, shop) for shop in shops)
    if written:
        ctx.wakeups.wake("mail")
    return written


def _run_shop(ctx: Context, shop: Shop) -> int:
    now, written = ctx.clock.now(), 0
    with ctx.db.session() as session:
        settings = mail_settings.of(session, shop.id)
        to = list(dict.fromkeys([*settings.staff, *ctx.settings.alerts_to]))
        if not to:
            return 0
        link, language = admin_address(ctx.settings, shop.domain), mail_settings.language(session, shop)
        for kind, look in _LOOKS.items():
            found = look(
                _Looking(session, shop, settings, Locale(language), _since(session, shop.id, kind, now), now)
            )
            if found is None:
                continue
            values = {"shop": shop.name or shop.domain, "count": len(found.contract_gids)}
            values |= {"numbers": _numbers(found.contract_gids)} | found.more
            said = staff.written(kind, language, link, **values)
            reference = f"{kind}:{found.once or now.astimezone(shop.zone).date().isoformat()}"
            written += len(staff.put(session, shop.id, ALERT, reference, to, said, now))
    return written


def _since(session: Session, shop_id: int, kind: str, now: datetime) -> datetime:
    """When staff was last told of this sort: what came later the same day is told the next day."""
    mine = (Mail.shop_id == shop_id, Mail.purpose == ALERT, Mail.reference.startswith(f"{kind}:", autoescape=True))
    return session.scalar(select(func.max(Mail.at)).where(*mine)) or now - FIRST_LOOK


def _klaviyo(looking: _Looking) -> _Found | None:
    account = looking.session.get(KlaviyoAccount, looking.shop.id)
    if account is None or account.state != BROKEN or account.silent_since is None:
        return None
    since = words.moment(account.silent_since, looking.shop.zone, looking.locale)
    return _Found(more={"since": since, "fallback": looking.settings.fallback_since is not None})


def _parked(looking: _Looking) -> _Found | None:
    facts = [fact for fact in _charges(looking) if fact.kind == "charge.parked"]
    return _Found([fact.contract_gid for fact in facts]) if facts else None


def _unknown_code(looking: _Looking) -> _Found | None:
    facts = [fact for fact in _charges(looking) if fact.kind == "charge.failed" and _code(fact) not in CODES]
    codes = ", ".join(sorted({_code(fact) for fact in facts}))
    return _Found([fact.contract_gid for fact in facts], {"codes": codes}) if facts else None


def _merchants(looking: _Looking) -> _Found | None:
    """As long as it lasts, so once a day."""
    rows = looking.session.execute(
        select(Contract.shopify_gid, DunningCase.code)
        .join(DunningCase, DunningCase.contract_id == Contract.id)
        .where(DunningCase.shop_id == looking.shop.id, DunningCase.state == OPEN)
        .where(DunningCase.decline == Decline.MERCHANT.value)
        .order_by(DunningCase.id)
    ).all()
    codes = ", ".join(sorted({str(row.code or "–") for row in rows}))
    return _Found([row.shopify_gid for row in rows], {"codes": codes}) if rows else None


def _tasks(looking: _Looking) -> _Found | None:
    found = book.opened_since(looking.session, looking.shop.id, looking.since)
    return _Found([task.contract_gid for task in found]) if found else None


def _unexplained(looking: _Looking) -> _Found | None:
    found = daybook.unexplained(looking.session, looking.now, looking.shop.id)
    return _Found([one.contract_gid for one in found]) if found else None


def _short(looking: _Looking) -> _Found | None:
    """At once, not once a day: what to do about it depends on the hour."""
    found = stock_alerts.short(looking.session, looking.shop, STOCK_SHORT, looking.since, looking.locale)
    return _Found(more=found[1], once=found[0]) if found else None


def _ahead(looking: _Looking) -> _Found | None:
    found = stock_alerts.ahead(looking.session, looking.shop, looking.now, looking.locale)
    return _Found(more=found[1], once=found[0]) if found else None


_LOOKS: dict[str, Callable[[_Looking], _Found | None]] = {
    KLAVIYO: _klaviyo,
    PARKED: _parked,
    UNKNOWN_CODE: _unknown_code,
    MERCHANT: _merchants,
    UNEXPLAINED: _unexplained,
    STOCK_SHORT: _short,
    STOCK_AHEAD: _ahead,
    TASKS: _tasks,
}


def _charges(looking: _Looking) -> Sequence[Fact]:
    """Charges that were parked or failed since; the kinds are spelled as the index has them."""
    found = select(Fact).where(
        Fact.shop_id == looking.shop.id,
        text("kind in ('charge.parked', 'charge.failed')"),
        Fact.occurred_at > looking.since,
    )
    return looking.session.scalars(found.order_by(Fact.occurred_at, Fact.id)).all()


def _code(fact: Fact) -> str:
    # Shopify may also give none, which is a reason we do not know
    return str(fact.data.get("code") or "–").upper()


def _numbers(contract_gids: Iterable[str | None]) -> str:
    numbers = list(dict.fromkeys(f"#{number_of(gid)}" for gid in contract_gids if gid))
    return ", ".join(numbers[:SHOWN]) + (" …" if len(numbers) > SHOWN else "")
