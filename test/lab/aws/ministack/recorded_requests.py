"""Keeps each signed request, one JSON object a line, for the tests that hold calls against IAM and AWS's models.

A request that a client sends again is an ERROR line of the log, with what became of its first attempt: calls such as
Lambda's AddPermission cannot be sent twice. No request is answered sooner than after LEAST_LATENCY_S.

Environment: ECS_MIGRATE_REQUESTS, the file. Without it nothing is kept.
"""

import asyncio
import base64
import json
import logging
import os
import re

from ministack import app as ministack

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
# AWS SDK reference guide, "Retry behavior": the header that each attempt carries.
ATTEMPT = re.compile(r"attempt=(\d+)")
# AWS never answers within a millisecond. When the local AWS did, Pulumi and Terraform's provider now and then lost the
# answer and sent the call again; the cause is not known.
LEAST_LATENCY_S = 0.005
INVOCATION = "amz-sdk-invocation-id"
# What became of the last attempt of each call.
FATES = {}
LOGGER = logging.getLogger("lab")
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
        tell_of_retry(scope, headers, body)
        await asyncio.sleep(LEAST_LATENCY_S)
        replayed = iter(messages)

        async def receive_again():
            message = next(replayed, None)
            return message if message is not None else await receive()

        return await original(scope, receive_again, noting(send, headers))

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


def tell_of_retry(scope, headers, body):
    attempt = ATTEMPT.search(headers.get("amz-sdk-request", ""))
    if attempt and int(attempt.group(1)) > 1:
        call = headers.get("x-amz-target") or action_in(body) or f"{scope['method']} {scope['path']}"
        client = headers.get("user-agent", "").split(" ")[0]
        fate = FATES.get(headers.get(INVOCATION), "never came in")
        LOGGER.error("attempt %s of %s by %s; the one before %s", attempt.group(1), call, client, fate)


def noting(send, headers):
    invocation = headers.get(INVOCATION)
    FATES[invocation] = "was read and not answered"

    async def send_and_note(message):
        await send(message)
        if message["type"] == "http.response.start":
            FATES[invocation] = f"was answered {message['status']}"

    return send_and_note


def action_in(body):
    found = re.match(rb"Action=(\w+)", body)
    return found.group(1).decode() if found else ""


def apply():
    path = os.environ.get("ECS_MIGRATE_REQUESTS")
    if path:
        ministack.app = recording(ministack.app, path)
