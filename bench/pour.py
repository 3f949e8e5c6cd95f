"""The client of `webhook_ingest`, a process of its own: `python -m bench.pour PORT COUNT`, the secret in SECRET.

Signed webhooks over sixteen kept-open connections, each awaiting its answer. Prints the seconds it took; exits 1 when
an answer was not 200. It imports nothing heavy: sending must cost little beside what is measured.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import socket
import sys
import threading
import time
import uuid

CONNECTIONS = 16
SHOP = "rosebud-coffee.myshopify.com"
LINE = {"id": "gid://shopify/SubscriptionLine/1", "title": "House Blend", "quantity": 2, "current_price": "14.00"}
BODY = json.dumps(
    {
        "admin_graphql_api_id": "gid://shopify/SubscriptionContract/1",
        "id": 1,
        "billing_policy": {"interval": "month", "interval_count": 1, "min_cycles": None, "max_cycles": None},
        "delivery_policy": {"interval": "month", "interval_count": 1},
        "currency_code": "USD",
        "customer_id": 1,
        "admin_graphql_api_customer_id": "gid://shopify/Customer/1",
        "status": "active",
        "revision_id": "17",
        "lines": [LINE] * 4,
    }
).encode()


def main(port: int, count: int) -> int:
    signature = _signature(os.environ["SECRET"])
    shares = [count // CONNECTIONS + (number < count % CONNECTIONS) for number in range(CONNECTIONS)]
    requests = [[_request(port, signature) for _ in range(share)] for share in shares]
    wrong: list[str] = []
    threads = [threading.Thread(target=_talk, args=(port, mine, wrong)) for mine in requests]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(wrong[0] if wrong else time.monotonic() - began)
    return 1 if wrong else 0


def _talk(port: int, requests: list[bytes], wrong: list[str]) -> None:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in requests:
                connection.sendall(request)
                head = _answer(connection)
                if not head.startswith(b"HTTP/1.1 200"):
                    wrong.append(f"not kept: {head[:200]!r}")
                    return
    except OSError as error:
        wrong.append(f"not kept: {error}")


def _answer(connection: socket.socket) -> bytes:
    found = b""
    while b"\r\n\r\n" not in found:
        more = connection.recv(65536)
        if not more:
            return found
        found += more
    head, _, body = found.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    missing = (int(lengths[0].split(b":")[1]) if lengths else 0) - len(body)
    while missing > 0:
        more = connection.recv(65536)
        missing = missing - len(more) if more else 0
    return head


def _signature(secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), BODY, hashlib.sha256).digest()).decode()


def _request(port: int, signature: str) -> bytes:
    headers = {
        "Host": f"127.0.0.1:{port}",
        "Content-Type": "application/json",
        "Content-Length": str(len(BODY)),
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": "subscription_contracts/update",
        "X-Shopify-Hmac-Sha256": signature,
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-API-Version": "2026-10",
        "X-Shopify-Webhook-Id": str(uuid.uuid4()),
        "X-Shopify-Event-Id": str(uuid.uuid4()),
        "X-Shopify-Triggered-At": "2026-12-01T09:00:00.000000000Z",
        "X-Shopify-Name": "contracts",
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /webhooks HTTP/1.1\r\n{head}\r\n".encode() + BODY


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
