#!/bin/sh
# Tells Slack of a build that ended before the deploy could: buildspec.yml runs it after the install and at the end.
# The webhook's URL is read from the environment, goes to curl over a pipe and is printed nowhere. Always exits 0: the
# build has its result already.
#
# Environment: SLACK_WEBHOOK_URL, STACK, CODEBUILD_BUILD_URL, CODEBUILD_WEBHOOK_HEAD_REF, CODEBUILD_RESOLVED_SOURCE_VERSION
set -eu

if [ -z "${SLACK_WEBHOOK_URL:-}" ]; then
  echo "Slack was not told of the dead build: SLACK_WEBHOOK_URL is not set" >&2
  exit 0
fi

# What stands in a message must neither end a JSON text nor mean anything to Slack.
plain() { printf '%s' "$1" | tr -cd 'A-Za-z0-9._/:#?=%-'; }

stack=$(plain "${STACK:-unknown}")
branch=$(plain "${CODEBUILD_WEBHOOK_HEAD_REF:-unknown}")
commit=$(plain "${CODEBUILD_RESOLVED_SOURCE_VERSION:-unknown}")
build=$(plain "${CODEBUILD_BUILD_URL:-unknown}")
text=":x: *$stack*: the build ended before the deploy could report.\\nBranch $branch, commit $commit\\n$build"
text="$text\\nWhether a migration ran: \`npx ecs-migrate migrate status --stack $stack\`"

# Not -S: curl's own error line would be safe, but its newer versions print the URL in some.
if ! printf 'url = "%s"\n' "$SLACK_WEBHOOK_URL" |
  curl --silent --fail --output /dev/null --max-time 10 --retry 2 --header 'Content-Type: application/json' \
    --data "{\"text\":\"$text\"}" --config -; then
  echo "Slack could not be told of the dead build" >&2
fi
