"""Holds recorded requests against AWS's own models (botocore) and the limits that the models do not hold.

python models.py REQUESTS: prints one line for each request that AWS would refuse, and at the end how many were checked by
service. JSON protocols only: S3, EC2 and Lambda have others. Run it with the Python of MiniStack's environment.
"""

import base64
import collections
import json
import re
import sys

import botocore.session
from botocore.validate import ParamValidator

session = botocore.session.get_session()
models = {}


def model_of(service):
    if service not in models:
        # The signature's name of a service is not always botocore's.
        names = [name for name in session.get_available_services() if name == service]
        names = names or [name for name in session.get_available_services()
                          if session.get_service_model(name).signing_name == service]
        models[service] = session.get_service_model(names[0])
    return models[service]


def within(shape, value, path):
    """What botocore leaves to the service: longest length, greatest number, pattern and enumeration of the model."""
    limits = shape.metadata
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in value:
                yield from within(member, value[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for index, item in enumerate(value):
            yield from within(shape.member, item, f"{path}[{index}]")
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from within(shape.value, item, f"{path}.{key}")
    elif shape.type_name == "string":
        if shape.enum and value not in shape.enum:
            yield f"{path} is {value!r}, not one of {', '.join(shape.enum[:10])}"
        pattern = limits.get("pattern")
        if pattern and not matches(pattern, value):
            yield f"{path} is {value[:80]!r}, which does not match {pattern}"
    size = len(value) if hasattr(value, "__len__") else value
    if "max" in limits and isinstance(size, int) and size > limits["max"]:
        yield f"{path} has {size}, at most {limits['max']}"


def matches(pattern, value):
    try:
        return re.search(pattern, value) is not None
    except re.error:
        # A few patterns of the models are of another dialect of regular expressions.
        return True


# What the models do not hold: operation to (what, number, most). Source: Amazon ECS API reference, the page of the operation.
def of_run_task(params):
    network = params.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    yield "subnets", len(network.get("subnets", [])), 16
    yield "securityGroups", len(network.get("securityGroups", [])), 5
    yield "characters of overrides", len(json.dumps(params.get("overrides", {}), separators=(",", ":"))), 8192
    yield "characters of startedBy", len(params.get("startedBy", "")), 128
    yield "characters of clientToken", len(params.get("clientToken", "")), 64
    yield "tags", len(params.get("tags", [])), 50


def of_register_task_definition(params):
    yield "bytes", len(json.dumps(params, separators=(",", ":")).encode()), 64 * 1024
    yield "characters of family", len(params["family"]), 255
    yield "tags", len(params.get("tags", [])), 50


def of_describe_tasks(params):
    yield "tasks", len(params["tasks"]), 100


LIMITS = {
    "RunTask": of_run_task,
    "RegisterTaskDefinition": of_register_task_definition,
    "DescribeTasks": of_describe_tasks,
}


def problems_of(service, operation, params):
    shape = model_of(service).operation_model(operation).input_shape
    if shape is None:
        return
    report = ParamValidator().validate(params, shape)
    if report.has_errors():
        yield report.generate_report()
    yield from within(shape, params, operation)
    for what, number, most in LIMITS.get(operation, lambda _: ())(params):
        if number > most:
            yield f"{number} {what}, at most {most}"


def main(path):
    checked = collections.Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            request = json.loads(line)
            if not request["target"]:
                continue
            operation = request["target"].split(".")[-1]
            body = base64.b64decode(request["body"])
            checked[request["service"]] += 1
            for problem in problems_of(request["service"], operation, json.loads(body or b"{}")):
                print(f"{request['service']}:{operation}: {problem}")
    print("checked", json.dumps(dict(sorted(checked.items()))))


main(sys.argv[1])
