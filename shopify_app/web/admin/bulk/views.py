"""Pages of bulk changes: asked for, weighed, confirmed, watched, stopped, taken back."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for
from sqlalchemy import select

from shopify_app.contracts.models import Contract
from shopify_app.edits.bulk import requests, wishes
from shopify_app.edits.bulk.models import DONE, STOPPED, BulkItem, BulkJob
from shopify_app.edits.contract import goods
from shopify_app.edits.contract.statuses import REASONS
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _, known
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render
from shopify_app.web.admin.bulk import form as asking
from shopify_app.web.admin.bulk import progress, words
from shopify_app.web.admin.stock import sheet
from shopify_app.web.forms import Form

HEAD = (N_("Subscription"), N_("Result"), N_("Why"))


@blueprint.route("/contracts/bulk", methods=["GET", "POST"])
@merchant
def bulk() -> Response:
    """Ask what is to be done with the chosen subscriptions, or with all that a search finds."""
    return _form(asking.scope(), Form(request.values))


@blueprint.post("/contracts/bulk/new")
@merchant
def bulk_new() -> Response:
    """Weigh a bulk change; nothing is changed yet."""
    scope, form = asking.scope(), Form(request.form)
    action = form.choice("do", wishes.ACTIONS)
    now = ctx().clock.now()
    asked = asking.read(action, form, now.astimezone(g.shop.zone).date()) if action else None
    if asked is None or scope.problem:
        return _form(scope, form, 422)
    if action == "swap" and goods.learn(ctx(), g.shop.id, asked["new"]):
        form.errors["new"] = words.NO_ANSWER
        return _form(scope, form, 422)
    with ctx().db.session() as session:
        chosen = scope.contracts(session)
        if session.scalar(chosen.limit(1)) is None:
            form.errors["do"] = words.NOBODY
        else:
            about = scope.about(session)
            job = requests.make(session, g.shop.id, chosen, str(action), asked, about, _actor(), now)
    if not form.is_valid:
        return _form(scope, form, 422)
    ctx().wakeups.wake("bulk")
    return _show(job.id)


@blueprint.get("/contracts/bulk/<int:number>")
@merchant
def bulk_job(number: int) -> Response:
    """How a bulk change stands."""
    return _show(number)


@blueprint.get("/contracts/bulk/<int:number>/progress")
@merchant
def bulk_progress(number: int) -> Response:
    """The same without its frame; it asks for itself while something is worked off."""
    values = _values(number)
    return render.part("bulk/progress.html", **values) if values else render.answer("", 404)


@blueprint.post("/contracts/bulk/<int:number>/start")
@merchant
def bulk_start(number: int) -> Response:
    """Do what was weighed."""
    with ctx().db.session() as session:
        if requests.find(session, g.shop.id, number) is None:
            return _missing()
        why_not = requests.start(session, g.shop.id, number, ctx().clock.now())
    ctx().wakeups.wake("bulk")
    return _show(number, why_not or _("Started"), why_not is not None)


@blueprint.post("/contracts/bulk/<int:number>/stop")
@merchant
def bulk_stop(number: int) -> Response:
    """Do nothing more of it."""
    with ctx().db.session() as session:
        requests.stop(session, g.shop.id, number, ctx().clock.now())
    return _show(number, _("Stopped"))


@blueprint.post("/contracts/bulk/<int:number>/undo")
@merchant
def bulk_undo(number: int) -> Response:
    """Weigh taking back what was changed."""
    with ctx().db.session() as session:
        job = requests.find(session, g.shop.id, number)
        if job is None:
            return _missing()
        if not _may_undo(job):
            return _show(number, requests.NOT_READY, True)
        back = requests.take_back(session, job, _actor(), ctx().clock.now()).id
    ctx().wakeups.wake("bulk")
    return _show(back)


@blueprint.get("/contracts/bulk/<int:number>.csv")
@merchant
def bulk_file(number: int) -> Response:
    """What came of each subscription, as a file."""
    query = select(Contract.shopify_gid, BulkItem.state, BulkItem.words)
    query = query.join(BulkItem, BulkItem.contract_id == Contract.id).where(BulkItem.job_id == number)
    with ctx().db.session() as session:
        if requests.find(session, g.shop.id, number) is None:
            return _missing()
        rows = [(number_of(gid), words.ITEMS[state], known(why or "")) for gid, state, why in session.execute(query)]
    return sheet.answer(f"bulk-change-{number}.csv", HEAD, rows)


@blueprint.get("/contracts/bulks")
@merchant
def bulk_list() -> Response:
    """The newest bulk changes."""
    with ctx().db.session() as session:
        jobs = [_job(job) for job in progress.recent(session)]
    return render.page("bulk/list.html", title=_("Bulk changes"), jobs=jobs)


def _form(scope: asking.Scope, form: Form, code: int = 200) -> Response:
    action = form.typed.get("do", "")
    with ctx().db.session() as session:
        ids = scope.contracts(session).limit(requests.MOST + 1).subquery()
        count = len(session.scalars(select(ids.c.id)).all()) if not scope.problem else 0
        about = scope.about(session)
    return render.page(
        "bulk/form.html",
        title=_("Change many subscriptions"),
        code=code,
        scope=scope,
        problem=scope.problem or ("" if count else words.NOBODY),
        count=min(count, requests.MOST),
        is_more=count > requests.MOST,
        about=about,
        actions={name: words.ACTIONS[name] for name in wishes.ACTIONS},
        action=action if action in wishes.ACTIONS else "",
        reasons=REASONS,
        goods=asking.goods() if action == "swap" else {},
        typed=form.typed,
        errors=form.errors,
        farthest=asking.FARTHEST,
    )


def _show(number: int, toast: str = "", is_error: bool = False) -> Response:
    values = _values(number)
    if values is None:
        return _missing()
    code = 409 if is_error else 200
    answer = render.page("bulk/job.html", code=code, toast=toast, toast_is_error=is_error, **values)
    if request.method == "POST":
        answer.headers["HX-Replace-Url"] = url_for("admin.bulk_job", number=number)
    return answer


def _missing() -> Response:
    return render.page("bulk/missing.html", title=_("Bulk change not found"), code=404, words=words.GONE)


def _values(number: int) -> dict[str, Any] | None:
    with ctx().db.session() as session:
        job = requests.find(session, g.shop.id, number)
        if job is None:
            return None
        standing = progress.of(session, job, ctx().clock.now())
    row = _job(job)
    may_undo = _may_undo(job) and standing.done > 0
    return {"job": row, "title": row["title"], "standing": standing, "may_undo": may_undo}


def _job(job: BulkJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "title": words.title(job.action, job.asked.get("action") if job.undo_of else None),
        "about": known(job.about),
        "state": job.state,
        "badge": words.STATES[job.state],
        "total": job.total,
        "made_at": job.made_at,
        "at_work": progress.is_at_work(job),
    }


def _may_undo(job: BulkJob) -> bool:
    return job.state in (DONE, STOPPED) and job.undo_of is None


def _actor() -> str:
    return f"merchant:{g.user_id}"
