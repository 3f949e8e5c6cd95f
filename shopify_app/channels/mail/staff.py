"""Mails to staff as rows: once per person, reference and purpose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.mails.pieces import Button, Text, page
from shopify_app.channels.mail.claim import OURSELVES
from shopify_app.channels.mail.models import Mail
from shopify_app.channels.mail.page import filled
from shopify_app.channels.mail.plain import plain
from shopify_app.channels.mail.staff_words import FOOTER, MESSAGES, OPEN
from shopify_app.kit.clock import machine_now
from shopify_app.kit.db import Json


def put(
    session: Session,
    shop_id: int,
    purpose: str,
    reference: str,
    to: Iterable[str],
    said: Json,
    now: datetime,
) -> list[int]:
    """Write one mail to each address; returns the ids of those that did not exist. `now`: business time.

    `said`: what `written` returned. An address is part of the reference as a digest.
    """
    moment = machine_now()
    rows = [
        {
            "shop_id": shop_id,
            "purpose": purpose,
            "reference": f"{reference}:{hashlib.sha256(address.lower().encode()).hexdigest()[:12]}",
            "at": now,
            "recipient": address,
            "next_try_at": moment,
            **said,
        }
        for address in to
    ]
    if not rows:
        return []
    statement = insert(Mail).values(rows).on_conflict_do_nothing().returning(Mail.id)
    return list(session.scalars(statement))


def written(kind: str, language: str, link: str, **values: Any) -> Json:
    """Return `language`, `subject`, `plain` and `html` of a message to staff; `link`: where they can act.

    Raises KeyError for a kind or a language nobody wrote, CannotRender for a value that is missing.
    """
    message = MESSAGES[kind]
    body = "\n".join(Text.plainly(words[language]) for words in message.paragraphs)
    button = Button.plainly(OPEN[language], "{{ link }}")
    html = page(language, message.subject[language], f"{body}\n{button}", FOOTER[language])
    variables = {"organization": {"name": OURSELVES}, "link": link, **values}
    html = filled(html, variables, is_html=True)
    subject = filled(message.subject[language], variables, is_html=False)
    return {"language": language, "subject": subject, "plain": plain(html), "html": html}
