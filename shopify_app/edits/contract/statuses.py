"""Pausing (until a day or for good), resuming, cancelling with a reason, and reactivating a subscription."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from sqlalchemy.orm import Session

from shopify_app.contracts.models import ACTIVE, CANCELLED, EXPIRED, FAILED, PAUSED, Contract
from shopify_app.edits.contract import pause_ends
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import DATES, Picture
from shopify_app.gateways.shopify import statuses as gateway
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_

REASONS = {
    "too_much": N_("Has too much of it"),
    "too_expensive": N_("It costs too much"),
    "not_satisfied": N_("Is not satisfied with it"),
    "moving": N_("Is moving or away"),
    "switched": N_("Buys it elsewhere"),
    "only_once": N_("Wanted it once only"),
    "other": N_("Another reason"),
}
"""Why a subscription is cancelled: word for programs → words for staff."""


def _ended(status: str) -> No | None:
    return {CANCELLED: No.CANCELLED, EXPIRED: No.ENDED}.get(status)


@dataclass(frozen=True)
class Pause(Action):
    """`until` is the business instant (ISO) at which Perennial resumes it; None: until somebody resumes it."""

    until: str | None = None

    name: ClassVar[str] = "pause"
    done_words: ClassVar[str] = N_("Paused")

    @property
    def resume_at(self) -> datetime | None:
        return datetime.fromisoformat(self.until) if self.until else None

    def why_not(self, standing: Standing) -> No | None:
        status = standing.contract.status
        if status in (CANCELLED, EXPIRED):
            return No.ENDED
        if status != ACTIVE:
            return No.ALREADY if status == PAUSED else No.NOT_ACTIVE
        return No.PAST if self.resume_at is not None and self.resume_at <= standing.now else None

    def paint(self, before: Picture) -> Picture:
        end = self.resume_at
        dates = tuple(at for at in before.pending if end is not None and at > end)
        return replace(before, status=PAUSED, resumes_at=end, dates=dates[:DATES])

    def send(self, client: AdminClient, contract_gid: str) -> None:
        gateway.pause(client, contract_gid)

    def is_true(self, contract: Contract, before: Json) -> bool:
        return contract.status == PAUSED

    def settle(self, session: Session, contract: Contract, actor: str) -> None:
        pause_ends.write(session, contract, self.resume_at, actor)

    def undo(self, before: Json) -> Action:
        return Resume()


@dataclass(frozen=True)
class Resume(Action):
    """A paused subscription goes on. What was expected meanwhile was paused away and is not charged."""

    name: ClassVar[str] = "resume"
    done_words: ClassVar[str] = N_("Resumed")
    goes_on_from: ClassVar[str] = PAUSED
    otherwise: ClassVar[No] = No.NOT_PAUSED

    def why_not(self, standing: Standing) -> No | None:
        status = standing.contract.status
        if status == ACTIVE:
            return No.ALREADY
        return _ended(status) or (None if status == self.goes_on_from else self.otherwise)

    def paint(self, before: Picture) -> Picture:
        return replace(before, status=ACTIVE, resumes_at=None, dates=before.pending[:DATES])

    def send(self, client: AdminClient, contract_gid: str) -> None:
        gateway.activate(client, contract_gid)

    def is_true(self, contract: Contract, before: Json) -> bool:
        return contract.status == ACTIVE

    def settle(self, session: Session, contract: Contract, actor: str) -> None:
        pause_ends.write(session, contract, None, actor)

    def undo(self, before: Json) -> Action | None:
        return Pause(before["resumes_at"])


@dataclass(frozen=True)
class Reactivate(Resume):
    """A subscription that Shopify marked as failed goes on."""

    name: ClassVar[str] = "reactivate"
    done_words: ClassVar[str] = N_("Reactivated")
    goes_on_from: ClassVar[str] = FAILED
    otherwise: ClassVar[No] = No.NOT_FAILED

    def undo(self, before: Json) -> Action | None:
        return None


@dataclass(frozen=True)
class Cancel(Action):
    """Ends a subscription for good. `reason` is one of REASONS; `comment` is free text, kept from the journal."""

    reason: str
    comment: str = ""

    name: ClassVar[str] = "cancel"
    done_words: ClassVar[str] = N_("Cancelled")

    def why_not(self, standing: Standing) -> No | None:
        status = standing.contract.status
        return No.ALREADY if status == CANCELLED else _ended(status)

    def paint(self, before: Picture) -> Picture:
        return replace(before, status=CANCELLED, resumes_at=None, dates=())

    def send(self, client: AdminClient, contract_gid: str) -> None:
        gateway.cancel(client, contract_gid)

    def is_true(self, contract: Contract, before: Json) -> bool:
        return contract.status == CANCELLED

    def settle(self, session: Session, contract: Contract, actor: str) -> None:
        pause_ends.write(session, contract, None, actor)
