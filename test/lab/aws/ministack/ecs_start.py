"""ECS: how a container is made from its definition, and what a task says that could not start."""

import platform
import re

import docker
from docker.types import Mount, Ulimit

from ministack.core.responses import request_scope
from ministack.services import cloudwatch_logs, ecs, ssm

ARCHITECTURE = {"x86_64": "linux/amd64", "aarch64": "linux/arm64", "arm64": "linux/arm64"}.get(platform.machine())


class TaskStartError(Exception):
    """The text is the task's whole stoppedReason."""


def mebibytes(value):
    """A task definition's memory: MiB as a number, or a text such as `1 GB`."""
    text = str(value).strip().lower()
    return int(float(text[:-2]) * 1024) if text.endswith("gb") else int(text)


def process_settings(container):
    """What MiniStack leaves out of the container: AWS hands each of them to the container runtime."""
    settings = {}
    for field, argument in (("entryPoint", "entrypoint"), ("user", "user"), ("workingDirectory", "working_dir"),
                            ("readonlyRootFilesystem", "read_only")):
        if container.get(field):
            settings[argument] = container[field]
    if container.get("ulimits"):
        settings["ulimits"] = [
            Ulimit(name=limit["name"], soft=limit["softLimit"], hard=limit["hardLimit"])
            for limit in container["ulimits"]
        ]
    if container.get("linuxParameters", {}).get("initProcessEnabled"):
        settings["init"] = True
    return settings


def memory_settings(container, definition):
    # AWS: a container that goes over its own limit, or the task's where it has none, is killed. Fargate has no swap.
    memory = container.get("memory") or definition.get("memory")
    if not memory:
        return {}
    limit = f"{mebibytes(memory)}m"
    return {"mem_limit": limit, "memswap_limit": limit}


def ephemeral_mounts(container, definition):
    # AWS: a volume without a host path is an empty folder that dies with the task. MiniStack mounts nothing.
    ephemeral = {
        volume["name"]
        for volume in definition.get("volumes", [])
        if not any(volume.get(kind) for kind in ("host", "efsVolumeConfiguration", "dockerVolumeConfiguration"))
    }
    return [
        Mount(target=point["containerPath"], source=None, type="volume", read_only=point.get("readOnly", False))
        for point in container.get("mountPoints", [])
        if point.get("sourceVolume") in ephemeral
    ]


def check_log_group(container, task_id):
    # AWS: without its log group (and without awslogs-create-group) a task does not start. MiniStack drops the lines.
    config = ecs._awslogs_config(container, task_id, "")
    if config is None or config["create_group"] or config["group"] in cloudwatch_logs._log_groups:
        return
    raise TaskStartError(
        "ResourceInitializationError: failed to initialize logging driver: failed to create Cloudwatch log stream: "
        "ResourceNotFoundException: The specified log group does not exist."
    )


def with_settings(original):
    def build_run_kwargs(container, definition, env, ports, network, host_mode, task_id, *rest):
        check_log_group(container, task_id)
        kwargs = original(container, definition, env, ports, network, host_mode, task_id, *rest)
        kwargs.update(process_settings(container))
        kwargs.update(memory_settings(container, definition))
        mounts = ephemeral_mounts(container, definition)
        if mounts:
            kwargs["mounts"] = mounts
        # With a platform set MiniStack sleeps, and on any error tries again under a name that is taken by then.
        if kwargs.get("platform") == ARCHITECTURE:
            del kwargs["platform"]
        return kwargs

    return build_run_kwargs


def is_pull_error(exc):
    text = str(exc)
    return isinstance(exc, (docker.errors.ImageNotFound, ecs._ImagePullError)) or any(
        word in text for word in ("manifest unknown", "pull access denied", "no such host", "name unknown")
    )


def with_reasons(original):
    # AWS tells "the image could not be had" and "the container could not be started" apart; MiniStack does not.
    def run_docker_container(client, container, run_kwargs, **options):
        try:
            return original(client, container, run_kwargs, **options)
        except Exception as exc:
            ecs._remove_docker_container(client, run_kwargs["name"])
            if is_pull_error(exc):
                raise TaskStartError(f"CannotPullContainerError: {explanation(exc)}") from exc
            raise TaskStartError(f"CannotStartContainerError: Error response from daemon: {explanation(exc)}") from exc

    return run_docker_container


def explanation(exc):
    return getattr(exc, "explanation", None) or str(exc)


def secret_reason(text):
    """AWS's words for a secret that does not exist (ECS Developer Guide, "ResourceInitializationError"), in place of MiniStack's."""
    found = re.search(r"unable to retrieve secret (\S+) for environment", text)
    if not found:
        return text
    name = found.group(1)
    if ":secretsmanager:" in name:
        return (f"unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret {name} "
                "from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.")
    return ("unable to retrieve secrets from ssm: service call has been retried 1 time(s): "
            f"invalid ssm parameters: {name}")


def run_worker(finish_stopped, watch):
    """MiniStack's thread of one task, with AWS's stoppedReason; `finish_stopped` ends a task stopped while it started."""

    def run_task_worker(task, definition, overrides, client, account_id, region):
        with request_scope(account_id, region):
            try:
                ecs._start_task_worker(task, definition, overrides, client)
            except ecs._SecretResolutionError as exc:
                fail(task, client, "ResourceInitializationError: unable to pull secrets or registry auth: "
                                   f"execution resource retrieval failed: {secret_reason(str(exc))}")
            except TaskStartError as exc:
                fail(task, client, str(exc))
            except Exception as exc:
                ecs.logger.exception("task %s did not start", task["taskArn"])
                fail(task, client, f"ResourceInitializationError: {exc}")
            if task["desiredStatus"] == "STOPPED":
                finish_stopped(task, client)
            else:
                watch(task, client, account_id, region)

    return run_task_worker


def fail(task, client, reason):
    ecs._fail_task_start(task, client, reason)


def apply():
    # AWS decrypts a SecureString for the container; MiniStack hands over its own ciphertext.
    resolve = ssm.resolve_parameter_value
    ssm.resolve_parameter_value = lambda name, version=None, decrypt=False: resolve(name, version=version, decrypt=True)

    ecs._build_run_kwargs = with_settings(ecs._build_run_kwargs)
    ecs._run_docker_container = with_reasons(ecs._run_docker_container)
