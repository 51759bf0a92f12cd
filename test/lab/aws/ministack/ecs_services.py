"""ECS: what tasks of a service say of their deployment, and which deployments a service had."""

from ministack.core.responses import json_response
from ministack.services import ecs

# By the service's ARN, oldest first. MiniStack drops a deployment from the service once its tasks are gone.
_deployments = {}


def with_deployment_id(original):
    # AWS (API reference, Task): "If an Amazon ECS task is started by an Amazon ECS service, the startedBy parameter
    # contains the deployment ID of that service." MiniStack gives the service's name.
    def run_task(data):
        deployment = data.get("_deploymentId")
        return original({**data, "startedBy": deployment} if deployment else data)

    return run_task


def with_rebalancing(original):
    # AWS (API reference, Service, availabilityZoneRebalancing): every service has it. MiniStack leaves it out.
    def create(data):
        answer = original(data)
        service = find_service({**data, "service": data.get("serviceName", "")})
        if service is not None:
            service.setdefault("availabilityZoneRebalancing", data.get("availabilityZoneRebalancing", "ENABLED"))
        return answer

    return create


def remembering(original):
    def change(data):
        answer = original(data)
        for service in ecs._services.values():
            known = _deployments.setdefault(service.get("serviceArn"), [])
            for deployment in service.get("deployments", []):
                if not any(each is deployment for each in known):
                    known.append(deployment)
        return answer

    return change


def find_service(data):
    name = data.get("service", "").rsplit("/", 1)[-1]
    cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
    for service in ecs._services.values():
        if service["serviceName"] == name and service.get("clusterArn", "").endswith(f"/{cluster}"):
            return service
    return None


def status_of(deployment, service):
    """AWS (API reference, ServiceDeployment, status). MiniStack goes back to the old deployment itself, under its id."""
    state = deployment.get("rolloutState")
    current = service.get("deployments", [])
    failed = any(each.get("rolloutState") == "FAILED" for each in current)
    primary_moves = any(each["status"] == "PRIMARY" and each.get("rolloutState") == "IN_PROGRESS" for each in current)
    if state == "FAILED":
        return "ROLLBACK_IN_PROGRESS" if primary_moves else "ROLLBACK_SUCCESSFUL"
    if state == "COMPLETED" or (deployment["status"] == "PRIMARY" and failed):
        return "SUCCESSFUL"
    return "IN_PROGRESS" if deployment["status"] == "PRIMARY" else "STOPPED"


def list_service_deployments(data):
    service = find_service(data)
    briefs = []
    for deployment in _deployments.get(service.get("serviceArn") if service else None, []):
        status = status_of(deployment, service)
        arn = service["serviceArn"]
        name = deployment["id"].rsplit("/", 1)[-1]
        revision = deployment["taskDefinition"].rsplit("/", 1)[-1].replace(":", "-")
        brief = {
            "serviceDeploymentArn": f"{arn.replace(':service/', ':service-deployment/')}/{name}",
            "serviceArn": arn,
            "clusterArn": service["clusterArn"],
            "targetServiceRevisionArn": f"{arn.replace(':service/', ':service-revision/')}/{revision}",
            "createdAt": deployment["createdAt"],
            "startedAt": deployment["createdAt"],
            "status": status,
        }
        if status not in ("IN_PROGRESS", "ROLLBACK_IN_PROGRESS"):
            brief["finishedAt"] = ecs._ts_to_epoch(deployment["updatedAt"])
        if deployment.get("rolloutState") == "FAILED":
            brief["statusReason"] = deployment.get("rolloutStateReason", "")
        briefs.append(brief)
    return json_response({"serviceDeployments": briefs[::-1]})


def describe_service_revisions(data):
    revisions = []
    for arn in data.get("serviceRevisionArns", []):
        service_arn, revision = arn.replace(":service-revision/", ":service/").rsplit("/", 1)
        for deployment in _deployments.get(service_arn, []):
            if deployment["taskDefinition"].rsplit("/", 1)[-1].replace(":", "-") == revision:
                revisions.append({"serviceRevisionArn": arn, "serviceArn": service_arn, "taskDefinition": deployment["taskDefinition"]})
                break
    return json_response({"serviceRevisions": revisions, "failures": []})


def apply():
    ecs._run_task = with_deployment_id(ecs._run_task)
    ecs._create_service = ecs._ACTION_MAP["CreateService"] = with_rebalancing(remembering(ecs._create_service))
    ecs._update_service = ecs._ACTION_MAP["UpdateService"] = remembering(ecs._update_service)
    ecs._ACTION_MAP["ListServiceDeployments"] = list_service_deployments
    ecs._ACTION_MAP["DescribeServiceRevisions"] = describe_service_revisions
    original_reset = ecs.reset

    def reset():
        _deployments.clear()
        original_reset()

    ecs.reset = reset
