#!/bin/sh
# Vets and tests the migrator: go vet, staticcheck, unit tests, then the binary against PostgreSQL (npm ci brings one) and
# MariaDB, which is installed first where that is possible. `sh scripts/test.sh -full` takes the long times and counts.
set -eu
cd "$(dirname "$0")/.."

fail() {
  printf 'migrator: %s\n' "$1" >&2
  exit 2
}

command -v go >/dev/null 2>&1 || fail 'there is no Go on the PATH; install Go 1.26 or newer from https://go.dev/dl.'

if ! command -v mariadbd >/dev/null 2>&1 && [ ! -x /usr/sbin/mariadbd ] && [ -z "${MIGRATOR_TEST_MARIADB:-}" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -q >&2
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends mariadb-server >&2 ||
      fail 'mariadb-server could not be installed; install it by hand.'
  else
    fail 'there is no MariaDB server; install it (Debian: apt-get install mariadb-server, macOS: brew install mariadb).'
  fi
fi

export GOFLAGS=-mod=readonly
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || fail "gofmt would change $unformatted"
go vet ./...
go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
go test ./internal/...
go test ./e2e -count=1 -timeout 30m "$@"
