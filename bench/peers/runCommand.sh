#!/bin/sh
# The way of a run-command script: wait for the log stream, then each second the new lines and the task's state.
set -eu
. "$(dirname "$0")/common.sh"
start_task
stream="$LOG_PREFIX/$CONTAINER/$id"
until [ "$("$AWS" logs describe-log-streams --log-group-name "$LOG_GROUP" --log-stream-name-prefix "$stream" \
  --query 'length(logStreams)' --output text)" -gt 0 ]; do
  sleep 1
done
token=
while :; do
  state=$("$AWS" ecs describe-tasks --cluster "$CLUSTER" --tasks "$task" --query 'tasks[0].lastStatus' --output text)
  # shellcheck disable=SC2086
  answer=$("$AWS" logs get-log-events --log-group-name "$LOG_GROUP" --log-stream-name "$stream" --start-from-head \
    ${token:+--next-token $token} --query '[nextForwardToken,events[].message]' --output text)
  token=$(printf '%s\n' "$answer" | head -n 1)
  printf '%s\n' "$answer" | tail -n +2
  [ "$state" != STOPPED ] || break
  sleep 1
done
code=$("$AWS" ecs describe-tasks --cluster "$CLUSTER" --tasks "$task" --query 'tasks[0].containers[0].exitCode' --output text)
echo "verdict: exit code $code"
