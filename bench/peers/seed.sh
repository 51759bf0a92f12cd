#!/bin/sh
# The seed's lines: run-task, wait tasks-stopped, describe-tasks, and one read of the log.
set -eu
. "$(dirname "$0")/common.sh"
start_task
"$AWS" ecs wait tasks-stopped --cluster "$CLUSTER" --tasks "$task"
code=$("$AWS" ecs describe-tasks --cluster "$CLUSTER" --tasks "$task" --query 'tasks[0].containers[0].exitCode' --output text)
echo "verdict: exit code $code"
"$AWS" logs get-log-events --log-group-name "$LOG_GROUP" --log-stream-name "$LOG_PREFIX/$CONTAINER/$id" \
  --query 'events[].message' --output text
