"""What the law of a region lets a shop ask and offer when somebody leaves. Pure.

Perennial ships switched on only what its study of the market (A3) found written: the European withdrawal function
since 19 June 2026, and cancelling without a survey in California and Colorado. All else is a row to be filled in by
the merchant. This is orientation, no legal advice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

EVERYWHERE, EU = "*", "EU"
MEMBERS = frozenset(
    "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split()  # noqa: SIM905
)
"""The member states of the European Union, as ISO 3166-1 codes."""
WITHDRAWAL_DAYS = 14
CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
"""A country, or one of its states: "GB", "US-NY" (ISO 3166-2 as Shopify's province codes have it)."""


@dataclass(frozen=True)
class Region:
    """The row of one region.

    `asks_reason`: a reason may be asked for, though never demanded. `offers`: one offer stands beside the button.
    `withdrawal_days`: for how many days after the contract was made it may be withdrawn from, None for never.
    `exempt`: what the merchant says cannot be sent back, in their own words.
    """

    code: str
    is_on: bool = False
    asks_reason: bool = True
    offers: bool = True
    withdrawal_days: int | None = None
    exempt: str = ""


SHIPPED: Mapping[str, Region] = {
    region.code: region
    for region in (
        Region(EVERYWHERE, is_on=True),
        Region(EU, is_on=True, withdrawal_days=WITHDRAWAL_DAYS),
        Region("US-CA", is_on=True, asks_reason=False),
        Region("US-CO", is_on=True, asks_reason=False),
        Region("US-NY"),
        Region("US"),
        Region("GB"),
        Region("CH"),
        Region("CA"),
        Region("AU"),
        Region("JP"),
    )
}
"""What holds until a merchant saves something else. EVERYWHERE holds wherever no other row is switched on."""


def governing(rows: Mapping[str, Region], country: str | None, state: str | None) -> Region:
    """Return the row that holds for somebody: of the state, else the country, else the Union, else EVERYWHERE.

    Rows that are switched off are passed over. `country` and `state`: codes as in addresses, None if not known.
    """
    codes = [f"{country}-{state}" if country and state else "", country or "", EU if country in MEMBERS else ""]
    found = (rows[code] for code in codes if code in rows and rows[code].is_on)
    return next(found, rows[EVERYWHERE])
