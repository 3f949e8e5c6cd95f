"""The terms of a plan: a form, what it means in words with an example price, then published once.

Three pages share it: a new group with its first plan, one more plan, and other terms for a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, g, request, url_for

from shopify_app.kit.speech import _
from shopify_app.plans.changes import AddPlan, Change, ChangePlan, Create, terms_of
from shopify_app.plans.models import SellingPlan, SellingPlanGroup
from shopify_app.plans.terms import Terms
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, plan_form, plan_words, render
from shopify_app.web.admin.plans import LONGEST_NAME, ask, common, find, item, missing, plan_of, tell
from shopify_app.web.format import months, weekdays
from shopify_app.web.forms import Form


@dataclass(frozen=True)
class Page:
    """What one of the three pages is about. `group` and `plan` are None for those to be made."""

    title: str
    address: str
    back: str
    group: SellingPlanGroup | None = None
    plan: SellingPlan | None = None

    def change(self, form: Form, terms: Terms) -> Change:
        """Return what is asked of Shopify."""
        if self.plan is not None:
            return ChangePlan(self.plan.shopify_gid, terms.as_json())
        if self.group is not None:
            return AddPlan(terms.as_json())
        return Create(form.typed.get("group", "").strip(), terms.as_json())


@blueprint.route("/plans/new", methods=["GET", "POST"])
@merchant
def new_plans() -> Response:
    """A new group with its first plan."""
    page = Page(_("New plans"), url_for("admin.new_plans"), url_for("admin.plans"))
    return _serve(page, plan_form.EMPTY | {"group": _("Subscribe and save")})


@blueprint.route("/plans/<group>/add", methods=["GET", "POST"])
@merchant
def add_plan(group: str) -> Response:
    """One more plan in a group."""
    found = find(group)
    if found is None:
        return missing()
    back = url_for("admin.plan_group", group=group)
    return _serve(Page(_("Add a plan"), url_for("admin.add_plan", group=group), back, found), plan_form.EMPTY)


@blueprint.route("/plans/<group>/<plan>", methods=["GET", "POST"])
@merchant
def change_plan(group: str, plan: str) -> Response:
    """Other terms for those who subscribe from now on."""
    found = find(group)
    one = plan_of(found, plan) if found else None
    terms = terms_of(one) if one else None
    if found is None or one is None or terms is None:
        return missing()
    address, back = url_for("admin.change_plan", group=group, plan=plan), url_for("admin.plan_group", group=group)
    return _serve(Page(_("Change %(plan)s", plan=one.name), address, back, found, one), plan_form.typed(terms))


def _serve(page: Page, start: dict[str, str]) -> Response:
    if request.method == "GET" or "back" in request.form:
        return _form(page, Form(request.form if request.form else start))
    form = Form(request.form)
    if page.group is None:
        form.text("group", _("a name"), longest=LONGEST_NAME)
    terms = plan_form.read(form, g.shop.currency)
    if terms is None:
        return _form(page, form)
    if "request_id" not in form.typed:
        return _preview(page, form, terms)
    answer = ask(page.change(form, terms), form, page.group)
    if answer.problems:
        return _form(page, form, plan_form.refuse(form, answer.problems))
    return tell(answer)


def _form(page: Page, form: Form, problem: str = "") -> Response:
    is_wrong = bool(form.errors or problem)
    toast: dict[str, Any] = {"toast": _("Nothing was changed"), "toast_is_error": True} if is_wrong else {}
    code = 422 if is_wrong else 200
    return _render(
        "plans/form.html", page, form, code=code, problem=problem, months=months(), weekdays=weekdays(), **toast
    )


def _preview(page: Page, form: Form, terms: Terms) -> Response:
    with ctx().db.session() as session:
        example = plan_words.example(terms, item(session, page.group), g.shop.currency)
    sentences = plan_words.sentences(terms, g.shop.currency)
    return _render("plans/preview.html", page, form, name=terms.name, sentences=sentences, example=example)


def _render(template: str, page: Page, form: Form, **values: Any) -> Response:
    return render.page(
        template,
        title=page.title,
        page=page,
        **common(page.group),
        typed={name: form.typed.get(name, "") for name in plan_form.FIELDS},
        errors=form.errors,
        **values,
    )
