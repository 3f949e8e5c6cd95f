"""One SMTP session (RFC 5321), as a server sees it."""

from __future__ import annotations

import base64
import binascii
import re
import socketserver
import ssl
import time
from typing import TYPE_CHECKING, Any, cast

from sandbox.mail import box, faults

if TYPE_CHECKING:
    from sandbox.mail.server import MailServer

_PATH = re.compile(r"(?:FROM|TO):\s*<([^<>]*)>.*", re.IGNORECASE)


class Dropped(Exception):
    """The connection ends here without a word."""


class Session(socketserver.StreamRequestHandler):
    """Answers one client until it leaves, or a fault ends it."""

    timeout = 60

    def handle(self) -> None:
        """Greet, then answer line by line."""
        self._mailbox, self._is_open = cast("MailServer", self.server), True
        self._sender: str | None = None
        self._to: list[str] = []
        self._user = ""
        try:
            if not self._struck("connect"):
                self._say(220, "sandbox ESMTP")
            while self._is_open and (line := self.rfile.readline(4_096)):
                self._answer(line.decode("ascii", "replace").strip())
        except (Dropped, OSError, ValueError):
            return  # the client went away, or a fault sent it away

    def finish(self) -> None:
        """Close the streams, and the socket that STARTTLS put in the first one's place."""
        super().finish()
        self.connection.close()

    def _answer(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        command = getattr(self, f"_on_{verb.lower()}", None)
        if command is None:
            self._say(502, "5.5.1 not implemented")
        else:
            command(rest)

    def _on_ehlo(self, rest: str) -> None:
        has_tls = self._mailbox.tls is not None and not isinstance(self.connection, ssl.SSLSocket)
        for offer in ["sandbox", *(["STARTTLS"] if has_tls else [])]:
            self.wfile.write(f"250-{offer}\r\n".encode())
        self._say(250, "AUTH PLAIN LOGIN")

    _on_helo = _on_ehlo

    def _on_starttls(self, rest: str) -> None:
        if self._mailbox.tls is None:
            return self._say(454, "4.7.0 TLS not available")
        self._say(220, "go ahead")
        self.connection = self._mailbox.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = cast(Any, self.connection.makefile("wb", 0))
        return None

    def _on_auth(self, rest: str) -> None:
        kind, _, first = rest.partition(" ")
        try:
            if kind.upper() == "PLAIN":
                _, user, password = self._decoded(first or self._ask("")).split("\0")
            else:
                user = self._decoded(first or self._ask("Username:"))
                password = self._decoded(self._ask("Password:"))
        except (ValueError, binascii.Error):
            return self._say(501, "5.5.2 cannot decode")
        if self._struck("auth"):
            return None
        self._user = user if password else ""
        return self._say(235, "2.7.0 welcome") if password else self._say(535, "5.7.8 no")

    def _on_mail(self, rest: str) -> None:
        path = _PATH.fullmatch(rest)
        if not path:
            return self._say(501, "5.5.4 MAIL FROM:<address>")
        if self._struck("sender"):
            return None
        self._sender, self._to = path[1], []
        return self._say(250, "2.1.0 fine")

    def _on_rcpt(self, rest: str) -> None:
        path = _PATH.fullmatch(rest)
        if self._sender is None or not path:
            return self._say(503, "5.5.1 MAIL first")
        if self._struck("recipient", path[1]):
            return None
        self._to.append(path[1])
        return self._say(250, "2.1.5 fine")

    def _on_data(self, rest: str) -> None:
        if not self._to:
            return self._say(503, "5.5.1 RCPT first")
        to = self._to[0]
        if self._struck("data", to):
            return None
        self._say(354, "go on")
        message = self._message()
        fault = faults.strikes(self._mailbox.world, "message", to)
        is_taken = not fault or (("drop" in fault or "hang_s" in fault) and not fault.get("lost"))
        if is_taken:
            box.put(self._mailbox.world, self._sender or "", self._to, self._user, message)
        self._sender, self._to = None, []
        return self._play(fault, to) if fault else self._say(250, "2.0.0 taken")

    def _on_rset(self, rest: str) -> None:
        self._sender, self._to = None, []
        self._say(250, "2.0.0 fine")

    def _on_noop(self, rest: str) -> None:
        self._say(250, "2.0.0 fine")

    def _on_quit(self, rest: str) -> None:
        self._is_open = False
        self._say(221, "2.0.0 bye")

    def _message(self) -> bytes:
        lines: list[bytes] = []
        while (line := self.rfile.readline(1_000_000)) != b".\r\n":
            if not line:
                raise Dropped  # it went away before the last dot: nothing was taken
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def _struck(self, step: str, to: str = "") -> bool:
        fault = faults.strikes(self._mailbox.world, step, to)
        if fault:
            self._play(fault, to)
        return fault is not None

    def _play(self, fault: dict[str, Any], to: str) -> None:
        if "hang_s" in fault:
            time.sleep(fault["hang_s"])
        if "status" not in fault:
            raise Dropped
        # as real servers do, the address stands in the answer
        self._say(fault["status"], f"{str(fault['status'])[0]}.1.1 <{to}> not this time")

    def _ask(self, text: str) -> str:
        self._say(334, base64.b64encode(text.encode()).decode())
        return self.rfile.readline(4_096).decode("ascii", "replace").strip()

    def _decoded(self, text: str) -> str:
        return base64.b64decode(text, validate=True).decode()

    def _say(self, code: int, text: str) -> None:
        self.wfile.write(f"{code} {text}\r\n".encode())
        self.wfile.flush()
