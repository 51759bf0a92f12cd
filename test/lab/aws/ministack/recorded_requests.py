"""Keeps each signed request, one JSON object a line, for the tests that hold calls against IAM and AWS's models.

Environment: ECS_MIGRATE_REQUESTS, the file. Without it nothing is kept.
"""

import base64
import json
import os
import re

from ministack import app as ministack

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
# Objects of S3 and layers of images are no requests that anybody looks at.
MOST_BYTES = 1_000_000


def recording(original, path):
    async def app(scope, receive, send):
        headers = {name.decode().lower(): value.decode() for name, value in scope.get("headers", [])}
        signed = CREDENTIAL.search(headers.get("authorization", ""))
        if scope["type"] != "http" or not signed:
            return await original(scope, receive, send)
        messages, body = [], b""
        while True:
            message = await receive()
            messages.append(message)
            body += message.get("body", b"")
            if message["type"] != "http.request" or not message.get("more_body"):
                break
        keep(path, scope, headers, signed, body)
        replayed = iter(messages)

        async def receive_again():
            message = next(replayed, None)
            return message if message is not None else await receive()

        return await original(scope, receive_again, send)

    return app


def keep(path, scope, headers, signed, body):
    key, region, service = signed.groups()
    request = {
        "key": key,
        "region": region,
        "service": service,
        "method": scope["method"],
        "path": scope["path"],
        "query": scope.get("query_string", b"").decode(),
        "target": headers.get("x-amz-target", ""),
        "type": headers.get("content-type", ""),
        "body": base64.b64encode(body[:MOST_BYTES]).decode(),
    }
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(request) + "\n")


def apply():
    path = os.environ.get("ECS_MIGRATE_REQUESTS")
    if path:
        ministack.app = recording(ministack.app, path)
