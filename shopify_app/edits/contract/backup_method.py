"""Which other method of the shopper's is tried when a charge with the first one fails: a choice that we keep.

Shopify has no field for it, so nobody is asked: a column of ours on the contract is the whole effect.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from sqlalchemy.orm import Session

from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract import payment_method
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import Picture
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_
from shopify_app.shoppers.models import PaymentMethod

NONE = "none"
"""Stands for no backup among choices; no token of a method is spelled so (they are hexadecimal)."""


def choose(session: Session, contract: Contract, gid: str) -> ChooseBackup | No:
    """Return the edit for a method's gid, or NONE; why not for one that is not this customer's or was revoked."""
    if gid == NONE:
        return ChooseBackup(None)
    return payment_method.why_not_theirs(session, contract, gid) or ChooseBackup(gid)


def usable(session: Session, contract: Contract) -> PaymentMethod | None:
    """Return the backup as long as it can be tried: chosen, not revoked, and not what pays already."""
    chosen = contract.backup_method_gid
    if chosen is None or chosen == contract.payment_method_gid:
        return None
    return next((one for one in payment_method.known(session, contract) if one.shopify_gid == chosen), None)


@dataclass(frozen=True)
class ChooseBackup(Action):
    """`gid`: a payment method, None for no backup; make it by `choose`."""

    gid: str | None

    name: ClassVar[str] = "backup_method"
    done_kind: ClassVar[str] = "subscription.backup_method_changed"
    done_words: ClassVar[str] = N_("Backup payment method changed")
    is_ours: ClassVar[bool] = True

    def why_not(self, standing: Standing) -> No | None:
        if standing.contract.status in ENDED:
            return No.ENDED
        if self.is_true(standing.contract, {}):
            return No.ALREADY
        return No.PAYS_ALREADY if self.gid and self.gid == standing.contract.payment_method_gid else None

    def paint(self, before: Picture) -> Picture:
        return replace(before, backup_method=self.gid)

    def send(self, client: AdminClient, contract_gid: str) -> None:
        raise NotImplementedError("Shopify knows no such choice")

    def is_true(self, contract: Contract, before: Json) -> bool:
        return contract.backup_method_gid == self.gid

    def settle(self, session: Session, contract: Contract, actor: str) -> None:
        contract.backup_method_gid = self.gid

    def undo(self, before: Json) -> Action | None:
        return ChooseBackup(before.get("backup_method"))
