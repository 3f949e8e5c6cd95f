"""Whether a bulk change can be done with a subscription, as its door would answer now. Changes nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits import answers, changes, door
from shopify_app.edits import undo as of_dates
from shopify_app.edits.bulk import wishes
from shopify_app.edits.bulk.models import CAN, CANNOT, BulkItem, BulkJob
from shopify_app.edits.bulk.requests import UNDO, id_of
from shopify_app.edits.bulk.wishes import DATE, CannotDo, Wish
from shopify_app.edits.change import Target as TargetOfDate
from shopify_app.edits.contract import actions, standing
from shopify_app.edits.contract import answers as whole
from shopify_app.edits.contract import door as door_of_whole
from shopify_app.edits.contract.action import Target
from shopify_app.edits.rules import hook
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_
from shopify_app.shops.models import Shop

NOT_BACK = N_("It cannot be taken back.")
CHANGED_SINCE = N_("It was changed again since, so it is not taken back.")


def one(session: Session, shop: Shop, job: BulkJob, item: BulkItem, now: datetime) -> None:
    """Write on an item what the job comes to for it, and whether its door would do it. `now`: business time."""
    contract = session.get_one(Contract, item.contract_id)
    try:
        wish = _wish(session, shop, job, contract, now)
        item.edit, item.amount = wish.edit, wish.amount
        why_not = _why_not(session, job, contract, wish.edit, now)
    except CannotDo as reason:
        why_not = str(reason)
    item.state, item.words = (CANNOT, why_not) if why_not else (CAN, None)


def _wish(session: Session, shop: Shop, job: BulkJob, contract: Contract, now: datetime) -> Wish:
    if job.action != UNDO:
        return wishes.of(session, shop, contract, job.action, job.asked, now)
    before = session.get_one(BulkItem, (job.undo_of, contract.id))
    edit, request_id = before.edit or {}, id_of(before.job_id, contract.id)
    amount = -before.amount if before.amount is not None else None
    if edit["door"] == DATE:
        target = TargetOfDate(job.shop_id, contract.shopify_gid, edit["index"], job.actor)
        change = of_dates.of(session, target, request_id, now)
        if change is None:
            raise CannotDo(CHANGED_SINCE)
        return Wish({"door": DATE, "index": edit["index"], "name": change.name, "wish": change.wish()}, amount)
    action = door_of_whole.undoing(session, Target(job.shop_id, contract.shopify_gid, job.actor), request_id)
    if action is None:
        raise CannotDo(NOT_BACK)
    return Wish({"door": wishes.WHOLE, "name": action.name, "wish": action.wish()}, amount)


def _why_not(session: Session, job: BulkJob, contract: Contract, edit: Json, now: datetime) -> str | None:
    if edit["door"] == DATE:
        return _why_not_date(session, job, contract, edit, now)
    action, seen = actions.parse(edit["name"], edit["wish"]), standing.look(session, contract, now)
    if refusal := standing.why_not(session, action, seen):
        return refusal.words
    forbidden = hook.of_action(session, action, seen, job.actor).forbidden
    return whole.WORDS[whole.No.RULE] if forbidden else None


def _why_not_date(session: Session, job: BulkJob, contract: Contract, edit: Json, now: datetime) -> str | None:
    target = TargetOfDate(job.shop_id, contract.shopify_gid, edit["index"], job.actor)
    change, seen = changes.parse(edit["name"], edit["wish"]), door.look(session, target, now)
    if seen is None:
        return answers.WORDS[answers.Refusal.GONE]
    if refusal := change.why_not(seen):
        return answers.WORDS[refusal]
    if door.is_charging(session, seen.cycle):
        return answers.WORDS[answers.Refusal.CHARGING]
    forbidden = hook.of_change(session, change, seen, job.actor).forbidden
    return answers.WORDS[answers.Refusal.RULE] if forbidden else None
