#!/bin/sh
# The AWS CLI's own way to roll a service to a revision that is registered, and to wait for it.
set -eu
"$AWS" ecs update-service --cluster "$CLUSTER" --service "$SERVICE" --task-definition "$TASK_DEFINITION" >&2
"$AWS" ecs wait services-stable --cluster "$CLUSTER" --services "$SERVICE"
echo "verdict: exit code 0"
