"""ECS: from the exit of a container, or from StopTask, to STOPPED."""

import datetime
import os
import threading
import time

import docker
from docker.errors import NotFound

from ministack.core.concurrency import resource_lock, spawn_background
from ministack.core.responses import error_response_json, json_response
from ministack.services import ecs, ecs_metadata

import ecs_start

# AWS: "If the parameter is not specified, then the default value of 30 seconds is used."
DEFAULT_STOP_TIMEOUT = 30
# Fargate tells of a container's exit some 10 s after it and of STOPPED 10 s later (measured by the project's users; the lab's
# own clock knows no delay). Only the bench asks for it.
FARGATE_CLOCK = os.environ.get("ECS_MIGRATE_FARGATE_CLOCK") == "1"
EXIT_SECONDS, DEPROVISION_SECONDS = (10, 10) if FARGATE_CLOCK else (0, 0)
OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"


def is_of_service(task):
    """Tasks of ECS services keep MiniStack's own life cycle."""
    return str(task.get("group", "")).startswith("service:")


def container_of(task, docker_id):
    for container in task.get("containers", []):
        if container.get("runtimeId") and docker_id.startswith(container["runtimeId"]):
            return container
    return None


def is_untold(state):
    """Whether the container has ended so recently that Fargate has not told of it yet."""
    if not EXIT_SECONDS or not state:
        return False
    # Docker writes nanoseconds, which fromisoformat does not read.
    finished = datetime.datetime.fromisoformat(state["FinishedAt"][:19] + "+00:00")
    return (datetime.datetime.now(datetime.timezone.utc) - finished).total_seconds() < EXIT_SECONDS


def record_exit(task, docker_id, client, at_once=False):
    """Writes the exit of one container into the task, as AWS reports it.

    Returns True where the container has ended. An error of the Docker engine is no evidence of an exit.
    """
    container = container_of(task, docker_id)
    if container is None or container["lastStatus"] == "STOPPED":
        return True
    try:
        state = client.api.inspect_container(docker_id)["State"]
    except NotFound:
        # AWS: no exit code where the agent cannot inspect the container. MiniStack says RUNNING for ever.
        state = None
    except Exception as exc:
        ecs.logger.warning("inspect of %s failed: %s", docker_id[:12], exc)
        return False
    if state is not None and state["Status"] in ("created", "running", "restarting", "paused"):
        return False
    if not at_once and is_untold(state):
        return False
    with resource_lock("ecs-task", task["taskArn"]):
        container["lastStatus"] = "STOPPED"
        if state is None:
            container["reason"] = "CannotInspectContainerError: No such container"
            return True
        container["exitCode"] = state["ExitCode"]
        if state.get("OOMKilled"):
            container["reason"] = OUT_OF_MEMORY
    return True


def begin_stop(task, reason, code):
    """Sets desiredStatus STOPPED once. Returns the status that the task had then, or None where it was being stopped."""
    with resource_lock("ecs-task", task["taskArn"]):
        if not ecs._task_is_active(task["taskArn"], task):
            return None
        ecs._bump_task_version(task)
        task["desiredStatus"] = "STOPPED"
        task["stoppingAt"] = ecs._iso()
        task["stoppedReason"] = reason
        task["stopCode"] = code
        return task["lastStatus"]


def set_status(task, status, **fields):
    with resource_lock("ecs-task", task["taskArn"]):
        if task["lastStatus"] == "STOPPED":
            return
        task["lastStatus"] = status
        task.update(fields)
    ecs_metadata.set_task_status(task["taskArn"], known_status=status, desired_status="STOPPED")


def stop_container(task, docker_id, client):
    # AWS: the stop signal, then SIGKILL after stopTimeout seconds. MiniStack's 5 s are fixed and the exit code is lost.
    container = container_of(task, docker_id)
    timeout = task["_stop_timeouts"].get(container["name"] if container else "", DEFAULT_STOP_TIMEOUT)
    try:
        client.api.stop(docker_id, timeout=timeout)
    except NotFound:
        pass
    record_exit(task, docker_id, client, at_once=True)


def finish(task, client):
    """Stops what still runs, and only then says STOPPED. MiniStack says STOPPED first. Works once a task."""
    with resource_lock("ecs-task", task["taskArn"]):
        if task.get("_finishing") or task["lastStatus"] == "STOPPED":
            return
        task["_finishing"] = True
    running = [docker_id for docker_id in list(task["_docker_ids"]) if not record_exit(task, docker_id, client)]
    if running:
        set_status(task, "STOPPING")
        threads = [threading.Thread(target=stop_container, args=(task, each, client), daemon=True) for each in running]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    now = ecs._iso()
    set_status(task, "DEPROVISIONING", executionStoppedAt=now)
    for container in task["containers"]:
        container["lastStatus"] = "STOPPED"
    ecs_metadata.set_all_container_status(task["taskArn"], "STOPPED")
    for token in task.get("_metadata_tokens") or []:
        ecs_metadata.unregister_token(token)
    time.sleep(DEPROVISION_SECONDS)
    ecs._bump_task_version(task)
    set_status(task, "STOPPED", stoppedAt=ecs._iso())
    ecs._recount_cluster(ecs._cluster_name_from_arn(task["clusterArn"]))


