"""Tasks: what only a person can do, what helps, and whether somebody has done it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, g, request, url_for
from sqlalchemy.orm import Session

from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _, known
from shopify_app.tasks import book
from shopify_app.tasks.models import DONE, OPEN, Task
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render

SHOWS = {OPEN: N_("To be done"), DONE: N_("Done")}
LATEST = 100
"""Tasks shown at once; what is to be done, oldest first."""

Change = Callable[[Session, int, int, str, datetime], bool]


@blueprint.get("/tasks")
@merchant
def tasks() -> Response:
    """What is to be done, or with `?show=done` what was."""
    return _page()


@blueprint.post("/tasks/<number>/done")
@merchant
def task_done(number: str) -> Response:
    """Somebody did it."""
    return _change(number, book.done, _("Marked as done"), offers_undo=True)


@blueprint.post("/tasks/<number>/undo")
@merchant
def task_undo(number: str) -> Response:
    """They had not."""
    return _change(number, book.undo, _("To be done again"))


def _change(number: str, change: Change, said: str, *, offers_undo: bool = False) -> Response:
    task_id = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    with ctx().db.session() as session:
        is_new = change(session, g.shop.id, task_id, f"merchant:{g.user_id}", ctx().clock.now())
        is_known = book.find(session, g.shop.id, task_id) is not None
    if not is_known:
        return _page(toast=_("This task is no longer there."), code=404)
    return _page(
        toast=said if is_new else _("It is like that already."), undo=task_id if offers_undo and is_new else None
    )


def _page(toast: str = "", undo: int | None = None, code: int = 200) -> Response:
    show = request.args.get("show", OPEN)
    show = show if show in SHOWS else OPEN
    with ctx().db.session() as session:
        rows = [_row(task) for task in book.listed(session, g.shop.id, show, LATEST)]
    return render.page(
        "tasks/page.html", title=_("Tasks"), code=code, rows=rows, show=show, shows=SHOWS, toast=toast, undo=undo
    )


def _row(task: Task) -> dict[str, Any]:
    number = number_of(task.contract_gid) if task.contract_gid else None
    return {
        "id": task.id,
        "words": known(task.words),
        "to_do": known(task.to_do),
        "at": task.opened_at,
        "done_at": task.done_at,
        "number": number,
        "href": url_for("admin.contract", number=number) if number else None,
        "order": render.admin_link(f"orders/{number_of(task.order_gid)}") if task.order_gid else None,
    }
