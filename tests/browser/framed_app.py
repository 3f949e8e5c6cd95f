"""A throwaway embedded app for the stand-ins' tests: it checks tokens, bounces, and echoes forms."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import urlencode

import jwt
from flask import Flask, Response, jsonify, redirect, request
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as AnyResponse

KEY, SECRET = "framed-key", "framed-secret-of-more-than-32-bytes"


class Served:
    """A Flask app served from a thread, on a free port of loopback."""

    def __init__(self, app: Flask) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class FramedApp:
    """Pages at ``/`` and ``/second``; ``page`` is the body of both. ``heard`` keeps what ``/api`` was sent."""

    def __init__(self) -> None:
        self.cdn = self.admin = ""
        self.page = "<h1>App</h1>"
        self.refuse_fetches = 0  # so many fetches are refused although their token is good
        self.refuse_pages = False
        self.defer = "defer"  # or "": components come alive while the page is still being parsed
        self.heard: list[dict[str, Any]] = []
        self.served = Served(self._flask())

    def _flask(self) -> Flask:
        app = Flask("framed-app")
        app.add_url_rule("/", view_func=self._document, endpoint="home")
        app.add_url_rule("/second", view_func=self._document, endpoint="second")
        app.add_url_rule("/bounce", view_func=self._bounce)
        app.add_url_rule("/api", view_func=self._api, methods=["GET", "POST"])
        app.add_url_rule("/healthz", view_func=lambda: "ok", endpoint="healthz")
        return app

    def _document(self) -> AnyResponse:
        if self.refuse_pages or not claims(request.args.get("id_token", "")):
            query = {k: v for k, v in request.args.items() if k != "id_token"}
            back = f"{request.path}?{urlencode(query)}" if query else request.path
            return redirect("/bounce?" + urlencode({**query, "shopify-reload": back}))
        return Response(self._shell(self.page), mimetype="text/html")

    def _bounce(self) -> Response:
        return Response(self._shell(""), mimetype="text/html")

    def _api(self) -> Response:
        body = request.get_data(as_text=True)  # before the form is parsed, which would use it up
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        known = claims(token)
        if not known or self.refuse_fetches > 0:
            self.refuse_fetches -= 1
            self.heard.append({"refused": True, "token": token})
            return Response(status=401, headers={"X-Shopify-Retry-Invalid-Session-Request": "1"})
        form = [[k, v] for k, v in request.form.items(multi=True)]
        self.heard.append({"refused": False, "token": token, "body": body, "form": form})
        return jsonify({"shop": known["dest"], "form": form})

    def _shell(self, body: str) -> str:
        return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Framed {request.path}</title>
          <meta name="shopify-api-key" content="{KEY}"><script src="{self.cdn}/shopifycloud/app-bridge.js"></script>
          <script src="{self.cdn}/shopifycloud/polaris.js" {self.defer}></script></head>
          <body><main>{body}</main></body></html>"""


def claims(token: str) -> dict[str, Any] | None:
    """The token's claims, or None when it is not good."""
    try:
        known: dict[str, Any] = jwt.decode(token, SECRET, algorithms=["HS256"], audience=KEY)
    except jwt.InvalidTokenError:
        return None
    return known
