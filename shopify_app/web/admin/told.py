"""The subscription's page after an edit: what came of it, with Undo where there is one."""

from __future__ import annotations

from typing import Protocol

from flask import Response

from shopify_app.kit.speech import N_, known
from shopify_app.web.admin.contract import show
from shopify_app.web.admin.offers import Undo

NO_UNDO = N_("This can no longer be taken back. The page shows the subscription as it is.")


class Answer(Protocol):
    """What both doors answer: whether it is done, and a sentence."""

    @property
    def is_done(self) -> bool: ...

    @property
    def words(self) -> str: ...


def tell(number: str, answer: Answer, undo: Undo | None = None) -> Response:
    """Show the subscription of this number after a deed; one that was not done has no Undo."""
    if not answer.is_done:
        return show(number, code=409, toast=known(answer.words), is_error=True)
    return show(number, toast=known(answer.words), undo=undo)


def no_undo(number: str) -> Response:
    """Show the subscription of this number where Undo comes too late."""
    return show(number, code=409, toast=NO_UNDO, is_error=True)
