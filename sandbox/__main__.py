"""``python -m sandbox serve``: the sandbox as a process of its own."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path

from sandbox.seeds import seed
from sandbox.server import Server, open_world
from sandbox.wire import schema
from sandbox.world.app_config import AppConfig


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM. Exit 2 with one line when something is missing."""
    args = _arguments(argv)
    try:
        schema.load(schema.versions()[-1])  # 0.4 s now instead of in the first request
        config = AppConfig.read(
            Path(args.app_toml), api_key=args.api_key, api_secret=args.api_secret, url=args.app_url
        )
        world = open_world(Path(args.state) if args.state else None, config)
        world.mail_templates = _folder(args.mail_templates)
        with world.locked():
            if args.seed and not len(world.shops):
                seed(world, args.seed)
        server = Server(world, args.host, args.port, smtp_port=args.smtp_port)
    except (schema.SchemaMissing, OSError, ValueError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    server.start()
    print(f"sandbox: serving at {server.url} for the app at {config.url}", flush=True)
    stop.wait()
    server.stop()
    return 0


def _folder(path: str | None) -> Path | None:
    if path and not Path(path).is_dir():
        raise ValueError(f"--mail-templates: {path} is no folder")
    return Path(path) if path else None


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    serve = parser.add_subparsers(dest="command", required=True).add_parser("serve")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, required=True)
    serve.add_argument("--smtp-port", type=int, help="takes mail there; without it there is no mail server")
    serve.add_argument("--state", help="folder that keeps the world; without it the world dies with the process")
    serve.add_argument("--app-url", required=True)
    serve.add_argument("--api-key", required=True)
    serve.add_argument("--api-secret", required=True)
    serve.add_argument("--app-toml", default="shopify.app.toml")
    serve.add_argument("--mail-templates", help="folder of the mails that Klaviyo sends; without it there are none")
    serve.add_argument("--seed", default="coffee", help="what an empty world is filled with: coffee, tiny")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
