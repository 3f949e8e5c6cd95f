"""SMTP by the standard library, step by step, so that it is known at each failure what the server may hold.

Up to the message itself nothing was handed over; from its first byte on, only the server's answer says. One
connection per mail: a fallback is rare, and a connection shared by many mails would share its doubts.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress

from shopify_app.gateways.mail.errors import Delayed, LoginRefused, Refused, SenderRefused, Unreachable, Unsure
from shopify_app.gateways.mail.letter import Letter, written
from shopify_app.kit.smtp import STARTTLS, TLS, SmtpServer

STEP_SECONDS = 10.0
"""For connecting and for each answer before the message."""
LAST_SECONDS = 30.0
"""For the answer to the message: servers look into it first. RFC 5321 would have us wait ten minutes, but a doubt is
better told soon."""
_PERIOD = re.compile(rb"(?m)^\.")


class Mailer:
    """Hands mails to one server, all from the address `sender`. Cheap; holds no connection."""

    def __init__(
        self,
        server: SmtpServer,
        sender: str,
        *,
        step_seconds: float = STEP_SECONDS,
        last_seconds: float = LAST_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._server, self.sender = server, sender
        self._step, self._last = step_seconds, last_seconds
        self._tls = tls

    def __repr__(self) -> str:
        return f"Mailer({self._server.host}:{self._server.port})"

    def send(self, letter: Letter, before_message: Callable[[], None]) -> None:
        """Hand one mail over; returns when the server took it (250), which is not *delivered*.

        `before_message` is called when the server waits for the message and nothing of it was sent: whatever it
        raises passes through, and the server forgets the mail. Raises MailError.
        """
        message = written(letter, self.sender)
        smtp = self._connected()
        try:
            self._login(smtp)
            self._envelope(smtp, letter.to)
            before_message()
            self._hand_over(smtp, message)
            with suppress(smtplib.SMTPException, OSError):
                smtp.putcmd("quit")  # taken is taken: nobody waits for a farewell
        finally:
            smtp.close()

    def _connected(self) -> smtplib.SMTP:
        server, our_name = self._server, self.sender.rpartition("@")[2]
        try:
            if server.security == TLS:
                return smtplib.SMTP_SSL(
                    server.host, server.port, our_name, timeout=self._step, context=self._context()
                )
            smtp = smtplib.SMTP(server.host, server.port, our_name, timeout=self._step)
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"no connection: {_told(error)}") from None
        if server.security == STARTTLS:
            self._start_tls(smtp)
        return smtp

    def _start_tls(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.starttls(context=self._context())
        except (smtplib.SMTPException, OSError) as error:
            smtp.close()
            raise Unreachable(f"no secure connection: {_told(error)}") from None

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()

    def _login(self, smtp: smtplib.SMTP) -> None:
        try:
            if self._server.user:
                smtp.login(self._server.user, self._server.password)
            else:
                smtp.ehlo_or_helo_if_needed()
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < 500:
                raise Unreachable(f"login: {_told(error)}") from None
            raise LoginRefused(f"login: {_told(error)}") from None
        except smtplib.SMTPNotSupportedError:
            raise LoginRefused("login: the server takes no name and password") from None
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"login: {_told(error)}") from None

    def _envelope(self, smtp: smtplib.SMTP, to: str) -> None:
        sender = self._asked(smtp, f"MAIL FROM:<{self.sender}>", "sender")
        if sender[0] >= 500:
            raise SenderRefused(f"sender: {_numbers(*sender)}")
        if sender[0] != 250:
            raise Unreachable(f"sender: {_numbers(*sender)}")
        self._taken(self._asked(smtp, f"RCPT TO:<{to}>", "recipient"), "recipient", (250, 251))
        self._taken(self._asked(smtp, "DATA", "message"), "message", (354,))

    @staticmethod
    def _asked(smtp: smtplib.SMTP, command: str, step: str) -> tuple[int, bytes]:
        try:
            return smtp.docmd(command)
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"{step}: {_told(error)}") from None

    @staticmethod
    def _taken(answer: tuple[int, bytes], step: str, good: tuple[int, ...]) -> None:
        code, text = answer
        if code == 421 or code < 200:  # the server closes, or speaks no SMTP
            raise Unreachable(f"{step}: {_numbers(code, text)}")
        if code >= 500:
            raise Refused(f"{step}: {_numbers(code, text)}")
        if code not in good:
            raise Delayed(f"{step}: {_numbers(code, text)}")

    def _hand_over(self, smtp: smtplib.SMTP, message: bytes) -> None:
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(self._last)
            smtp.send(_PERIOD.sub(b"..", message) + b".\r\n")
            answer = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise Unsure(f"after the message: {_told(error)}") from None
        code = answer[0]
        if 500 <= code <= 599:
            raise Refused(f"message: {_numbers(*answer)}")
        if 400 <= code <= 499:
            raise Delayed(f"message: {_numbers(*answer)}")
        if not 200 <= code <= 299:
            raise Unsure("after the message: an answer nobody can read")


def _told(error: Exception) -> str:
    """An error without the server's words, which may quote an address or a name."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _numbers(error.smtp_code, error.smtp_error)
    return type(error).__name__


def _numbers(code: int, text: bytes | str) -> str:
    """The answer's code and its enhanced status (RFC 3463), e.g. "550 5.1.1"."""
    said = text.decode("ascii", "replace") if isinstance(text, bytes) else str(text)
    status = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", said)
    return f"{code} {status[0]}" if status else str(code)
