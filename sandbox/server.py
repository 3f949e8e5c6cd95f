"""One world behind one HTTP server, with the background work that Shopify does on its own.

werkzeug's threaded server: HTTP/1.1 keep-alive, a thread per connection, and access to the socket, which the
fault "connection reset" needs. It serves a development tool on loopback, never a merchant.
"""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from sandbox import control
from sandbox.app import create_app
from sandbox.mail import MailServer
from sandbox.wire.background import Background
from sandbox.world import World
from sandbox.world.app_config import AppConfig


class QuietHandler(WSGIRequestHandler):
    """Keep-alive, and no access log: the dashboard has the request log."""

    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        # small answers in several writes: without this each waits for the peer's delayed ACK
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        return


class Server:
    """A running sandbox. ``background=False`` leaves deliveries and settling to ``drain()`` (tests)."""

    def __init__(
        self,
        world: World,
        host: str = "127.0.0.1",
        port: int = 0,
        background: bool = True,
        smtp_port: int | None = None,
    ) -> None:
        """Bind the ports (0: any free one); `smtp_port` None is a sandbox without a mail server."""
        self.world = world
        self.app = create_app(world)
        self._http: BaseWSGIServer = make_server(host, port, self.app, threaded=True, request_handler=QuietHandler)
        self.url = f"http://{host}:{self._http.server_port}"
        world.origin = self.url
        self.mail = MailServer(world, host, smtp_port) if smtp_port is not None else None
        self.background = Background(world)
        control.attach(self.app, self.background)
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.02,), name="sandbox-http", daemon=True
        )
        self._in_background = background

    def start(self) -> None:
        """Serve from a thread of its own."""
        self._thread.start()
        if self.mail:
            self.mail.start()
        if self._in_background:
            self.background.start()

    def stop(self) -> None:
        """Stop serving; what was written stays."""
        self.app.extensions["advance"].close()
        self.background.stop()
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join(timeout=5)
        self._http.server_close()
        if self.mail:
            self.mail.stop()
        with self.world.locked():
            self.world.store.close()


def open_world(state: Path | None, config: AppConfig) -> World:
    """The world kept under ``state`` (``sandbox.sqlite3``), or one in memory."""
    return World(state / "sandbox.sqlite3" if state else None, config)
