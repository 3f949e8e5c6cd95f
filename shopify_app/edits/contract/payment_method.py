"""With which of the shopper's own payment methods a subscription is paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from shopify_app.context import Context
from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import Picture
from shopify_app.gateways.shopify import drafts
from shopify_app.gateways.shopify import payment_methods as gateway
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_
from shopify_app.shoppers import mirror as shoppers
from shopify_app.shoppers.models import PaymentMethod
from shopify_app.shops.tokens import with_client


def read_again(ctx: Context, shop_id: int, customer_gid: str) -> None:
    """Mirror the customer's payment methods as Shopify has them now: what was vaulted for something else is not told.

    Call it without a transaction. Raises ShopifyError.
    """
    asked_at = machine_now()
    found = with_client(ctx, shop_id, lambda client: gateway.of_customer(client, customer_gid))
    with ctx.db.session() as session:
        for snapshot in found:
            shoppers.apply_payment_method(session, shop_id, snapshot, asked_at)


def known(session: Session, contract: Contract) -> Sequence[PaymentMethod]:
    """Return the payment methods of the contract's customer that we know and that are not revoked."""
    mine = (PaymentMethod.shop_id == contract.shop_id, PaymentMethod.customer_gid == contract.customer_gid)
    query = select(PaymentMethod).where(*mine, PaymentMethod.revoked_at.is_(None)).order_by(PaymentMethod.id)
    return session.scalars(query).all()


def choose(session: Session, contract: Contract, gid: str) -> ChoosePaymentMethod | No:
    """Return the change to a payment method: one that is not revoked and is this customer's; else why not."""
    return why_not_theirs(session, contract, gid) or ChoosePaymentMethod(gid)


def why_not_theirs(session: Session, contract: Contract, gid: str) -> No | None:
    """Return why a contract cannot be paid with a method: it is not its customer's, or was revoked."""
    if not gid.isprintable():  # the database takes no NUL
        return No.NOT_THEIRS
    found = session.scalar(
        select(PaymentMethod).where(PaymentMethod.shop_id == contract.shop_id, PaymentMethod.shopify_gid == gid)
    )
    if found is None or contract.customer_gid is None or found.customer_gid != contract.customer_gid:
        return No.NOT_THEIRS
    return No.METHOD_REVOKED if found.revoked_at else None


@dataclass(frozen=True)
class ChoosePaymentMethod(Action):
    """Make it by `choose`. Whose a method is and whether it still pays is judged by Shopify once more."""

    gid: str

    name: ClassVar[str] = "payment_method"
    done_words: ClassVar[str] = N_("Payment method changed")
    is_draft: ClassVar[bool] = True

    def why_not(self, standing: Standing) -> No | None:
        if standing.contract.status in ENDED:
            return No.ENDED
        return No.ALREADY if self.is_true(standing.contract, {}) else None

    def paint(self, before: Picture) -> Picture:
        return replace(before, payment_method=self.gid)

    def send(self, client: AdminClient, contract_gid: str) -> None:
        drafts.change(client, contract_gid, [drafts.set_fields(paymentMethodId=self.gid)])

    def is_true(self, contract: Contract, before: Json) -> bool:
        return contract.payment_method_gid == self.gid

    def undo(self, before: Json) -> Action | None:
        gid = before.get("payment_method")
        return ChoosePaymentMethod(gid) if gid else None
