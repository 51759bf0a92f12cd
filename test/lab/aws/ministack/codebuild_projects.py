"""CodeBuild: the project's fields that MiniStack forgets, and webhooks."""

import json
import time

from ministack.core.responses import error_response_json, get_region, json_response, new_uuid
from ministack.services import codebuild

# What a project keeps besides MiniStack's own fields, with the value that AWS answers where none was given.
KEPT = {
    "queuedTimeoutInMinutes": 480,
    "cache": {"type": "NO_CACHE"},
    "projectVisibility": "PRIVATE",
    "autoRetryLimit": 0,
    "logsConfig": None,
    "concurrentBuildLimit": None,
    "vpcConfig": None,
    "secondarySources": None,
    "secondarySourceVersions": None,
    "secondaryArtifacts": None,
    "fileSystemLocations": None,
    "buildBatchConfig": None,
}


def remember(project, data):
    for field in KEPT:
        if field in data:
            project[field] = data[field]
    if "badgeEnabled" in data:
        project["badge"] = {"badgeEnabled": data["badgeEnabled"]}
    # AWS: -1 takes the limit away.
    if project.get("concurrentBuildLimit") == -1:
        del project["concurrentBuildLimit"]


def keeping_fields(original):
    """CreateProject and UpdateProject, storing what the request says."""

    def handler(data):
        answer = original(data)
        project = codebuild._projects.get(data.get("name", ""))
        if answer[0] != 200 or project is None:
            return answer
        remember(project, data)
        return json_response({"project": codebuild._project_shape(project)})

    return handler


def shape(original):
    def project_shape(project):
        shaped = original(project)
        for field, default in KEPT.items():
            value = project.get(field, default)
            if value is not None:
                shaped[field] = value
        if "webhook" in project:
            shaped["webhook"] = without_secret(project["webhook"])
        return shaped

    return project_shape


def delete_project(original):
    # AWS: "The name of the build project", and takes its ARN as well, which is what Terraform's provider sends.
    def handler(data):
        name = codebuild._project_name_from_identifier(data.get("name", ""))
        if name not in codebuild._projects:
            # AWS answers DeleteProject of an unknown project with success.
            return json_response({})
        return original({**data, "name": name})

    return handler


def without_secret(webhook):
    # AWS shows the secret in CreateWebhook's answer alone.
    return {field: value for field, value in webhook.items() if field != "secret"}


def found_project(data):
    name = codebuild._project_name_from_identifier(data.get("projectName", ""))
    return codebuild._projects.get(name) if name else None


def no_project(data):
    return error_response_json(
        "ResourceNotFoundException", f"Project cannot be found: {data.get('projectName', '')}", 400
    )


WEBHOOK_FIELDS = ("branchFilter", "filterGroups", "buildType", "manualCreation", "scopeConfiguration",
                  "pullRequestBuildPolicy")
WEBHOOK_SOURCES = ("GITHUB", "GITHUB_ENTERPRISE", "BITBUCKET", "GITLAB", "GITLAB_SELF_MANAGED")


def create_webhook(data):
    project = found_project(data)
    if project is None:
        return no_project(data)
    if "webhook" in project:
        return error_response_json(
            "ResourceAlreadyExistsException", f"Webhook already exists for project {project['name']}", 400)
    source = project.get("source", {}).get("type")
    if source not in WEBHOOK_SOURCES:
        return error_response_json(
            "InvalidInputException", f"Webhook is not supported for project source type {source}", 400)
    webhook = {"buildType": "BUILD", "status": "ACTIVE"}
    webhook.update({field: data[field] for field in WEBHOOK_FIELDS if field in data})
    token = new_uuid().replace("-", "")
    webhook["payloadUrl"] = f"https://codebuild.{get_region()}.amazonaws.com/webhooks?t={token}&v=1"
    webhook["url"] = f"https://{source.lower()}.invalid/hooks/{token[:8]}"
    webhook["secret"] = new_uuid()
    webhook["lastModifiedSecret"] = time.time()
    project["webhook"] = webhook
    return json_response({"webhook": webhook})


def update_webhook(data):
    project = found_project(data)
    if project is None or "webhook" not in project:
        return no_project(data)
    webhook = project["webhook"]
    webhook.update({field: data[field] for field in WEBHOOK_FIELDS if field in data})
    if data.get("rotateSecret"):
        webhook["secret"] = new_uuid()
        webhook["lastModifiedSecret"] = time.time()
    return json_response({"webhook": webhook if data.get("rotateSecret") else without_secret(webhook)})


def delete_webhook(data):
    project = found_project(data)
    if project is None or project.pop("webhook", None) is None:
        return no_project(data)
    return json_response({})


WEBHOOK_ACTIONS = {"CreateWebhook": create_webhook, "UpdateWebhook": update_webhook, "DeleteWebhook": delete_webhook}


def with_webhooks(original):
    # MiniStack answers InvalidAction to these three.
    def handle(method, path, headers, body, query_params):
        action = headers.get("x-amz-target", "").split(".")[-1]
        if action in WEBHOOK_ACTIONS:
            return WEBHOOK_ACTIONS[action](json.loads(body))
        return original(method, path, headers, body, query_params)

    return handle


def apply():
    codebuild._project_shape = shape(codebuild._project_shape)
    codebuild._create_project = keeping_fields(codebuild._create_project)
    codebuild._update_project = keeping_fields(codebuild._update_project)
    codebuild._delete_project = delete_project(codebuild._delete_project)
    codebuild._handle_request_sync = with_webhooks(codebuild._handle_request_sync)
