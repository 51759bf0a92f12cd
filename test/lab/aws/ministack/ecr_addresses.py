"""ECR: addresses that Docker on this machine can reach."""

import json
import os

from ministack.core.responses import json_response
from ministack.services import ecr


def registry():
    """Where the registry listens: MiniStack's own port. Docker takes 127.0.0.0/8 as a registry without TLS."""
    return f"127.0.0.1:{os.environ['GATEWAY_PORT']}"


def apply():
    # AWS answers a host name that resolves; MiniStack's `<account>.dkr.ecr.<region>.amazonaws.com` does not.
    ecr._repo_uri = lambda name: f"{registry()}/{name}"

    original = ecr._get_authorization_token

    def get_authorization_token(data):
        status, _, body = original(data)
        answer = json.loads(body)
        for entry in answer.get("authorizationData", []):
            entry["proxyEndpoint"] = f"http://{registry()}"
        return json_response(answer, status)

    ecr._get_authorization_token = get_authorization_token
