"""Asking the doors of edits for what ends a case: skip the order, pause or cancel the subscription."""

from __future__ import annotations

from dataclasses import dataclass

from shopify_app.context import Context
from shopify_app.dunning.models import DunningCase
from shopify_app.dunning.policy import Final
from shopify_app.edits import answers, change, door, skip
from shopify_app.edits.contract import action as contract_action
from shopify_app.edits.contract import answers as contract_answers
from shopify_app.edits.contract import door as contract_door
from shopify_app.edits.contract.statuses import Cancel, Pause


@dataclass(frozen=True)
class Said:
    """A door's answer. `is_lost`: Shopify may have done it all the same; `is_passing`: it may be asked again."""

    is_done: bool
    words: str
    is_lost: bool
    is_passing: bool


def ask(ctx: Context, case: DunningCase, contract_gid: str, wanted: Final, actor: str, by: str) -> Said:
    """Ask for one of SKIP, PAUSE and CANCEL. One request id for each failure and refusal, so that it acts once.

    `by`: who decided, "dunning" for a ladder. Never raises what Shopify may answer. Call it without a transaction.
    """
    request_id = f"{by}-{case.id}-{case.attempt_id}-{case.troubles}-{wanted.value}"
    if wanted is Final.SKIP:
        target = change.Target(case.shop_id, contract_gid, case.cycle_index, actor)
        answer = door.carry_out(ctx, skip.Skipping(True), target, request_id)
        is_there = answer.refusal is answers.Refusal.ALREADY
        is_lost = answer.refusal is answers.Refusal.NOT_SEEN
        return Said(answer.is_done or is_there, answer.words, is_lost, answer.refusal in answers.PASSING)
    action = Pause() if wanted is Final.PAUSE else Cancel("other", "The payment failed.")
    on = contract_action.Target(case.shop_id, contract_gid, actor)
    said = contract_door.carry_out(ctx, action, on, request_id)
    no = contract_answers.No
    is_lost = said.refusal is no.NOT_SEEN
    passing = is_lost or said.refusal in contract_answers.PASSING
    return Said(said.is_done or said.refusal is no.ALREADY, said.words, is_lost, passing)
