"""What runs at this moment, with how far it is: today's charges, when many are due, and changes of many."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Response, g, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.edits.bulk.models import CAN, NEW, RUNNING, WEIGHING, BulkItem, BulkJob
from shopify_app.kit.speech import _
from shopify_app.shops.models import Shop
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, queries, render
from shopify_app.web.admin.bulk import words
from shopify_app.web.admin.home_days import local_days

Values = dict[str, Any]

PACE = timedelta(minutes=10)
MANY = 20
"""Charges due at this moment from which on a run shows how far it is."""


@blueprint.get("/running")
@merchant
def home_running() -> Response:
    """The bars alone; they ask for themselves while something runs, and then once for the whole page."""
    with ctx().db.session() as session:
        found = running(session, g.shop, ctx().clock.now())
    return render.part("home/running.html", running=found)


def running(session: Session, shop: Shop, now: datetime) -> list[Values]:
    """Return what runs: `said`, `done` of `all`, and where to look. `now`: business time."""
    jobs = select(BulkJob).where(BulkJob.shop_id == shop.id, BulkJob.state.in_((WEIGHING, RUNNING)))
    found = [_job(session, job) for job in session.scalars(jobs.order_by(BulkJob.id))]
    charges = _charges(session, shop, now)
    return [charges, *found] if charges else found


def _charges(session: Session, shop: Shop, now: datetime) -> Values | None:
    """How far the run of charges is; None when few are due. When it ends is told by the pace of ten minutes."""
    left = queries.due_now(session, shop, now)
    if left <= MANY:
        return None
    start = local_days(shop, now)[0]
    done = queries.written_since(session, shop.id, start)[0]
    lately, since = queries.written_since(session, shop.id, now - PACE)
    spent = (now - since) if since else timedelta(0)
    ends = now + spent / lately * left if lately > 1 and spent else None
    return {"said": _("Charging"), "done": done, "all": done + left, "ends": ends, "href": ""}


def _job(session: Session, job: BulkJob) -> Values:
    """A change of many: how many are checked so far, or done or left out. Counts what is left, by its index."""
    left = (NEW,) if job.state == WEIGHING else (NEW, CAN)
    mine = (BulkItem.job_id == job.id, BulkItem.state.in_(left))
    to_go = session.scalar(select(func.count()).where(*mine)) or 0
    name = words.title(job.action, job.asked.get("action") if job.undo_of else None)
    said = _("%(change)s (being checked)", change=name) if job.state == WEIGHING else name
    href = url_for("admin.bulk_job", number=job.id)
    return {"said": said, "done": job.total - to_go, "all": job.total, "ends": None, "href": href}
