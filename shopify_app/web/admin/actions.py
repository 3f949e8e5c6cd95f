"""What a merchant does to one subscription. GET asks in words whether it is meant, POST does it and shows the page.

A refusal is the page as it is now with the reason in words. Each form carries what it was about (cycle, attempt
number), so that a double tap acts once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, g, request
from sqlalchemy.orm import Session

from shopify_app.billing import by_hand, ledger, parking, switches
from shopify_app.contracts.cycles import total_of
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.kit.speech import N_, _
from shopify_app.web import ctx
from shopify_app.web.access import merchant
from shopify_app.web.admin import blueprint, render, words
from shopify_app.web.admin.contract import find, missing, show
from shopify_app.web.admin.detail import Detail
from shopify_app.web.format import day, money
from shopify_app.web.forms import Form

GONE = by_hand.GONE
NOT_WAITING = N_("It does not wait for you any more.")
ASKED_FIRST = N_("Perennial asks Shopify first whether this date is still to be paid. Later dates stay.")
LONGEST_REASON = 200
LARGEST = 10**6


@dataclass(frozen=True)
class Asked:
    """What one request is about. `cycle` is None for what concerns the whole subscription."""

    number: str
    found: Detail
    cycle: BillingCycle | None
    form: Form

    @property
    def contract(self) -> Contract:
        return self.found.contract

    @property
    def date(self) -> str:
        return day(self.cycle.due_at or self.cycle.expected_at, g.shop.zone) if self.cycle else ""

    @property
    def next_number(self) -> int:
        """The number the cycle's next attempt gets, 0 without a cycle."""
        if self.cycle is None:
            return 0
        with ctx().db.session() as session:
            return by_hand.next_number(session, self.contract, self.cycle.cycle_index)


@dataclass(frozen=True)
class Done:
    """What came of it: a toast."""

    is_done: bool
    words: str


@dataclass(frozen=True)
class Action:
    """`about` is "cycle", "subscription" or "either". `explain`: sentences before the button; `do`: the deed."""

    verb: str
    about: str
    heading: Callable[[Asked], str]
    explain: Callable[[Asked], list[str]]
    do: Callable[[Asked], Done]
    button: str
    wants_reason: bool = False


def _charge(asked: Asked) -> Done:
    number = asked.form.whole_number("number", 1, LARGEST)
    if asked.cycle is None or number is None:
        return Done(False, GONE)
    index, gid = asked.cycle.cycle_index, asked.contract.shopify_gid
    answer = by_hand.charge_now(ctx(), g.shop.id, gid, index, number, _actor())
    return Done(answer.is_done, answer.words)


def _explain_charge(asked: Asked) -> list[str]:
    sentences = []
    if asked.cycle and asked.cycle.parked_reason:
        sentences.append(_("It waits for you: %(reason)s", reason=words.reason(asked.cycle.parked_reason)))
    if asked.cycle:
        total = money(total_of(asked.contract, asked.cycle), asked.contract.currency)
        sentences.append(_("The shopper is charged about %(total)s at once, before taxes.", total=total))
    return [*sentences, ASKED_FIRST]


def _release(asked: Asked) -> Done:
    now = ctx().clock.now()
    with ctx().db.session() as session:
        contract = _contract(session, asked)
        cycle = by_hand.find_cycle(session, contract, asked.cycle.cycle_index) if asked.cycle else None
        is_done = parking.release(session, contract, _actor(), now, cycle)
    ctx().wakeups.wake("billing")
    return Done(is_done, _("Released") if is_done else _("It was released already."))


def _explain_release(asked: Asked) -> list[str]:
    reason = asked.cycle.parked_reason if asked.cycle else asked.contract.parked_reason
    return [
        _("It waits for you: %(reason)s", reason=words.reason(reason)) if reason else NOT_WAITING,
        _("Once released, what is due is charged within minutes, unless Shopify says it is paid, skipped or moved."),
    ]


