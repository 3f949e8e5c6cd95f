"""What stories about edits of whole subscriptions share: asking the door, and looking at what Shopify has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from shopify_app.edits.contract import door
from shopify_app.edits.contract.action import Action, Target
from shopify_app.edits.contract.answers import Answer
from shopify_app.edits.models import ContractEdit
from shopify_app.kit.clock import machine_now
from tests.billing.till import Till

ME = "merchant:42"


def target(till: Till, actor: str = ME) -> Target:
    return Target(till.shop_id, till.contract().shopify_gid, actor)


def ask(till: Till, action: Action, request_id: str = "r1") -> Answer:
    return door.carry_out(till.ctx, action, target(till), request_id)


def there(till: Till) -> dict[str, Any]:
    """The contract as Shopify has it."""
    return till.sandbox.world.of("contracts", till.domain).all()[0]


def put_there(till: Till, **values: Any) -> None:
    """Change the contract at Shopify without telling us."""
    with till.sandbox.world.locked():
        till.sandbox.world.of("contracts", till.domain).put({**there(till), **values})


def edits(till: Till) -> list[ContractEdit]:
    with till.ctx.db.session() as session:
        return list(session.scalars(select(ContractEdit).order_by(ContractEdit.asked_at)))


def kinds(till: Till) -> list[str]:
    """What the journal tells of the subscription, but for its charges."""
    return [fact.kind for fact in till.facts() if fact.kind.startswith("subscription.")]


def asker_dies(till: Till) -> None:
    """Machine time passes: whoever asked Shopify is dead."""
    with till.ctx.db.session() as session:
        past = machine_now() - timedelta(minutes=10)
        session.execute(update(ContractEdit).where(ContractEdit.lease_until.is_not(None)).values(lease_until=past))
    till.expire_leases()
