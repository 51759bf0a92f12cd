#!/bin/sh
# Proves, by hand and as root on Debian, that a command of this project installs what it needs on a bare machine:
#
#   sh test/lab/bare.sh [COMMAND [ARGUMENT...]]      default: npm test
#
# The machine is a Debian 12 by debootstrap with what the README asks for of it (Node.js and npm) and nothing else, kept in the
# cache folder; each run works on a layer above it that goes away. Whatever tells this machine where its package registries are
# is copied. The checkout is what is committed. ECS_MIGRATE_TERRAFORM_MIRROR, a folder that the lab may need, is there too.
set -eu

checkout=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ecs-migrate/bare-bookworm
[ $# -gt 0 ] || set -- npm test

say() { printf 'bare: %s\n' "$1" >&2; }

if [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
  say 'run it as root, with debootstrap installed (apt-get install debootstrap)'
  exit 2
fi

# What tells this machine where its package registries are.
copy_settings() {
  for name in etc/resolv.conf etc/hosts etc/apt/apt.conf.d etc/apt/sources.list.d etc/pip.conf etc/npmrc root/.npmrc \
    root/.config/pip root/.config/go usr/local/share/ca-certificates etc/ssl/certs; do
    [ ! -e "/$name" ] || { mkdir -p "$1/$(dirname "$name")"; cp -aT "/$name" "$1/$name"; }
  done
}

if [ ! -e "$cache/ready" ]; then
  say 'making the bare machine, once (a few minutes)'
  rm -rf "$cache"
  mkdir -p "$cache"
  # npm comes after debootstrap, which cannot order its many packages.
  { debootstrap --variant=minbase --include=ca-certificates bookworm "$cache/root" &&
    copy_settings "$cache/root" &&
    chroot "$cache/root" apt-get update -q &&
    DEBIAN_FRONTEND=noninteractive chroot "$cache/root" apt-get install -y -q --no-install-recommends nodejs npm; } \
    >"$cache/log" 2>&1 || {
    tail -n 5 "$cache/log" >&2
    exit 2
  }
  touch "$cache/ready"
fi

layer=$(mktemp -d "${TMPDIR:-/var/tmp}/bare.XXXXXX")
trap 'rm -rf "$layer"' EXIT
mkdir "$layer/upper" "$layer/work" "$layer/root" "$layer/docker"
copy_settings "$layer/upper"
git clone --quiet --no-hardlinks "$checkout" "$layer/checkout"

# A mount namespace of its own: whatever happens, the mounts are gone with it. Docker's layers cannot lie on an overlay.
export layer cache
# shellcheck disable=SC2016 # the inner shell expands them
unshare --mount --pid --fork sh -euc '
  mount -t overlay overlay -o "lowerdir=$cache/root,upperdir=$layer/upper,workdir=$layer/work" "$layer/root"
  cd "$layer/root"
  mkdir -p checkout var/lib/docker
  mount --bind "$layer/checkout" checkout
  mount --bind "$layer/docker" var/lib/docker
  mirror=${ECS_MIGRATE_TERRAFORM_MIRROR:-}
  [ -z "$mirror" ] || { mkdir -p ".$mirror" && mount --bind "$mirror" ".$mirror"; }
  mount -t proc proc proc
  mount --rbind /sys sys
  mount --rbind /dev dev
  mount -t tmpfs tmpfs run
  exec chroot . /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
    ${GOPROXY:+"GOPROXY=$GOPROXY"} ${GOSUMDB:+"GOSUMDB=$GOSUMDB"} ${GONOSUMDB:+"GONOSUMDB=$GONOSUMDB"} \
    ${GOFLAGS:+"GOFLAGS=$GOFLAGS"} ${HTTPS_PROXY:+"HTTPS_PROXY=$HTTPS_PROXY"} \
    ${NODE_EXTRA_CA_CERTS:+"NODE_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS"} ${PIP_INDEX_URL:+"PIP_INDEX_URL=$PIP_INDEX_URL"} \
    ${mirror:+"ECS_MIGRATE_TERRAFORM_MIRROR=$mirror"} \
    sh -c "cd /checkout && exec \"\$@\"" sh "$@"
' sh "$@"
