#!/bin/sh
# Runs a command with this project's packages and its Node in place, whatever the machine had before:
#
#   sh test/lab/prepare.sh COMMAND [ARGUMENT...]
#
# Installs node_modules if they are missing or are not those of package-lock.json, and puts node_modules/.bin first on the
# PATH, where `node` is the version that package.json names. It takes an npm and any Node from 18 on to start with. Then
# needs.ts installs what the lab needs of the machine.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)

fail() {
  printf 'prepare: %s\n' "$1" >&2
  exit 2
}

# The Node of the packages, version 22 or newer, runs.
has_node() {
  "$root/node_modules/.bin/node" -e 'process.exit(Number.parseInt(process.versions.node) >= 22 ? 0 : 1)' 2>/dev/null
}

# What is installed is what package-lock.json names. Optional packages of other platforms may be absent.
is_locked() {
  node -e '
    const read = (path) => JSON.parse(require("node:fs").readFileSync(path, "utf8")).packages;
    const wanted = read("package-lock.json");
    const present = read("node_modules/.package-lock.json");
    const differs = (name) => wanted[name]?.version !== present[name]?.version;
    const absent = (name) => wanted[name]?.optional && !present[name];
    const names = [...Object.keys(wanted), ...Object.keys(present)].filter((name) => name !== "");
    process.exit(names.some((name) => differs(name) && !absent(name)) ? 1 : 0);
  ' 2>/dev/null
}

is_current() {
  has_node && (cd "$root" && is_locked)
}

install() {
  command -v npm >/dev/null 2>&1 || fail 'there is no npm on the PATH; install Node.js 18 or newer with npm and try again.'
  printf 'prepare: npm ci, since node_modules is missing or is not what package-lock.json names\n' >&2
  # The Node package fetches its binary in an install script, which a user's npm settings may have turned off.
  (cd "$root" && npm ci --no-audit --no-fund --ignore-scripts=false --loglevel=error >&2) ||
    fail 'npm ci failed; see the lines above, fix them and try again.'
  if ! has_node; then
    (cd "$root/node_modules/node" && node installArchSpecificPackage >&2) || true
    has_node || fail 'the npm package "node" has no binary for this machine; install Node.js 22.18 or newer and try again.'
  fi
}

[ $# -gt 0 ] || fail 'name the command to run.'
is_current || install
PATH=$root/node_modules/.bin:$PATH
# Hundreds of processes load the same files: Node keeps their compiled code from one to the next.
NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$root/node_modules/.cache/compile}
export PATH NODE_COMPILE_CACHE
folder=$(node "$root/test/lab/needs.ts") || exit 2
[ -z "$folder" ] || PATH=$folder:$PATH
exec "$@"
