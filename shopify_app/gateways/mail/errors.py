"""What can go wrong between us and the mail server.

MailError
├── Refused          5xx about this recipient or this message: the same again cannot help
├── Delayed          4xx about this mail: worth trying later
├── Trouble          the server or our set-up, and so every mail; nothing was handed over
│   ├── Unreachable  no connection, no TLS, silence, or the server says it is closed
│   ├── LoginRefused the name or password is wrong, or the server takes none
│   └── SenderRefused  the server does not send for MAIL_FROM
└── Unsure           the message was handed over and the answer was lost: it MAY have been taken. Never repeated by
                     itself, because SMTP has nothing like an idempotency key
"""

from __future__ import annotations


class MailError(Exception):
    """Base of all. Messages hold the step and the server's numbers, never its text: that repeats the address."""


class Refused(MailError):
    """The server will not take this mail for this person; permanent."""


class Delayed(MailError):
    """The server does not take this mail now, e.g. greylisting or a full mailbox."""


class Trouble(MailError):
    """No fault of the mail: the server cannot be used as it is."""


class Unreachable(Trouble):
    """There was no connection, no secure one, or no answer before anything was handed over."""


class LoginRefused(Trouble):
    """The server refuses the name and password of SMTP_URL."""


class SenderRefused(Trouble):
    """The server does not send for the address in MAIL_FROM."""


class Unsure(MailError):
    """The message left us and no answer came back."""
