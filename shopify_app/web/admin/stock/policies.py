"""When something is missing: whether stock is watched, and what becomes of orders, by shop, plan and product."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product
from shopify_app.edits.contract import goods
from shopify_app.edits.contract.answers import WORDS
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _, ngettext
from shopify_app.stock import by_hand, pages, policy, settings, what_if
from shopify_app.stock.policy import Terms
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render, shopper_rules
from shopify_app.web.admin.stock import policy_form, words
from shopify_app.web.admin.stock.deeds import actor
from shopify_app.web.admin.stock.items import asked
from shopify_app.web.admin.stock.policy_form import Subject
from shopify_app.web.admin.stock.terms import sentences
from shopify_app.web.forms import Form

Values = dict[str, Any]

FOUND = 20
"""Products that a search shows."""
GONE = N_("This plan or product is not known any more.")


@blueprint.get("/stock/policies")
@merchant
def stock_policies() -> Response:
    """Every policy in words, and a search for products that shall have their own."""
    return show()


@blueprint.post("/stock/policies")
@merchant
def save_stock_settings() -> Response:
    """Save whether and when stock is watched; with a wrong field nothing is saved."""
    form = Form(request.form)
    ahead = form.whole_number("ahead_days", 1, 60)
    consent = form.whole_number("consent_hours", 1, 168)
    gap = form.whole_number("min_gap_days", 0, 60)
    if ahead is not None and consent is not None and consent >= ahead * 24:
        form.errors["consent_hours"] = _("Choose fewer hours than the days ahead have.")
    if ahead is None or consent is None or gap is None or not form.is_valid:
        return show(form=form)
    is_on, now = "is_on" in form.typed, ctx().clock.now()
    with ctx().db.session() as session:
        before = _typed(session)
        settings.change(session, g.shop.id, is_on=is_on, ahead_days=ahead, consent_hours=consent, min_gap_days=gap)
        if (after := _typed(session)) != before:
            by_hand.note(session, g.shop.id, "settings", "", actor(), now, before, after)
    ctx().wakeups.wake("stock")
    return show(toast=_("Saved"))


@blueprint.get("/stock/policy")
@merchant
def stock_policy() -> Response:
    """One policy as it is saved; `?variant=` is a substitute that was picked in Shopify's own picker."""
    return _form(_asked(_of_page()))


@blueprint.post("/stock/policy")
@merchant
def save_stock_policy() -> Response:
    """Save a policy; with a wrong field nothing is saved."""
    form = Form(request.form)
    subject = _asked(form.typed)
    if subject is None:
        return _form(None)
    wanted = policy_form.read(form)
    if wanted is None:
        return _form(subject, form=form)
    return _put(subject, wanted, _("Saved"))


@blueprint.post("/stock/policy/preview")
@merchant
def preview_stock_policy() -> Response:
    """What was typed, in words, and what it would do: a piece of the page, fetched while it is filled in."""
    form = Form(request.form)
    subject = _asked(form.typed)
    wanted = policy_form.read(form) if subject is not None else None
    if subject is None or wanted is None:
        return render.part("stock/policy_preview.html", said=list(dict.fromkeys(form.errors.values())) or [str(GONE)])
    with ctx().db.session() as session:
        said = _words(session, wanted)
        said += _would(session, subject, settings.policies(session, g.shop.id) | {subject.key: wanted})
    return render.part("stock/policy_preview.html", said=said)


@blueprint.route("/stock/policy/drop", methods=["GET", "POST"])
@merchant
def drop_stock_policy() -> Response:
    """Take a policy away, after showing what that does: a plan or product follows the shop, the shop the safe one."""
    subject = _asked(request.form if request.method == "POST" else _of_page())
    if subject is None:
        return _form(None)
    if request.method == "POST":
        return _put(subject, None, _("Its policy was dropped"))
    with ctx().db.session() as session:
        known = {key: terms for key, terms in settings.policies(session, g.shop.id).items() if key != subject.key}
        said = _would(session, subject, {(settings.SHOP, ""): policy.SAFE} | known)
    title = (
        _("Drop the policy of %(name)s?", name=subject.name) if subject.name else _("Drop the policy of your shop?")
    )
    return render.page("stock/drop.html", title=title, subject=subject, back=_address(subject), said=said)


def show(*, form: Form | None = None, toast: str = "", code: int = 200, is_error: bool = False) -> Response:
    """Render the list of policies, and the settings as saved or as typed (status 422)."""
    search = asked()[0] if request.method == "GET" else ""
    with ctx().db.session() as session:
        known = settings.policies(session, g.shop.id)
        plans = [Subject(settings.PLAN, plan.gid, plan.name) for plan in shopper_rules.plans_of_shop(session)]
        titles = _titles(session, [gid for scope, gid in known if scope == settings.PRODUCT])
        products = [Subject(settings.PRODUCT, gid, title) for gid, title in titles.items()]
        values: Values = {
            "typed": form.typed if form else _typed(session),
            "shop": {"href": _address(policy_form.WHOLE_SHOP), "said": _words(session, known[settings.SHOP, ""])},
            "plans": [_row(session, plan, known) for plan in plans],
            "products": [_row(session, product, known) for product in products],
            "found": [_row(session, product, known) for product in _search(session, search)] if search else [],
        }
    if form is not None:
        code, toast, is_error = 422, _("Nothing was saved"), True
    return render.page(
        "stock/policies.html",
        title=_("When something is missing"),
        code=code,
        errors=form.errors if form else {},
        search=search,
        toast=toast,
        toast_is_error=is_error,
        **values,
    )


