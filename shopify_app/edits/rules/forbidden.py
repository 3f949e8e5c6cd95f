"""Why a rule does not allow something: a word for programs that carries what its sentence needs."""

from __future__ import annotations

from datetime import datetime

CLOSED, CLOSED_IN_MAILS = "closed", "closed_in_mails"
MINIMUMS = ("cancel", "pause", "remove")
"""Actions that may have to wait until some orders are paid."""
CODES = (
    CLOSED,
    CLOSED_IN_MAILS,
    "cutoff",
    "cutoff_ahead",
    "too_soon",
    *(f"minimum_{name}{end}" for name in MINIMUMS for end in ("", "_first")),
    "skips_a_year",
    "skips_in_a_row",
    "pause_open",
    "pause_long",
    "too_far",
    "swap_plan",
    "swap_product",
    "swap_listed",
)
"""Every word that a `Forbidden` may be. Its sentence stands under the same key in the locales of `rules`."""


class Forbidden(str):
    """Why a rule does not allow something: a word of CODES for programs, with what its sentence needs.

    `values`: numbers, and instants, of which `…_on` is told as a day and `…_at` as a moment.
    """

    values: dict[str, int | datetime]

    def __new__(cls, code: str, **values: int | datetime) -> Forbidden:
        found = super().__new__(cls, code)
        found.values = values
        return found
