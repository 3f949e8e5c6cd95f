"""Saving a view of the list of subscriptions under a name, and deleting it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import Response, g, request, url_for
from sqlalchemy import delete

from shopify_app.contracts.search_models import ContractView
from shopify_app.kit.speech import _
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, contracts, filter_words, render, saved
from shopify_app.web.admin.listing import filters
from shopify_app.web.forms import Form


@blueprint.get("/contracts/views/new")
@merchant
def view_new() -> Response:
    """Ask for the name of a view of what is searched and filtered now."""
    return _form(filters.read(request.args), Form({}))


@blueprint.post("/contracts/views/new")
@merchant
def view_save() -> Response:
    """Keep a view, and show it."""
    asked, form = filters.read(dict(parse_qsl(request.form.get("query", "")))), Form(request.form)
    name = form.text("name", _("a name"), longest=saved.LONGEST_NAME)
    if asked.is_plain:
        form.errors["name"] = saved.NOTHING
    if name and name.casefold() in {each.casefold() for each in saved.BUILT_IN}:
        form.errors["name"] = saved.TAKEN
    if name and form.is_valid:
        with ctx().db.session() as session:
            problem = saved.keep(session, name, urlencode(asked.query()))
        if problem is None:
            return contracts.show(asked.query(), toast=_("Saved as “%(name)s”", name=name))
        form.errors["name"] = problem
    return _form(asked, form, 422)


@blueprint.post("/contracts/views/<int:number>/delete")
@merchant
def view_delete(number: int) -> Response:
    """Forget a view, and show all subscriptions."""
    mine = (ContractView.id == number, ContractView.shop_id == g.shop.id)
    with ctx().db.session() as session:
        gone = session.scalar(delete(ContractView).where(*mine).returning(ContractView.id))
    if gone is None:
        return contracts.show({}, toast=_("This view is not there any more"), code=404)
    return contracts.show({}, toast=_("View deleted"))


def _form(asked: filters.Filters, form: Form, code: int = 200) -> Response:
    with ctx().db.session() as session:
        said = filter_words.said(asked, filter_words.choices(session, g.shop.id))
    return render.page(
        "contracts/view.html",
        title=_("Save a view"),
        code=code,
        said=[words for _, words in said],
        search=asked.q,
        query=urlencode(asked.query()),
        back=f"{url_for('admin.contracts')}?{urlencode(asked.query())}",
        name=form.typed.get("name", ""),
        errors=form.errors,
        longest=saved.LONGEST_NAME,
    )