def _stop(asked: Asked) -> Done:
    reason = asked.form.typed.get("reason", "").strip()
    with ctx().db.session() as session:
        contract = _contract(session, asked)
        is_done = switches.stop(session, contract, reason, _actor(), ctx().clock.now())
    return Done(is_done, _("Charging of this subscription is stopped") if is_done else _("It was stopped already."))


def _start(asked: Asked) -> Done:
    with ctx().db.session() as session:
        is_done = switches.start(session, _contract(session, asked), _actor(), ctx().clock.now())
    ctx().wakeups.wake("billing")
    return Done(is_done, _("Charging runs again") if is_done else _("It runs already."))


def _contract(session: Session, asked: Asked) -> Contract:
    """The contract's row, locked against a charge that is being decided at this moment."""
    ledger.lock_contract(session, g.shop.id, asked.contract.shopify_gid)
    return session.get_one(Contract, asked.contract.id)


def _actor() -> str:
    return f"merchant:{g.user_id}"


ACTIONS = (
    Action(
        "charge",
        "cycle",
        lambda asked: _("Charge %(date)s now?", date=asked.date),
        _explain_charge,
        _charge,
        N_("Charge now"),
    ),
    Action(
        "release",
        "either",
        lambda asked: _("Release %(date)s?", date=asked.date) if asked.cycle else _("Let charges run again?"),
        _explain_release,
        _release,
        N_("Release"),
    ),
    Action(
        "stop",
        "subscription",
        lambda asked: _("Stop charging this subscription?"),
        lambda asked: [
            _(
                "The shopper is not charged until you start it again. "
                "Charges already with the bank are not called back."
            )
        ],
        _stop,
        N_("Stop charging"),
        wants_reason=True,
    ),
    Action(
        "start",
        "subscription",
        lambda asked: _("Start charging this subscription again?"),
        lambda asked: [_("What became due meanwhile is charged, unless it is too late: then it waits for you.")],
        _start,
        N_("Start charging"),
    ),
)


def _view(action: Action) -> Callable[[str], Response]:
    def view(number: str) -> Response:
        found = find(number)
        if found is None:
            return missing()
        asked = _asked(action, number, found)
        if asked is None:
            return show(number, code=200 if request.method == "GET" else 409, toast=GONE, is_error=True)
        if request.method == "GET":
            return _confirm(action, asked)
        if action.wants_reason and asked.form.text("reason", "a reason", longest=LONGEST_REASON) is None:
            return _confirm(action, asked, code=422)
        done = action.do(asked)
        return show(number, code=200 if done.is_done else 409, toast=done.words, is_error=not done.is_done)

    view.__name__ = f"contract_{action.verb}"
    view.__doc__ = f"{action.button}: asked in words first."
    return view


def _asked(action: Action, number: str, found: Detail) -> Asked | None:
    """What the request is about; None when its date is not among those that can still be charged."""
    form = Form(request.form if request.method == "POST" else request.args)
    given = form.typed.get("cycle", "") if action.about != "subscription" else ""
    if not given:
        return None if action.about == "cycle" else Asked(number, found, None, form)
    cycle = next((cycle for cycle in found.cycles if str(cycle.cycle_index) == given), None)
    return Asked(number, found, cycle, form) if cycle else None


def _confirm(action: Action, asked: Asked, code: int = 200) -> Response:
    return render.page(
        "contract/confirm.html",
        title=action.heading(asked),
        code=code,
        verb=action.verb,
        number=asked.number,
        sentences=action.explain(asked),
        button=action.button,
        is_critical=action.verb == "stop",
        cycle=asked.cycle.cycle_index if asked.cycle else None,
        attempt=asked.next_number,
        wants_reason=action.wants_reason,
        reason=asked.form.typed.get("reason", ""),
        errors=asked.form.errors,
    )


for _action in ACTIONS:
    blueprint.add_url_rule(
        f"/contracts/<number>/{_action.verb}", view_func=merchant(_view(_action)), methods=["GET", "POST"]
    )
