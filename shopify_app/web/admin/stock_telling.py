"""How we tell them: when subscribers hear of a missing item, in which order, what they read, what happens then."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product, Variant
from shopify_app.channels.klaviyo.events.stock import STOCK
from shopify_app.channels.klaviyo.events.told import Event
from shopify_app.channels.klaviyo.models import CONNECTED, account_of
from shopify_app.channels.klaviyo.story import CannotRender
from shopify_app.channels.mail import deliver, preview
from shopify_app.channels.mail import settings as mail
from shopify_app.channels.mail.preview import Preview
from shopify_app.journal.models import Fact
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import _, known
from shopify_app.plans.models import SellingPlan
from shopify_app.shoppers.mirror import shopper
from shopify_app.stock import settings
from shopify_app.stock.models import StockDecision
from shopify_app.stock.seen import Seen, see
from shopify_app.stock.states import PROPOSED
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.mail_face import LANGUAGES
from shopify_app.web.admin.policy_words import sentences
from shopify_app.web.admin.stock_words import TROUBLE, done

Values = dict[str, Any]

SHOWN = 20
"""Orders in the list; the others are counted."""
_BY_SLUG = {event.slug: event for event in STOCK}
_FIRST = _BY_SLUG["subscription-item-out-of-stock"]


@blueprint.get("/stock/telling")
@merchant
def stock_telling() -> Response:
    """The page; `event` and `language` choose what is previewed."""
    return _show()


@blueprint.post("/stock/telling")
@merchant
def confirm_stock_telling() -> Response:
    """Note that staff have seen it: the step on the list of what is to be set up."""
    with ctx().db.session() as session:
        settings.confirm(session, g.shop.id, ctx().clock.now())
    return _show(toast=_("Noted"))


def _show(toast: str = "") -> Response:
    event = _BY_SLUG.get(request.values.get("event", ""), _FIRST)
    language = request.values.get("language", "")
    language = language if language in LANGUAGES else "en"
    with ctx().db.session() as session:
        values: Values = {
            "event": event.slug,
            "fires": known(event.fires),
            "events": [(one.slug, one.name) for one in STOCK],
            "language": language,
            "languages": LANGUAGES,
            "how": settings.of(session, g.shop.id),
            "way": _way(session),
            "policies": _policies(session),
            **_affected(session),
            **_preview(session, event, language),
        }
    return render.page("stock_telling/page.html", title=_("How we tell them"), toast=toast, **values)


def _way(session: Session) -> str:
    """By which of Klaviyo and mail they hear: klaviyo, mail, or none."""
    account = account_of(session, g.shop.id)
    if account is not None and account.state == CONNECTED:
        return "klaviyo"
    has_mail = deliver.is_on(ctx()) and mail.of(session, g.shop.id).fallback_since is not None
    return "mail" if has_mail else "none"


def _policies(session: Session) -> list[Values]:
    """Each policy in words, the shop's first."""
    known = settings.policies(session, g.shop.id)
    names = _names(session, [gid for _, gid in known])
    swaps = {terms.swap_variant_gid for terms in known.values() if terms.swap_variant_gid}
    substitutes = _substitutes(session, swaps)
    order = {settings.SHOP: 0, settings.PLAN: 1, settings.PRODUCT: 2}
    found = []
    for (scope, gid), terms in sorted(known.items(), key=lambda each: (order[each[0][0]], names.get(each[0][1], ""))):
        whose = _("All other items") if scope == settings.SHOP else names.get(gid, f"#{number_of(gid)}")
        whose = _("Every item") if scope == settings.SHOP and len(known) == 1 else whose
        what = {settings.PLAN: _("plan"), settings.PRODUCT: _("product")}.get(scope, "")
        said = sentences(terms, substitutes.get(terms.swap_variant_gid or ""))
        found.append({"whose": whose, "what": what, "said": said})
    return found


def _names(session: Session, gids: list[str]) -> dict[str, str]:
    products = select(Product.shopify_gid, Product.title).where(
        Product.shop_id == g.shop.id, Product.shopify_gid.in_(gids)
    )
    plans = select(SellingPlan.shopify_gid, SellingPlan.name).where(
        SellingPlan.shop_id == g.shop.id, SellingPlan.shopify_gid.in_(gids)
    )
    return {gid: name for query in (products, plans) for gid, name in session.execute(query)}


def _substitutes(session: Session, gids: set[str]) -> dict[str, str]:
    products = (Product.shop_id == Variant.shop_id) & (Product.shopify_gid == Variant.product_gid)
    query = select(Variant.shopify_gid, Product.title).join(Product, products)
    mine = (Variant.shop_id == g.shop.id, Variant.shopify_gid.in_(gids))
    return {row.shopify_gid: row.title for row in session.execute(query.where(*mine))}


def _affected(session: Session) -> Values:
    """Whose orders are concerned now, in the order in which they hear, and what becomes of how many."""
    is_decided = StockDecision.state != PROPOSED
    mine = (StockDecision.shop_id == g.shop.id, StockDecision.ended_at.is_(None), is_decided)
    word = func.coalesce(StockDecision.done, StockDecision.choice, StockDecision.default)
    counts = session.execute(select(word, func.count()).where(*mine).group_by(word).order_by(func.count().desc()))
    rows = select(StockDecision).where(*mine).order_by(StockDecision.charge_at, StockDecision.id).limit(SHOWN)
    shown = [_row(session, see(session, row)) for row in session.scalars(rows).all()]
    sums = [(done(name), count) for name, count in counts]
    return {"rows": shown, "sums": sums, "total": sum(count for _, count in sums)}


def _row(session: Session, seen: Seen) -> Values:
    person = shopper(session, g.shop.id, seen.contract.customer_gid)
    decision = seen.decision
    return {
        "number": number_of(seen.contract.shopify_gid),
        "shopper": person.label if person else _("Customer not known"),
        "charge_at": decision.charge_at,
        "trouble": f"{seen.item.words if seen.item else _('An item')} {TROUBLE[seen.kind]}",
        "told_at": decision.told_at,
        "happens": done(seen.word),
        "chosen": decision.choice is not None,
        "act_at": decision.act_at if decision.done is None else None,
    }


def _preview(session: Session, event: Event, language: str) -> Values:
    """The mail as a subscriber who is concerned would read it, else the example."""
    host, now, sender = ctx().settings.host, ctx().clock.now(), mail.of(session, g.shop.id).sender_name
    facts = select(Fact).where(Fact.shop_id == g.shop.id, Fact.kind == event.kind).order_by(Fact.id.desc())
    fact = session.scalar(facts.limit(1))
    found: Preview | None = None
    if fact is not None:
        try:
            found = preview.of_fact(session, g.shop, sender, fact, host, now)
        except CannotRender:  # e.g. an erased customer: the example is shown then
            fact = None
    number = number_of(fact.contract_gid) if fact is not None and fact.contract_gid else None
    return {"preview": found or preview.of_example(event, g.shop, sender, language, host), "real": number}
