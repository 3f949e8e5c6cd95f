"""The Stock page: items that subscribers need, those that run out first on top; as a file, too."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, request, url_for

from shopify_app.kit.speech import N_, _, ngettext
from shopify_app.stock import outlook, pages, settings
from shopify_app.stock.outlook import WINDOWS, Need
from shopify_app.stock.pages import Item
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.listing.pages import BadCursor, Cursor
from shopify_app.web.admin.stock import sheet, words
from shopify_app.web.format import local_day, plural

Values = dict[str, Any]

SHOW = (
    ("", N_("All items")),
    (pages.RUNS_OUT, N_("Run out within 90 days")),
    (pages.AFFECTED, N_("Orders are held now")),
    (pages.GONE, N_("Discontinued")),
)
LONGEST_SEARCH = 100


@blueprint.get("/stock")
@merchant
def stock() -> Response:
    """One page of the list. An unknown filter counts as none, a broken page key leads to the first page."""
    search, show, after = asked()
    now = ctx().clock.now()
    with ctx().db.session() as session:
        found = pages.page(session, g.shop.id, search, show, (after.at, after.id) if after else None)
        listed, more = found[: pages.PAGE], len(found) > pages.PAGE
        needs = outlook.needs(session, g.shop, [item.standing.item_gid for item in listed], now)
        total = pages.count(session, g.shop.id, search, show)
        has_any = total > 0 or pages.count(session, g.shop.id) > 0
        how = settings.of(session, g.shop.id)
        waiting = pages.wait_for_staff(session, g.shop.id)
    kept = {name: value for name, value in (("q", search), ("show", show)) if value}
    return render.page(
        "stock/page.html",
        title=_("Stock"),
        rows=[row(item, needs[item.standing.item_gid]) for item in listed],
        total=total,
        has_any=has_any,
        is_on=how.is_on,
        waiting=waiting,
        windows=WINDOWS,
        search=search,
        show=show,
        shows=SHOW,
        is_first=after is None,
        first=f"{url_for('admin.stock')}?{urlencode(kept)}",
        next=f"{url_for('admin.stock')}?{urlencode(kept | {'after': str(Cursor(*pages.key(listed[-1])))})}"
        if more
        else None,
        file=f"{url_for('admin.stock_file')}?{urlencode(kept)}",
    )


@blueprint.get("/stock.csv")
@merchant
def stock_file() -> Response:
    """The same list as a file, whole."""
    search, show, _ = asked()
    now, rows = ctx().clock.now(), []
    with ctx().db.session() as session:
        found = pages.page(session, g.shop.id, search, show, limit=pages.MOST)[: pages.MOST]
        needs = outlook.needs(session, g.shop, [item.standing.item_gid for item in found], now)
    for item in found:
        said = row(item, needs[item.standing.item_gid])
        numbers = [number for pair in said["needed"] for number in pair]
        back = item.standing.expected_back_on
        what = [item.title, item.variant_title, item.sku, str(said["badge"].words), said["there"]]
        rows.append([*what, *numbers, said["runs_out_on"], said["short"], said["subscribers"], back])
    return sheet.answer(f"stock-{now.astimezone(g.shop.zone):%Y-%m-%d}.csv", _head(), rows)


def _head() -> list[str]:
    needed = [name for days in WINDOWS for name in _in_days(days)]
    last = [_("Runs out on"), _("Units short"), _("Subscribers"), _("Expected back on")]
    return [_("Product"), _("Variant"), _("SKU"), _("State"), _("There now"), *needed, *last]


def _in_days(days: int) -> tuple[str, str]:
    """The two columns of what is needed in so many days."""
    return (
        ngettext("Needed in %(num)s day", "Needed in %(num)s days", days),
        ngettext("Probably needed in %(num)s day", "Probably needed in %(num)s days", days),
    )


def asked() -> tuple[str, str, Cursor | None]:
    """Return what the merchant searched for, which filter, and after which row the page begins."""
    search = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    show = request.args.get("show", "")
    return search, show if show in pages.SHOWS else "", after()


def after() -> Cursor | None:
    """Return the row after which the page begins; None for the first page, or a key that was cut."""
    try:
        return Cursor.read(request.args["after"], False) if request.args.get("after") else None
    except BadCursor:
        return None


def row(item: Item, need: Need) -> Values:
    """Return an item as plain values."""
    standing = item.standing
    out: datetime | None = standing.runs_out_at
    return {
        "href": url_for("admin.stock_item", number=item.number),
        "number": item.number,
        "title": item.title,
        "variant": item.variant_title,
        "sku": item.sku,
        "image": item.product.image_url if item.product else None,
        "badge": words.badge(item),
        "there": standing.supply,
        "needed": [(need.within(days), need.adjusted_within(days)) for days in WINDOWS],
        "runs_out_on": local_day(out, g.shop.zone) if out else None,
        "short": standing.short_units or 0,
        "subscribers": need.subscribers,
        "subscribers_said": plural(need.subscribers, "subscriber"),
        "doing": words.counted(item.doing),
        "back_on": standing.expected_back_on,
    }
