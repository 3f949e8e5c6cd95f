"""What would become of orders if an item ran short: weighed as a real shortage is, and nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shopify_app.contracts.models import BillingCycle
from shopify_app.kit.db import is_one_of
from shopify_app.stock import settings, supply
from shopify_app.stock.models import Demand, StockDecision
from shopify_app.stock.pages import Item
from shopify_app.stock.policy import Terms
from shopify_app.stock.runway import Claim, in_line, short
from shopify_app.stock.weigh import Weighed, weigh

MOST = 5_000
"""Orders that are weighed; beyond that it is only said that there are more."""
Known = dict[tuple[str, str], Terms]


@dataclass
class Outcome:
    """What would happen: word → orders. `decided` were struck before and keep what was decided; `later` are charged
    beyond the days ahead and would be decided as they come near; `is_more`: there are more than were weighed.
    """

    words: Counter[str] = field(default_factory=Counter)
    decided: int = 0
    later: int = 0
    is_more: bool = False
    is_limited: bool = True

    @property
    def orders(self) -> int:
        """How many orders would be decided now."""
        return sum(self.words.values())


def of_item(
    session: Session,
    shop_id: int,
    item_gid: str,
    now: datetime,
    units: int | None = 0,
    *,
    terms: Known | None = None,
    is_gone: bool = False,
) -> Outcome:
    """Say what would happen if so many units of an item were left (None: as many as there are), now or never again.

    `terms`: policies that are not saved yet; `is_gone`: it is discontinued, so nobody can wait for it.
    """
    on, how = supply.shelf(session, shop_id, item_gid), settings.of(session, shop_id)
    if on.units is None:
        return Outcome(is_limited=False)
    until = now + timedelta(days=how.ahead_days)
    found = supply.claims(session, shop_id, on, until)
    missing = short(on.units if units is None else units, found)
    outcome = _weighed(session, shop_id, missing, now, terms, is_gone)
    if (units if units is not None else on.units) <= sum(claim.units for claim in found):
        outcome.later = _later(session, shop_id, on.gids, until, now + settings.HORIZON)
    return outcome


def of_policy(
    session: Session,
    shop_id: int,
    items: Sequence[Item],
    now: datetime,
    scope: str,
    subject_gid: str,
    terms: Known,
) -> tuple[Outcome, Outcome]:
    """Say what the orders in sight that one policy speaks for would get if what they need were gone: as the policies
    are saved, and as they would be with `terms`. Orders of an item that nothing limits are left out.
    """
    saved, how = settings.policies(session, shop_id), settings.of(session, shop_id)
    until, left = now + timedelta(days=how.ahead_days), MOST
    before, after = Outcome(is_limited=False), Outcome(is_limited=False)
    for item in items:
        on = supply.shelf(session, shop_id, item.standing.item_gid)
        if on.units is None:
            continue
        if not left:
            after.is_more = True
            break
        missing = in_line(one for one in supply.claims(session, shop_id, on, until) if one.is_limited)
        fresh = _undecided(session, shop_id, missing)
        after.decided += _decided(session, shop_id, missing)
        after.is_more = after.is_more or len(fresh) > left
        old, new = (_by_order(weigh(session, shop_id, how, fresh[:left], now, terms=each)) for each in (saved, terms))
        for key, each in new.items():
            if (scope, subject_gid) in (_spoken(old[key]), _spoken(each)):
                before.words[old[key].plan.default] += 1
                after.words[each.plan.default] += 1
        after.is_limited, left = True, left - min(left, len(fresh))
    before.is_limited, before.is_more, before.decided = after.is_limited, after.is_more, after.decided
    return before, after


def _weighed(
    session: Session, shop_id: int, missing: Sequence[Claim], now: datetime, terms: Known | None, is_gone: bool
) -> Outcome:
    """Weigh who would be short: whose order can still be decided, and is not decided already."""
    new, how = _undecided(session, shop_id, in_line(missing)), settings.of(session, shop_id)
    outcome = Outcome(decided=_decided(session, shop_id, missing), is_more=len(new) > MOST)
    weighed = weigh(session, shop_id, how, new[:MOST], now, is_gone=is_gone, terms=terms)
    outcome.words.update(each.plan.default for each in _by_order(weighed).values())
    return outcome


def _by_order(weighed: Sequence[Weighed]) -> dict[tuple[int, int, str], Weighed]:
    return {_key(each.claim): each for each in weighed}


def _spoken(each: Weighed) -> tuple[str, str]:
    """The policy that speaks for an order."""
    subjects = {settings.PLAN: each.line.selling_plan_gid, settings.PRODUCT: each.line.product_gid}
    return each.scope, subjects.get(each.scope) or ""


def _undecided(session: Session, shop_id: int, claims: Sequence[Claim]) -> list[Claim]:
    """Leave out what is paid for, orders about which a decision is open, and those that were tried already, which are
    a failed charge's story.
    """
    fresh = [claim for claim in claims if not claim.is_paid]
    gids = {claim.variant_gid for claim in fresh}
    columns = (StockDecision.contract_id, StockDecision.cycle_index, StockDecision.variant_gid)
    mine = (StockDecision.shop_id == shop_id, StockDecision.ended_at.is_(None), StockDecision.variant_gid.in_(gids))
    known = {(row[0], row[1], row[2]) for row in session.execute(select(*columns).where(*mine))}
    pairs = sorted({(claim.contract_id, claim.cycle_index) for claim in fresh if _key(claim) not in known})
    here = (BillingCycle.due_at.is_not(None), BillingCycle.attempted_at.is_(None))
    cycles = select(BillingCycle.contract_id, BillingCycle.cycle_index).where(
        is_one_of(pairs, BillingCycle.contract_id, BillingCycle.cycle_index), *here
    )
    due = {(row[0], row[1]) for row in session.execute(cycles)}
    return [one for one in fresh if _key(one) not in known and (one.contract_id, one.cycle_index) in due]


def _decided(session: Session, shop_id: int, claims: Sequence[Claim]) -> int:
    """How many of these orders a decision is open about."""
    pairs = sorted({(claim.contract_id, claim.cycle_index) for claim in claims})
    gids = {claim.variant_gid for claim in claims}
    mine = (StockDecision.shop_id == shop_id, StockDecision.ended_at.is_(None), StockDecision.variant_gid.in_(gids))
    query = select(func.count()).select_from(StockDecision).where(*mine)
    among = is_one_of(pairs, StockDecision.contract_id, StockDecision.cycle_index)
    return session.scalar(query.where(among)) or 0


def _key(claim: Claim) -> tuple[int, int, str]:
    return claim.contract_id, claim.cycle_index, claim.variant_gid


def _later(session: Session, shop_id: int, gids: Sequence[str], after: datetime, until: datetime) -> int:
    """Count the orders that are charged after the days ahead, and in sight."""
    mine = (Demand.shop_id == shop_id, Demand.variant_gid.in_(gids), Demand.spent_at.is_(None))
    query = select(func.count()).select_from(Demand).where(*mine, Demand.delivery == 0, Demand.cycle_index > 0)
    return session.scalar(query.where(Demand.charge_at > after, Demand.charge_at <= until)) or 0
