#!/bin/sh
# Vets the migrator (gofmt, go vet, staticcheck) and tests it: each package, then the binary on PostgreSQL, MariaDB and PgBouncer.
# npm brings PostgreSQL; the other two are installed first where that is possible. `-full` takes the long times and counts.
set -eu
cd "$(dirname "$0")/.."

fail() {
  printf 'migrator: %s\n' "$1" >&2
  exit 2
}

command -v go >/dev/null 2>&1 || fail 'there is no Go on the PATH; install Go 1.26 or newer from https://go.dev/dl.'

missing=
[ -n "${MIGRATOR_TEST_MARIADB:-}" ] || [ -x /usr/sbin/mariadbd ] || command -v mariadbd >/dev/null 2>&1 || missing='mariadb-server'
[ -x /usr/sbin/pgbouncer ] || command -v pgbouncer >/dev/null 2>&1 || missing="$missing pgbouncer"
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -q >&2
    # shellcheck disable=SC2086 # one word a package
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2 ||
      fail "$missing could not be installed; install it by hand."
  else
    fail "$missing is missing; install it (Debian: apt-get install, macOS: brew install mariadb pgbouncer)."
  fi
fi

export GOFLAGS=-mod=readonly
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || fail "gofmt would change $unformatted"
go vet ./...
go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...
go test . ./internal/...
go test -tags 'sqlite sqlserver cockroachdb' ./internal/drivers
go test ./e2e -count=1 -timeout 30m "$@"
