"""The SMTP port: a thread per client. A development tool on loopback, never a mail server."""

from __future__ import annotations

import socketserver
import ssl
import threading

from sandbox.mail.session import Session
from sandbox.world import World


class MailServer(socketserver.ThreadingTCPServer):
    """SMTP for one world. `tls`: offers STARTTLS with this certificate; `is_implicit`: speaks TLS from the start."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False  # a client that a fault made wait must not hold up the end

    def __init__(
        self,
        world: World,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        tls: ssl.SSLContext | None = None,
        is_implicit: bool = False,
    ) -> None:
        super().__init__((host, port), Session)
        self.world, self.tls = world, tls
        if tls and is_implicit:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.port = int(self.server_address[1])
        self.url = f"smtp://{host}:{self.port}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), name="sandbox-smtp", daemon=True)

    def start(self) -> MailServer:
        """Serve from a thread of its own; returns itself."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop taking mail; what was taken stays."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join(timeout=5)
        self.server_close()
