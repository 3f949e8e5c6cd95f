"""What Shopify's own `shopifyapp` says of each request. Runs alone: its package has the same name as ours.

Reads a JSON document {client_id, client_secret, old_client_secret, cases: [{kind, headers, body}]} from standard
input and prints a list: true, false, or the name of the exception it raised.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import shopify_app


def verdict(app: Any, case: dict[str, Any]) -> bool | str:
    request = {"url": "https://app.example.com/", "headers": case["headers"], "body": case["body"]}
    try:
        if case["kind"] == "webhook":
            return bool(app.verify_webhook_req({"method": "POST", **request}).ok)
        return bool(app.verify_app_home_req({"method": "GET", **request}, "/bounce").ok)
    except Exception as error:
        return type(error).__name__


def main() -> None:
    asked = json.load(sys.stdin)
    keys = {name: asked[name] for name in ("client_id", "client_secret", "old_client_secret")}
    app = shopify_app.ShopifyApp(**keys)
    json.dump([verdict(app, case) for case in asked["cases"]], sys.stdout)


if __name__ == "__main__":
    main()
