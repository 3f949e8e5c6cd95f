"""A discount instead of cancelling: what staff configured, taken by the shopper, once for each subscription."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.edits.contract.action import Standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.discounts import ManualDiscount
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_


@dataclass(frozen=True)
class StayDiscount(ManualDiscount):
    """`taken_at` is the business instant (ISO) at which it was taken. Taken back, it is not offered again."""

    taken_at: str = ""

    name: ClassVar[str] = "stay_discount"
    done_words: ClassVar[str] = N_("Discount taken")

    def asked(self) -> Json:
        return {"percentage": self.percentage, "limit": self.limit}

    def ruled_by(self) -> tuple[str, ...]:
        return ()  # staff switched it on themselves

    def why_not(self, standing: Standing) -> No | None:
        return super().why_not(standing) or (No.ALREADY if standing.contract.offer_taken_at is not None else None)

    def settle(self, session: Session, contract: Contract, actor: str) -> None:
        contract.offer_taken_at = datetime.fromisoformat(self.taken_at)
