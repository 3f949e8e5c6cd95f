"""When the next orders would come: Liquid knows a plan's name and price, but not its rhythm (Shopify docs)."""

from __future__ import annotations

import re

from babel.dates import format_date
from flask import Response, g, jsonify, request
from sqlalchemy import select

from shopify_app.kit.gid import gid
from shopify_app.plans.first_dates import first_dates
from shopify_app.plans.models import SellingPlan
from shopify_app.web import ctx
from shopify_app.web.proxy import blueprint, tongue
from shopify_app.web.proxy.guard import storefront

MOST, SHOWN = 93, 2
"""Plans of one product (three groups of 31), and dates of each."""


@blueprint.get("/dates")
@storefront
def dates() -> Response:
    """`plan`, repeated: Shopify's number. For each the days in words, as the shopper's language writes them."""
    numbers = [text for text in request.args.getlist("plan") if re.fullmatch(r"[0-9]{1,18}", text)][:MOST]
    said, today = tongue.speaks(), ctx().clock.now().astimezone(g.shop.zone).date()
    wanted = {gid("SellingPlan", number): number for number in numbers}
    query = select(SellingPlan).where(SellingPlan.shop_id == g.shop.id, SellingPlan.deleted_at.is_(None))
    found = {}
    with ctx().db.session() as session:
        for plan in session.scalars(query.where(SellingPlan.shopify_gid.in_(wanted))):
            days = first_dates(plan.billing_policy, plan.delivery_policy, today, SHOWN)
            found[wanted[plan.shopify_gid]] = [str(format_date(day, "long", locale=said.locale)) for day in days]
    return jsonify(dates=found)
