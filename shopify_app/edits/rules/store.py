"""The rules of a shop and of its plans, kept as rows, and which of them govern a contract."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits.rules.models import WHOLE_SHOP, EditRules
from shopify_app.edits.rules.terms import FREE, Rules, from_json
from shopify_app.journal.record import record
from shopify_app.kit.clock import machine_now


def of_shop(session: Session, shop_id: int) -> dict[str, Rules]:
    """Return the rules by selling plan gid. Those of WHOLE_SHOP are always there: for all plans without their own."""
    rows = session.scalars(select(EditRules).where(EditRules.shop_id == shop_id))
    return {WHOLE_SHOP: FREE} | {row.selling_plan_gid: from_json(row.rules) for row in rows}


def governing(session: Session, contract: Contract) -> tuple[Rules, ...]:
    """Return the rules of every plan in a contract, all of which have to allow a change."""
    known = of_shop(session, contract.shop_id)
    if len(known) == 1:
        return (known[WHOLE_SHOP],)
    return among(known, (line.selling_plan_gid for line in contract.lines))


def among(known: dict[str, Rules], plan_gids: Iterable[str | None]) -> tuple[Rules, ...]:
    """Return the different rules of these plans, those of the whole shop where a plan has none. Pure."""
    found = [known.get(gid or WHOLE_SHOP, known[WHOLE_SHOP]) for gid in plan_gids]
    return tuple(dict.fromkeys(found)) or (known[WHOLE_SHOP],)


def change(
    session: Session, shop_id: int, plan_gid: str, rules: Rules | None, actor: str, now: datetime, plan: str = ""
) -> bool:
    """Save the rules of a plan (or WHOLE_SHOP) and write down who chose; returns whether they differ.

    None lets a plan follow the shop again. `plan`: its name, for the history. `now`: business time.
    """
    known = of_shop(session, shop_id)
    before = known.get(plan_gid)
    if rules == before:
        return False
    mine = (EditRules.shop_id == shop_id, EditRules.selling_plan_gid == plan_gid)
    session.execute(delete(EditRules).where(*mine))
    if rules is not None:
        values = {"shop_id": shop_id, "selling_plan_gid": plan_gid, "rules": rules.as_json(), "changed_at": now}
        session.execute(insert(EditRules).values(**values))
    record(
        session,
        shop_id,
        # machine time: they may be changed twice within one instant of business time
        key=f"rules.changed:{plan_gid}:{machine_now().isoformat()}",
        kind="rules.changed",
        occurred_at=now,
        actor=actor,
        before={"rules": before.as_json() if before else None},
        after={"rules": rules.as_json() if rules else None},
        data={"plan": plan} if plan else None,
    )
    return True
