"""The note that stands on every order of a subscription."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import Picture
from shopify_app.gateways.shopify import drafts
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_

LONGEST = 500
"""Characters; Shopify has a limit too (INVALID_NOTE_LENGTH) and does not say which."""


@dataclass(frozen=True)
class Note(Action):
    """`text` is the whole note, empty to have none. It is personal: erased with the person, never in the journal."""

    text: str

    name: ClassVar[str] = "note"
    done_words: ClassVar[str] = N_("Note changed")
    is_draft: ClassVar[bool] = True

    def why_not(self, standing: Standing) -> No | None:
        if standing.contract.status in ENDED:
            return No.ENDED
        return No.ALREADY if self.is_true(standing.contract, {}) else None

    def paint(self, before: Picture) -> Picture:
        return replace(before, note=self.text or None)

    def send(self, client: AdminClient, contract_gid: str) -> None:
        drafts.change(client, contract_gid, [drafts.set_fields(note=self.text)])

    def is_true(self, contract: Contract, before: Json) -> bool:
        return (contract.note or "").split() == self.text.split()

    def undo(self, before: Json) -> Action | None:
        return Note(before["note"] or "")
