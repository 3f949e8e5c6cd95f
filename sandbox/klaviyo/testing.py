"""The local Klaviyo alone, on a free port, for tests that need no shop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from flask import Flask
from werkzeug.serving import make_server

from sandbox.klaviyo.blueprint import make_blueprint
from sandbox.klaviyo.state import Klaviyo
from sandbox.world import World

FACES = Path(__file__).parents[1] / "faces" / "templates"


class ServedKlaviyo(Klaviyo):
    """A Klaviyo that is also listening; `url` is what an app's KLAVIYO_BASE_URL would be."""

    url: str


@contextmanager
def serve(world: World) -> Iterator[ServedKlaviyo]:
    """Serve until the block ends. Events are stored on `advance()` only."""
    app = Flask("klaviyo", template_folder=str(FACES))
    app.register_blueprint(make_blueprint(world))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    klaviyo = ServedKlaviyo(world)
    klaviyo.url = f"http://127.0.0.1:{server.server_port}/klaviyo"
    klaviyo.set(auto=False)
    try:
        yield klaviyo
    finally:
        server.shutdown()
        thread.join()