def settle(task, client):
    """Begins the end of a RUNNING task one of whose essential containers, or all of whose containers, have ended."""
    if task.get("lastStatus") != "RUNNING" or not task.get("_docker_ids"):
        return
    ended = [record_exit(task, docker_id, client) for docker_id in list(task["_docker_ids"])]
    essential = any(gone and is_essential for gone, is_essential in zip(ended, task["_container_essentials"]))
    if not essential and not all(ended):
        return
    # AWS's words; MiniStack's are "Essential container exited".
    if begin_stop(task, "Essential container in task exited", "EssentialContainerExited") is None:
        return
    if all(ended) and not DEPROVISION_SECONDS:
        finish(task, client)
    else:
        # AWS stops the other containers as well, and each has an exit code of its own.
        spawn_background(finish, task, client, thread_name="ministack-ecs-stop")


def on_demand(original):
    """DescribeTasks and ListTasks look at the containers before they answer."""

    def maybe_mark_stopped(task, client=None):
        if is_of_service(task):
            return original(task, client)
        client = client or ecs._get_docker()
        return settle(task, client) if client else None

    return maybe_mark_stopped


def watching(original):
    def watch(task, client, account_id, region):
        if is_of_service(task):
            return original(task, client, account_id, region)
        while ecs._task_is_active(task["taskArn"], task):
            settle(task, client)
            time.sleep(0.1)

    return watch


def stop_task(original):
    # AWS answers at once; the task is STOPPED when its containers are gone.
    def handler(data):
        name = ecs._resolve_cluster_name(data.get("cluster", "default"))
        if name not in ecs._clusters:
            return error_response_json("ClusterNotFoundException", "Cluster not found.", 400)
        task = ecs._resolve_task(data.get("task", ""), name)
        if task is None or is_of_service(task):
            return original(data)
        before = begin_stop(task, data.get("reason", "Task stopped by user"), "UserInitiated")
        # A task that still starts is ended by its own thread, which sees desiredStatus.
        if before == "RUNNING":
            spawn_background(finish, task, ecs._get_docker(), thread_name="ministack-ecs-stop")
        return json_response({"task": ecs._sanitize(task)})

    return handler


def starting(original):
    """Remembers each container's stopTimeout before anything runs."""

    def start_task_worker(task, definition, overrides, client):
        task["_stop_timeouts"] = {
            container["name"]: int(container.get("stopTimeout") or DEFAULT_STOP_TIMEOUT)
            for container in definition["containerDefinitions"]
        }
        return original(task, definition, overrides, client)

    return start_task_worker


def image_digest(attributes, image):
    """The digest under which the registry knows the container's image, or None for one that no registry knows."""
    if "@" in image:
        return image.split("@", 1)[1]
    repository = ecs._image_repository(image)
    for digest in attributes.get("RepoDigests") or []:
        name, _, value = digest.partition("@")
        if name == repository:
            return value
    return None


def attaching(original):
    # AWS reports the digest of the image that each container runs.
    def attach(task, container, index, *rest):
        try:
            digest = image_digest(container.image.attrs, task["containers"][index]["image"])
        except docker.errors.APIError:
            digest = None
        if digest:
            task["containers"][index]["imageDigest"] = digest
        return original(task, container, index, *rest)

    return attach


def cleaning(original):
    """The containers of a task that is stopped while it starts end like all others, with their exit codes."""

    def cleanup(task, client, extra=None):
        if is_of_service(task) or task.get("lastStatus") == "STOPPED":
            return original(task, client, extra)
        if extra is not None:
            with resource_lock("ecs-task", task["taskArn"]):
                task["_docker_ids"].append(extra.id)
                name = extra.labels.get("com.amazonaws.ecs.container-name")
                for container in task["containers"]:
                    if container["name"] == name:
                        container["runtimeId"] = extra.id[:12]
        return None

    return cleanup


def without_empty(original):
    # AWS leaves a text out until it has one, and a Fargate task has no container instance.
    def sanitize(record):
        answer = original(record)
        if not isinstance(answer, dict) or "stopCode" not in answer:
            return answer
        if answer.get("launchType") == "FARGATE":
            answer.pop("containerInstanceArn", None)
        return {field: value for field, value in answer.items() if value != ""}

    return sanitize


def apply():
    ecs._sanitize = without_empty(ecs._sanitize)
    ecs._maybe_mark_stopped = on_demand(ecs._maybe_mark_stopped)
    ecs._watch_task_lifecycle = watching(ecs._watch_task_lifecycle)
    ecs._stop_task = ecs._ACTION_MAP["StopTask"] = stop_task(ecs._stop_task)
    ecs._start_task_worker = starting(ecs._start_task_worker)
    ecs._attach_started_container = attaching(ecs._attach_started_container)
    ecs._cleanup_task_resources = cleaning(ecs._cleanup_task_resources)
    ecs._run_task_worker = ecs_start.run_worker(finish, ecs._watch_task_lifecycle)