def _form(subject: Subject | None, *, form: Form | None = None, toast: str = "") -> Response:
    """Render a policy's form as saved, or with what was typed and what is wrong with it (status 422)."""
    if subject is None:
        return show(code=404, toast=str(GONE), is_error=True)
    picked = request.args.get("variant", "") if request.method == "GET" else ""
    refusal = goods.learn(ctx(), g.shop.id, picked) if picked else None
    with ctx().db.session() as session:
        known = settings.policies(session, g.shop.id)
        saved = known.get(subject.key, known[settings.SHOP, ""])
        typed = dict(form.typed) if form else policy_form.typed(saved)
        if picked and not refusal:
            typed["swap_variant_gid"] = picked
        is_own = any(row == subject.key for row in known) and (subject.gid != "" or saved != policy.SAFE)
        goods_listed = policy_form.substitutes(session, typed.get("swap_variant_gid", ""))
        said = _words(session, saved)
    errors = dict(form.errors) if form else {}
    if refusal:
        errors["swap_variant_gid"] = str(WORDS[refusal])
    return render.page(
        "stock/policy.html",
        title=_("When something is missing: %(name)s", name=subject.name)
        if subject.name
        else _("When something is missing: your shop"),
        code=422 if form else 200,
        subject=subject,
        here=_address(subject),
        is_own=is_own,
        typed=typed,
        errors=errors,
        said=said,
        actions=words.ACTIONS,
        defaults={word: words.ACTIONS[word] for word in policy.DEFAULTS},
        choices={word: words.ACTIONS[word] for word in policy.FOR_SHOPPERS},
        fallbacks=words.FALLBACKS,
        prices=words.PRICES,
        goods=goods_listed,
        currency=g.shop.currency,
        toast=_("Nothing was saved") if form else toast,
        toast_is_error=form is not None,
    )


def _put(subject: Subject, wanted: Terms | None, toast: str) -> Response:
    with ctx().db.session() as session:
        before = settings.policies(session, g.shop.id).get(subject.key)
        settings.put(session, g.shop.id, subject.scope, subject.gid, wanted)
        if before != wanted:
            sides = [{"terms": each.as_json() if each else None} for each in (before, wanted)]
            by_hand.note(session, g.shop.id, "policy", subject.name, actor(), ctx().clock.now(), *sides)
    ctx().wakeups.wake("stock")
    return _form(subject, toast=toast) if wanted is not None else show(toast=toast)


def _would(session: Session, subject: Subject, terms: what_if.Known) -> list[str]:
    """What the orders that the policy speaks for would get if their item were gone: as it is, and as it would be."""
    how = settings.of(session, g.shop.id)
    of_one = subject.scope == settings.PRODUCT
    items = (
        pages.of_product(session, g.shop.id, subject.gid)
        if of_one
        else pages.page(session, g.shop.id, limit=pages.MOST)
    )
    before, after = what_if.of_policy(session, g.shop.id, items, ctx().clock.now(), *subject.key, terms)
    if not after.is_limited or not after.orders:
        return [
            ngettext(
                "No order of the next %(num)s day would be decided by it.",
                "No order of the next %(num)s days would be decided by it.",
                how.ahead_days,
            )
        ]
    would = words.outcome(after, how.ahead_days)[0]
    said = [_("If what they need were gone today: %(would)s", would=would)]
    if before.words != after.words:
        said.append(_("As it is saved now: %(what)s.", what=words.counted(before.words)))
    return said


def _words(session: Session, terms: Terms) -> list[str]:
    return sentences(terms, policy_form.name_of(session, terms.swap_variant_gid), g.shop.currency)


def _asked(values: Any) -> Subject | None:
    with ctx().db.session() as session:
        return policy_form.find(session, values.get("scope", ""), values.get("subject", ""))


def _of_page() -> dict[str, str]:
    """What an address says; one that names nothing is the shop's page."""
    return {"scope": settings.SHOP} | request.args.to_dict()


def _row(session: Session, subject: Subject, known: what_if.Known) -> Values:
    own = known.get(subject.key)
    said = _words(session, own) if own else []
    return {"name": subject.name, "href": _address(subject), "said": said, "is_own": own is not None}


def _address(subject: Subject) -> str:
    return url_for("admin.stock_policy", scope=subject.scope, subject=subject.number or None)


def _typed(session: Session) -> dict[str, str]:
    how = settings.of(session, g.shop.id)
    numbers = {name: str(getattr(how, name)) for name in ("ahead_days", "consent_hours", "min_gap_days")}
    return numbers | ({"is_on": "1"} if how.is_on else {})


def _titles(session: Session, gids: list[str]) -> dict[str, str]:
    mine = (Product.shop_id == g.shop.id, Product.shopify_gid.in_(gids))
    rows = session.execute(select(Product.shopify_gid, Product.title).where(*mine))
    known = {row.shopify_gid: row.title for row in rows}
    named = {gid: known.get(gid, _("Product %(number)s", number=number_of(gid))) for gid in gids}
    return dict(sorted(named.items(), key=lambda pair: (pair[1], pair[0])))


def _search(session: Session, search: str) -> list[Subject]:
    query = select(Product.shopify_gid, Product.title).where(
        Product.shop_id == g.shop.id, Product.deleted_at.is_(None)
    )
    for word in search.split():
        query = query.where(Product.title.icontains(word, autoescape=True))
    found = session.execute(query.order_by(Product.title, Product.id).limit(FOUND))
    return [Subject(settings.PRODUCT, gid, title) for gid, title in found]
