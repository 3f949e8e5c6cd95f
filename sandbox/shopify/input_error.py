"""An input that Shopify refuses."""

from __future__ import annotations


class InputError(ValueError):
    """An input that Shopify answers with a user error."""

    def __init__(self, code: str, field: list[str], message: str) -> None:
        super().__init__(message)
        self.user_error = (code, field, message)
