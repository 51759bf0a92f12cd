#!/bin/sh
# The seed's deploy: bring the stack up, then run its migration and wait for the task.
set -eu
pulumi up --yes --stack local --non-interactive >&2
TASK_DEFINITION=$(pulumi stack output taskDefinitionArn --stack local --non-interactive)
export TASK_DEFINITION
exec sh "$(dirname "$0")/seed.sh"
