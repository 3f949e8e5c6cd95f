"""Withdrawing from the contract: it ends at Shopify, and somebody of the shop's has to see to the money.

The declaration counts whether the subscription still runs or was cancelled before: what was paid is what it is about.
Whether there is such a right, and until when, is known to the right of edits (`leaving/terms.py`): it comes with the
wish.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import CANCELLED, Contract
from shopify_app.edits.contract import pause_ends
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import Picture
from shopify_app.gateways.shopify import statuses as gateway
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import UserErrors
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_
from shopify_app.tasks import book
from shopify_app.tasks.book import Matter

OVER = ("CONTRACT_TERMINATED",)
"""SubscriptionContractStatusUpdateErrorCode (schema 2026-10) of a contract that was over before."""


@dataclass(frozen=True)
class Withdraw(Action):
    """`declared_at` and `until` are business instants (ISO): when it was declared, and when the right ends."""

    declared_at: str
    until: str

    name: ClassVar[str] = "withdraw"
    done_kind: ClassVar[str] = "subscription.withdrawn"
    done_words: ClassVar[str] = N_("Withdrawn from")

    def asked(self) -> Json:
        return {}

    def ruled_by(self) -> tuple[str, ...]:
        return ()  # no rule of a shop's takes a right away

    def why_not(self, standing: Standing) -> No | None:
        if standing.contract.withdrawn_at is not None:
            return No.ALREADY
        # what was declared in time and could not be done then is not too late when it is tried again
        declared, until = datetime.fromisoformat(self.declared_at), datetime.fromisoformat(self.until)
        return No.WITHDRAWAL_OVER if declared >= until else None

    def paint(self, before: Picture) -> Picture:
        is_over = before.status in ENDED
        return replace(before, status=before.status if is_over else CANCELLED, resumes_at=None, dates=())

    def send(self, client: AdminClient, contract_gid: str) -> None:
        try:
            gateway.cancel(client, contract_gid)
        except UserErrors as error:
            if any(each.code not in OVER for each in error.errors):
                raise

    def is_true(self, contract: Contract, before: Json) -> bool:
        return contract.status in ENDED

    def settle(self, session: Session, contract: Contract, actor: str) -> None:
        at = datetime.fromisoformat(self.declared_at)
        contract.withdrawn_at = at
        pause_ends.write(session, contract, None, actor)
        matter = Matter(
            key=f"withdrawal:{number_of(contract.shopify_gid)}",
            kind="withdrawal",
            words=N_("The shopper withdrew from the contract, within the days that the law of their region gives."),
            to_do=N_("See what was paid and what was sent, agree on the return, and refund it in Shopify."),
            contract_gid=contract.shopify_gid,
            order_gid=contract.origin_order_gid,
            customer_gid=contract.customer_gid,
        )
        book.begin(session, contract.shop_id, matter, at)
