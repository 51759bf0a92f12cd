#!/bin/sh
# Checks every shell script of the project with shellcheck, which is installed first where that is possible: its
# packages on npm and PyPI fetch the program from elsewhere, Debian's holds it.
set -eu
cd "$(dirname "$0")/../.."

if ! command -v shellcheck >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -q >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends shellcheck >&2
  else
    printf 'shellcheck: not on the PATH; install it (Debian: apt-get install shellcheck, macOS: brew install shellcheck).\n' >&2
    exit 2
  fi
fi

find migrator test infra automation .ci -type f \( -name '*.sh' -o -path .ci/run \) -print0 | xargs -0 shellcheck
