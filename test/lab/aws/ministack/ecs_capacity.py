"""ECS: the capacity provider's field that MiniStack forgets."""

import json

from ministack.core.responses import json_response
from ministack.services import ecs


def keeping_draining(original):
    # AWS answers managedDraining as it was given, and ENABLED where it was not (CreateCapacityProvider).
    def create_capacity_provider(data):
        answer = original(data)
        provider = ecs._capacity_providers.get(data.get("name", ""))
        if answer[0] != 200 or provider is None:
            return answer
        given = data.get("autoScalingGroupProvider", {}).get("managedDraining", "ENABLED")
        provider["autoScalingGroupProvider"]["managedDraining"] = given
        return json_response({**json.loads(answer[2]), "capacityProvider": provider})

    return create_capacity_provider


def apply():
    corrected = keeping_draining(ecs._create_capacity_provider)
    ecs._create_capacity_provider = ecs._ACTION_MAP["CreateCapacityProvider"] = corrected
