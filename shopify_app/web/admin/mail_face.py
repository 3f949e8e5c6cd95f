"""What the settings page shows of mail."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from shopify_app.channels.mail import settings as mail
from shopify_app.channels.mail.models import DROPPED, PARKED, SENT, UNKNOWN, Mail
from shopify_app.kit.speech import N_, _, known
from shopify_app.shops.models import Shop
from shopify_app.web import ctx

Values = dict[str, Any]
LANGUAGES = {"en": N_("English"), "de": N_("German")}


def typed(session: Session, shop: Shop) -> dict[str, str]:
    """Return the form's fields as they are saved; a shop that never saved any finds its own name."""
    row = mail.of(session, shop.id)
    return {
        "sender_name": row.sender_name or shop.name,
        "reply_to": row.reply_to,
        "staff": ", ".join(row.staff),
        "mail_language": row.language,
        "fallback": "on" if row.fallback_since else "off",
        "test_to": "",
    }


def values(session: Session, shop: Shop) -> Values:
    """Return what stands around the form."""
    mailer = ctx().mail
    return {
        "is_on": mailer is not None,
        "sender": mailer.sender if mailer else "",
        "languages": LANGUAGES,
        "chosen_language": LANGUAGES.get(shop.staff_language or ""),
        "fallback_since": mail.of(session, shop.id).fallback_since,
    }


def mailed(row: Mail) -> str:
    """Return what became of the mail about a fact, e.g. "Mail taken by the mail server"."""
    reason = (known(row.reason) or _("no reason recorded")).rstrip(".")
    if row.state == SENT:
        return _("Mail taken by the mail server")
    if row.state == UNKNOWN:
        return _("Mail: %(reason)s", reason=reason)
    if row.state in (PARKED, DROPPED):
        return _("No mail: %(reason)s", reason=reason)
    return _("Mail waiting to be sent")
