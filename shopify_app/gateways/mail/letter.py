"""One mail as plain values, and as the bytes that SMTP carries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from shopify_app.gateways.mail.errors import Refused
from shopify_app.kit.smtp import is_address

_POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)
"""Seven bits, so that no server has to offer more."""


@dataclass(frozen=True)
class Letter:
    """What one person is sent. `id` makes the Message-ID and never changes for a mail, so that a mailbox can see a
    repeat; `at` is the instant its Date header shows. Who and what stay out of `repr`."""

    id: str
    at: datetime
    language: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    sender_name: str = field(repr=False, default="")
    reply_to: str = field(repr=False, default="")


def written(letter: Letter, sender: str) -> bytes:
    """Return the message (multipart/alternative, plain first). Raises Refused when an address cannot be written."""
    if not is_address(letter.to):
        raise Refused("the address is not one that mail servers take")
    message = EmailMessage(policy=_POLICY)
    try:
        message["From"] = Address(_line(letter.sender_name), addr_spec=sender)
        message["To"] = Address(addr_spec=letter.to)
        if letter.reply_to:
            message["Reply-To"] = Address(addr_spec=letter.reply_to)
        message["Subject"] = _line(letter.subject)
        message["Date"] = letter.at
        message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        message.add_alternative(letter.html, subtype="html")
        message["Content-Language"] = letter.language  # last, since setting a content forgets it
        return message.as_bytes()
    except (MessageError, ValueError, IndexError) as error:
        # the text of the error would quote what could not be written
        raise Refused(f"the message could not be written ({type(error).__name__})") from None


def _line(text: str) -> str:
    return " ".join(text.split())
