"""Who an event is about, in the identifiers that Klaviyo takes."""

from __future__ import annotations

from typing import Any

import phonenumbers

from shopify_app.kit.db import Json
from shopify_app.shoppers.models import Shopper

MAIL_LIMIT = 100


def profile_of(shopper: Shopper, properties: Json) -> dict[str, Any] | None:
    """Return the profile attributes of a shopper; None when neither mail nor a valid phone is known.

    Mail first, a phone only in E.164. Shopify's id is one of the `properties` (profile.py) and never `external_id`,
    which takes no part in Klaviyo's merging and so makes second profiles (Klaviyo docs: identity resolution).
    """
    mail = (shopper.email or "").strip()
    identifiers = {
        "email": mail if "@" in mail and len(mail) <= MAIL_LIMIT else None,
        "phone_number": e164(shopper.phone),
    }
    found = {name: value for name, value in identifiers.items() if value}
    if not found:
        return None
    names = {"first_name": shopper.first_name, "last_name": shopper.last_name, "locale": shopper.locale}
    # an absent field is left alone, null would erase what Klaviyo has
    found |= {name: value for name, value in names.items() if value}
    return {**found, "properties": properties}


def e164(text: str | None) -> str | None:
    """Return a phone number in E.164, or None when it is not certainly valid (Shopify keeps some without country)."""
    try:
        number = phonenumbers.parse(text or "", None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
