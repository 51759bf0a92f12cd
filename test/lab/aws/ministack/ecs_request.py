"""ECS: the checks that RunTask makes before it starts anything, and its idempotency."""

import json
import threading

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response
from ministack.services import ecs

_started = {}
_lock = threading.Lock()


def refusal(data):
    """AWS's answer to a RunTask that it refuses, or None. MiniStack lets all of these pass."""
    cluster = ecs._clusters.get(ecs._resolve_cluster_name(data.get("cluster", "default")) or "")
    # AWS makes no cluster on the way, not even `default`.
    if cluster is None or cluster.get("status", "ACTIVE") != "ACTIVE":
        return error_response_json("ClusterNotFoundException", "Cluster not found.", 400)
    definition = ecs._task_defs.get(ecs._resolve_td_key(data.get("taskDefinition", "")))
    if definition is None:
        return error_response_json("ClientException", "TaskDefinition not found.", 400)
    if definition.get("status") == "INACTIVE":
        return invalid("TaskDefinition is inactive")
    names = {container["name"] for container in definition["containerDefinitions"]}
    for override in data.get("overrides", {}).get("containerOverrides", []):
        if override.get("name") not in names:
            return invalid(f"Override for container named {override.get('name')} is not a container in the TaskDefinition.")
    compatible = definition.get("requiresCompatibilities") or ["EC2"]
    if data.get("launchType") == "FARGATE" and "FARGATE" not in compatible:
        return invalid("Task definition does not support launch_type FARGATE.")
    awsvpc = data.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    if definition.get("networkMode") == "awsvpc" and not awsvpc.get("subnets"):
        return invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
    return None


def invalid(message):
    return error_response_json("InvalidParameterException", message, 400)


def conflict(arns):
    # AWS's ConflictException: "The existing task ARNs which are already associated with the clientToken."
    return json_response(
        {
            "__type": "ConflictException",
            "message": "The RunTask request could not be processed due to conflicts. The provided clientToken is already "
            "in use with a different RunTask request.",
            "resourceIds": arns,
        },
        400,
    )


def same_tasks(arns):
    tasks = [ecs._tasks.get(arn) for arn in arns]
    return json_response({"tasks": [ecs._sanitize(task) for task in tasks if task], "failures": []})


def idempotent(original):
    # AWS: a clientToken (the SDKs make one a call and repeat it in retries) names one set of tasks for 24 hours.
    def run_task(data):
        refused = refusal(data)
        if refused is not None:
            return refused
        definition = ecs._task_defs.get(ecs._resolve_td_key(data["taskDefinition"]))
        # AWS: "The default value is the family name of the task definition".
        request = {**data, "group": data.get("group") or f"family:{definition['family']}"}
        token = data.get("clientToken")
        if not token:
            return original(request)
        key = (get_account_id(), get_region(), token)
        parameters = json.dumps({name: value for name, value in data.items() if name != "clientToken"}, sort_keys=True)
        with _lock:
            if key in _started:
                known, arns = _started[key]
                return same_tasks(arns) if known == parameters else conflict(arns)
            answer = original(request)
            if answer[0] == 200:
                _started[key] = (parameters, [task["taskArn"] for task in json.loads(answer[2])["tasks"]])
            return answer

    return run_task


def apply():
    # Services of MiniStack's own start their tasks through the same function, with the group set and no token.
    ecs._run_task = ecs._ACTION_MAP["RunTask"] = idempotent(ecs._run_task)
    original_reset = ecs.reset

    def reset():
        _started.clear()
        original_reset()

    ecs.reset = reset
