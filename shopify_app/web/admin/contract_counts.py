"""Numbers beside the views and filters of the list of subscriptions: asked for once the page is shown.

The numbers are of the whole shop, whatever is searched at the moment: so they stay while somebody types.
"""

from __future__ import annotations

from flask import Response, g, request

from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, filter_words, render, saved
from shopify_app.web.admin.contracts import asking
from shopify_app.web.admin.listing import counts, filters

COUNTED = ("show", "every", "pay", "stock", "prepaid")
"""Filters whose choices are counted. Products and plans are too many to count each."""


@blueprint.get("/contracts/counts/views")
@merchant
def view_counts() -> Response:
    """The number of each view, one statement each, put into its place on the page."""
    asked = asking({})
    with ctx().db.session() as session:
        views = [(view.key, counts.said(session, asked, view.query)) for view in saved.shown(session, asked.filters)]
    return render.part("contracts/view_counts.html", views=views)


@blueprint.get("/contracts/counts/filters")
@merchant
def filter_counts() -> Response:
    """The filters' choices with their numbers, one statement each; asked for when the filters are looked at.

    What the form has chosen stays chosen.
    """
    asked = asking({})
    with ctx().db.session() as session:
        choices = filter_words.choices(session, g.shop.id)
        numbers = {
            name: {value: counts.said(session, asked, {name: value}) for value in getattr(choices, name)}
            for name in COUNTED
        }
    chosen = filters.read(request.args)
    return render.part("contracts/filter_counts.html", choices=choices, filters=chosen, numbers=numbers)
