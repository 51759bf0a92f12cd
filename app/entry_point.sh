#!/bin/sh
# Runs one operation of golang-migrate 4.20.1 as a one-off task and ends with one JSON result line on stdout.
# The line's fields: parseResultLine in automation/resultLine.ts. Everything goes to stdout, since two streams
# of a container may change places in the log.
set -u

usage() {
  cat <<'USAGE'
usage: entry_point.sh up | down N | down --all | goto V | force V | version | status
  up          apply all pending migrations
  down N      undo the last N migrations (N >= 1); --all undoes every one
  goto V      migrate up or down to version V
  force V     set version V and clear the dirty mark, run nothing (-1: none)
  version     print the database's version
  status      print the version and the pending migrations of this image
environment
  MIGRATION_DB        database URL (required)
  MIGRATIONS_PATH     folder of the SQL files (default: migrations beside this script)
  MIGRATE_BIN         golang-migrate's binary (default: migrate)
  ENV, IMAGE, MIGRATIONS_SHA256, RUN_BY, RUN_COMMIT, RUN_BRANCH, RUN_BUILD   repeated in the result line
exit codes
  0 ok, 2 usage or configuration, 11 failed (not dirty), 12 dirty, 13 interrupted (not dirty)
USAGE
}

# Bytes, not characters, in awk's length() and substr(), whatever the image's locale.
export LC_ALL=C

case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
: "${MIGRATIONS_PATH:=$here/migrations}"
: "${MIGRATE_BIN:=migrate}"
: "${MIGRATION_DB:=}"
export MIGRATION_DB

tmp=
phase=reading   # reading (golang-migrate reads the version) | running (it runs SQL) | finished (only the report is left)
child=
repeater=
signals=0
interrupted=false
operation=
argument=
from=null       # JSON of the version, or null where it could not be read
to=null
status=0

# ---------------------------------------------------------------------------------------------------------- masks
# The shell looks for secrets in each line without a fork; only a line that holds one goes through awk.

# One secret a line, the longest first: the URL, its user:password@, its password as it stands and percent-decoded,
# the values of its password-like parameters, each also as Go's %q quotes it. A password below 4 bytes is masked only
# inside user:password@ and :password@: `a` in every word would tell more of it than it hides.
list_secrets() {
  awk 'BEGIN {
    for (i = 1; i < 256; i++) { byte[sprintf("%02x", i)] = sprintf("%c", i) }
    url = ENVIRON["MIGRATION_DB"]; add(url)
    rest = url; sub(/^[^:\/]*:\/\//, "", rest)
    authority = rest; sub(/[\/?#].*/, "", authority)
    userinfo(authority)
    userinfo(rest) # a password with / ? or # that nobody encoded
    n = split(url, pair, /[?& ]/)
    for (i = 1; i <= n; i++) {
      at = index(pair[i], "="); name = tolower(substr(pair[i], 1, at - 1))
      if (at && name ~ /pass|pwd|secret|token/) { value(substr(pair[i], at + 1)) }
    }
    for (i = 2; i <= count; i++) {
      for (j = i; j > 1 && length(list[j]) > length(list[j - 1]); j--) {
        swap = list[j]; list[j] = list[j - 1]; list[j - 1] = swap
      }
    }
    for (i = 1; i <= count; i++) { print list[i] }
  }
  function userinfo(s,   at, i, password) {
    at = 0
    for (i = length(s); i > 0 && !at; i--) { if (substr(s, i, 1) == "@") { at = i } }
    if (!at) { return }
    s = substr(s, 1, at - 1); i = index(s, ":")
    if (!i) { return }
    password = substr(s, i + 1)
    if (password == "") { return }
    add(s "@"); add(":" password "@"); value(password)
  }
  function value(s,   plus) {
    if (length(s) >= 4) { add(s) }
    if (length(decoded(s)) >= 4) { add(decoded(s)) }
    plus = s; gsub(/\+/, " ", plus)
    if (length(decoded(plus)) >= 4) { add(decoded(plus)) }
  }
  function decoded(s,   out, at, hex) {
    out = ""
    while ((at = index(s, "%")) > 0) {
      hex = tolower(substr(s, at + 1, 2))
      if (hex in byte) { out = out substr(s, 1, at - 1) byte[hex]; s = substr(s, at + 3) }
      else { out = out substr(s, 1, at); s = substr(s, at + 1) }
    }
    return out s
  }
  function add(s,   parts, n, i) {
    n = split(s, parts, "\n")
    for (i = 1; i <= n; i++) { once(parts[i]); once(quoted(parts[i])) }
  }
  function quoted(s,   out, i, c) {
    out = ""
    for (i = 1; i <= length(s); i++) {
      c = substr(s, i, 1)
      if (c == "\\" || c == "\"") { c = "\\" c } else if (c == "\t") { c = "\\t" }
      out = out c
    }
    return out
  }
  function once(s) { if (s != "" && !(s in seen)) { seen[s] = 1; list[++count] = s } }
  ' </dev/null
}

# Masks one line (or a whole error) on stdin. Go's url.Parse quotes the URL and fragments of it that are no known
# secret (`invalid port ":pass" after host`), so in such a line every quoted string goes.
mask_program='
  function masked(s,   i, at, out) {
    for (i = 1; i <= secrets; i++) {
      out = ""
      while ((at = index(s, secret[i])) > 0) {
        out = out substr(s, 1, at - 1) "***"; s = substr(s, at + length(secret[i]))
      }
      s = out s
    }
    if (s ~ /failed to open database: ((.*: )?parse "|.*invalid URL escape ")/) {
      gsub(/"([^"\\]|\\.)*"/, "\"***\"", s)
    }
    return s
  }
  BEGIN { while ((getline line < (ENVIRON["tmp"] "/secrets")) > 0) { secret[++secrets] = line } }
'

# Copies stdin to stdout and to the file $1 line by line as they come, masked.
pass_through() (
  set -f
  copy=$1
  IFS='
'
  # shellcheck disable=SC2046 # one secret a line: IFS is a newline and globbing is off
  set -- $(cat "$tmp/secrets")
  while IFS= read -r line || [ -n "$line" ]; do
    for secret in 'failed to open database: ' "$@"; do
      case $line in
        *"$secret"*)
          line=$(printf '%s\n' "$line" | awk "$mask_program"'{ print masked($0) }')
          break
          ;;
      esac
    done
    printf '%s\n' "$line"
    printf '%s\n' "$line" >&3
  done 3>"$copy"
)

# -------------------------------------------------------------------------------------------------------- signals
# ECS sends SIGTERM (StopTask, Spot, maintenance) and SIGKILL after stopTimeout. golang-migrate traps SIGINT alone: it
# lets the running file end and stops before the next. While it only reads the version SIGTERM may simply end it.
on_signal() {
  signals=$((signals + 1))
  [ "$phase" != finished ] || return 0
  interrupted=true
  [ -n "$child" ] || return 0
  case $phase in
    reading) kill -TERM "$child" 2>/dev/null ;;
    running)
      [ -z "$repeater" ] || return 0
      printf '%s\n' "SIG$1: stopping after the running migration"
      repeat_interrupt "$child" </dev/null >/dev/null 2>&1 &
      repeater=$!
      ;;
  esac
}

# A shell starts its background jobs with SIGINT ignored, and golang-migrate listens only once it has opened the
# database: the first SIGINT may be lost, so it is sent again each second. A second one changes nothing.
repeat_interrupt() {
  while kill -INT "$1"; do sleep 1; done
}

# Waits for process $1 to its very end and leaves its exit code in $code; a trapped signal ends `wait` early.
wait_for() {
  code=127
  while :; do
    seen=$signals
    wait "$1"
    got=$?
    # 127: the wait before this one had its exit code already.
    [ "$got" -eq 127 ] && [ "$code" -ne 127 ] || code=$got
    [ "$seen" -ne "$signals" ] || return 0
  done
}

# ------------------------------------------------------------------------------------------------- golang-migrate
# The database URL is an argument, so `ps` inside the task shows it: golang-migrate has the flag -database and neither
# an environment variable nor a file for it (internal/cli/main.go of v4.20.1).
# -prefetch 0: a file's time begins with its reading, and a file that was read ahead would count the files before it.
start_migrate() {
  # exec: $! is golang-migrate then, which the signals are for, and no shell around it.
  exec "$MIGRATE_BIN" -prefetch 0 -path "$MIGRATIONS_PATH" -database "$MIGRATION_DB" "$@"
}

# Runs `migrate "$@"` with its output in $tmp/quiet; SIGTERM may end it. Only for commands that change nothing.
ask() {
  start_migrate "$@" >"$tmp/quiet" 2>&1 &
  child=$!
  # A signal between the fork and here found no child to end.
  if [ "$phase" = reading ] && [ "$interrupted" = true ]; then kill -TERM "$child" 2>/dev/null; fi
  wait_for "$child"
  child=
}

# Reads the database's version: leaves its JSON in $version and words for people in $words. Returns 1 where it could
# not be read; what golang-migrate said is then printed and kept as the error. $1: "deep" looks for a dirty mark at none.
read_version() {
  version=null
  words=unknown
  ask version
  answer=
  while IFS= read -r line || [ -n "$line" ]; do answer=$line; done <"$tmp/quiet"
  number=${answer% (dirty)}
  if [ "$code" -eq 0 ] && is_number "$number"; then
    dirty=true
    [ "$number" != "$answer" ] || dirty=false
    set_version "$number" "$dirty"
    return 0
  fi
  # A fresh database: exit code 1, yet no error.
  if [ "$code" -eq 1 ] && [ "$answer" = 'error: no migration' ]; then
    set_version none false
    if [ "$1" = deep ] && dirty_at_none; then set_version none true; fi
    return 0
  fi
  [ "$interrupted" = false ] || [ "$phase" = finished ] || return 1
  # An answer that is no version is a failure, whatever the exit code.
  [ "$code" -ne 0 ] || code=1
  # What golang-migrate said before, while it ran, is the better error.
  copy=/dev/null
  [ -s "$tmp/log" ] || copy=$tmp/log
  pass_through "$copy" <"$tmp/quiet"
  return 1
}

set_version() {
  words=$1
  version="{\"version\":$1,\"dirty\":$2}"
  [ "$1" != none ] || version="{\"version\":null,\"dirty\":$2}"
  [ "$2" = false ] || words="$1 (dirty)"
}

# A down file of the first version that fails leaves the database dirty at version -1, which `migrate version` calls
# `no migration`. `goto` looks at the dirty mark first; then it refuses a version that no file has, and runs nothing.
dirty_at_none() {
  ask goto 9223372036854775807
  grep -q '^error: Dirty database version -1' "$tmp/quiet"
}

# Runs `migrate "$@"`, its lines passed through live and kept in $tmp/log; leaves its exit code in $status.
run_migrate() {
  mkfifo "$tmp/pipe" || reject "a named pipe cannot be made in $tmp"
  phase=running
  pass_through "$tmp/log" <"$tmp/pipe" &
  filter=$!
  start_migrate "$@" >"$tmp/pipe" 2>&1 &
  child=$!
  # A signal between the fork and here found no child to interrupt.
  [ "$interrupted" = false ] || on_signal TERM
  wait_for "$child"
  status=$code
  phase=finished
  if [ -n "$repeater" ]; then kill "$repeater"; wait "$repeater"; fi 2>/dev/null
  wait_for "$filter"
}

# ------------------------------------------------------------------------------------------------------- arguments
# Says what is wrong, prints the usage and ends with exit code 2; nothing was run. The result line needs an operation
# that its readers know, so an unknown one gets none.
reject() {
  printf 'error: %s\n\n' "$1"
  usage
  error=$1
  case $operation in up | down | goto | force | version | status) finish usage 2 ;; esac
  exit 2
}

is_number() {
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  [ "${#1}" -le 18 ]
}

check_arguments() {
  operation=${1-}
  if [ $# -gt 1 ]; then
    shift
    argument=$*
    set -- "$operation" "$@"
  fi
  case $operation:$# in
    :*) reject 'an operation is missing' ;;
    up:1 | version:1 | status:1) ;;
    up:* | version:* | status:*) reject "$operation takes no argument" ;;
    down:2)
      [ "$2" = --all ] || { is_number "$2" && [ "$2" -ge 1 ]; } ||
        reject 'down needs a number from 1 on, or --all'
      ;;
    down:*) reject 'down needs one argument: a number from 1 on, or --all' ;;
    goto:2) is_number "$2" || reject 'goto needs a version: digits only' ;;
    force:2) [ "$2" = -1 ] || is_number "$2" || reject 'force needs a version: digits only, or -1 for none' ;;
    goto:* | force:*) reject "$operation needs one argument: a version" ;;
    *) reject 'the operation is unknown' ;;
  esac
}

check_environment() {
  [ -n "$MIGRATION_DB" ] || reject 'MIGRATION_DB is missing: the database URL, for example postgres://user:password@host:5432/name'
  command -v "$MIGRATE_BIN" >/dev/null 2>&1 || reject "golang-migrate is not in this image: MIGRATE_BIN is $MIGRATE_BIN"
}

# A folder for the pipe and the log: with a read-only root file system /dev/shm is what a container has left.
make_temporary_folder() {
  umask 077
  for base in "${TMPDIR:-/tmp}" /tmp /dev/shm; do
    tmp=$(mktemp -d "$base/ecs-migrate.XXXXXX" 2>/dev/null) && break
    tmp=
  done
  export tmp
  [ -n "$tmp" ] || return 1
  list_secrets >"$tmp/secrets"
  : >"$tmp/log"
}

# ---------------------------------------------------------------------------------------------------------- result
# The up files of the image above the database's version, as lines `version name` in ascending order.
list_pending() {
  current=${words% (dirty)}
  [ "$current" != none ] || current=-1
  for file in "$MIGRATIONS_PATH"/*.up.*; do
    base=${file##*/}
    number=${base%%_*}
    is_number "$number" || continue
    name=${base#*_}
    while :; do case $number in 0?*) number=${number#0} ;; *) break ;; esac; done
    [ "$number" -le "$current" ] || printf '%s %s\n' "$number" "${name%.up.*}"
  done | sort -n
}

# Prints the result line. Its size: 1,000 files of 80 bytes and 4,000 bytes of error (at most 6 times as long in JSON)
# stay below 110,000 bytes; CloudWatch Logs splits an event at 256 KiB.
print_result() {
  outcome=$1 exit_code=$2 operation=$operation argument=$argument from=$from to=$to status=$status \
    started_at=$started_at duration_ms=$(($(now) - started)) error=${error-} \
    awk "$mask_program"'
    BEGIN {
      for (i = 1; i < 256; i++) { ord[sprintf("%c", i)] = i }
      unit["h"] = 3600000; unit["m"] = 60000; unit["s"] = 1000; unit["ms"] = 1
      unit["µs"] = 0.001; unit["ns"] = 0.000001
      log_file = ENVIRON["tmp"] "/log"; files = ""; error = masked(ENVIRON["error"]); tail = ""
      while (ENVIRON["tmp"] != "" && (getline line < log_file) > 0) { read_line(line) }
      code = ENVIRON["exit_code"]
      if (code == 0) { error = "" }
      else if (error == "" && ENVIRON["status"] != 0) {
        error = tail != "" ? tail : "golang-migrate ended with exit code " ENVIRON["status"] " and said nothing"
      }
      printf "{\"ecsMigrate\":1,\"operation\":%s,\"argument\":%s,\"outcome\":%s,\"exitCode\":%d", \
        json(ENVIRON["operation"], 20), nullable(masked(ENVIRON["argument"])), json(ENVIRON["outcome"], 20), code
      printf ",\"from\":%s,\"to\":%s,\"files\":[%s],\"error\":%s", ENVIRON["from"], ENVIRON["to"], files, \
        error == "" ? "null" : json(error, 4000)
      if (ENVIRON["operation"] == "status" && ENVIRON["outcome"] != "usage") { printf ",\"pending\":[%s]", pending() }
      printf ",\"startedAt\":\"%s\",\"durationMs\":%d", ENVIRON["started_at"], ENVIRON["duration_ms"]
      printf ",\"image\":%s,\"migrationsSha256\":%s", nullable(ENVIRON["IMAGE"]), nullable(ENVIRON["MIGRATIONS_SHA256"])
      printf ",\"run\":{\"by\":%s,\"commit\":%s,\"branch\":%s,\"build\":%s}}\n", nullable(ENVIRON["RUN_BY"]), \
        nullable(ENVIRON["RUN_COMMIT"]), nullable(ENVIRON["RUN_BRANCH"]), nullable(ENVIRON["RUN_BUILD"])
    }
    # An error is the last thing that golang-migrate says; the SQL in it may fill many lines.
    function read_line(s) {
      if (in_error) { if (length(error) < 4000) { error = error "\n" s } }
      else if (s ~ /^error: /) { in_error = 1; error = once(substr(s, 8)) }
      else if (s ~ /^[0-9]+\/[ud] .* \([0-9][^() ]*\)$/) { files = files (files == "" ? "" : ",") ran_file(s) }
      else if (length(tail) < 4000) { tail = tail (tail == "" ? "" : "\n") s }
    }
    # golang-migrate logs some errors twice on one line: `no migration found for version 9: ...error: no migration ...`
    function once(s,   half) {
      half = (length(s) - 7) / 2
      return substr(s, half + 1, 7) == "error: " && substr(s, 1, half) == substr(s, half + 8) ? substr(s, 1, half) : s
    }
    function ran_file(s,   slash, open, i) {
      slash = index(s, "/")
      for (i = length(s); substr(s, i, 1) != "("; i--) { }
      open = i
      return sprintf("{\"version\":%s,\"name\":%s,\"direction\":\"%s\",\"ms\":%s}", substr(s, 1, slash - 1), \
        json(substr(s, slash + 3, open - slash - 4), 255), substr(s, slash + 1, 1) == "u" ? "up" : "down", \
        milliseconds(substr(s, open + 1, length(s) - open - 1)))
    }
    # A duration as Go prints it: 512µs, 12.3ms, 1m2.5s. A version without a file ran "since the year 1": 0.
    function milliseconds(s,   total, n, text) {
      total = 0
      while (match(s, /^[0-9.]+/)) {
        n = substr(s, 1, RLENGTH) + 0; s = substr(s, RLENGTH + 1)
        if (!match(s, /^[^0-9.]+/)) { break }
        total += n * unit[substr(s, 1, RLENGTH)]; s = substr(s, RLENGTH + 1)
      }
      if (total > 1000000000000) { total = 0 }
      text = sprintf("%.3f", total); sub(/\.?0+$/, "", text)
      return text == "" ? "0" : text
    }
    function pending(   file, out, at) {
      out = ""; file = ENVIRON["tmp"] "/pending"
      while ((getline line < file) > 0) {
        at = index(line, " ")
        out = out (out == "" ? "" : ",") "{\"version\":" substr(line, 1, at - 1) ",\"name\":" json(substr(line, at + 1), 255) "}"
      }
      return out
    }
    function nullable(s) { return s == "" ? "null" : json(s, 500) }
    # A JSON string of at most `limit` bytes of s: cut between characters, bytes that are no UTF-8 dropped.
    function json(s, limit,   i, c, b, n, out, cut) {
      cut = length(s) > limit; s = substr(s, 1, limit); out = "\""
      for (i = 1; i <= length(s); i += n) {
        c = substr(s, i, 1); b = ord[c]; n = sequence(s, i, b)
        if (n == 0) { n = 1; continue }
        if (c == "\"" || c == "\\") { out = out "\\" c }
        else if (c == "\n") { out = out "\\n" }
        else if (b < 32 || b == 127) { out = out sprintf("\\u%04x", b) }
        else { out = out substr(s, i, n) }
      }
      return out (cut ? "..." : "") "\""
    }
    # Length of the UTF-8 sequence that begins with byte b at i, or 0 (RFC 3629, section 4).
    function sequence(s, i, b,   n, k, x, low, high) {
      if (b < 128) { return 1 }
      n = b >= 194 && b <= 223 ? 2 : b >= 224 && b <= 239 ? 3 : b >= 240 && b <= 244 ? 4 : 0
      low = b == 224 ? 160 : b == 240 ? 144 : 128; high = b == 237 ? 159 : b == 244 ? 143 : 191
      for (k = 1; k < n; k++) {
        x = ord[substr(s, i + k, 1)]
        if (x < low || x > high) { return 0 }
        low = 128; high = 191
      }
      return n
    }' </dev/null
}

# Prints the result line for outcome $1 and ends with exit code $2.
finish() {
  print_result "$1" "$2"
  exit "$2"
}

# A clock in milliseconds that no fork and no change of the date disturbs; whole seconds where there is no /proc.
now() {
  if read -r up _ 2>/dev/null </proc/uptime; then
    whole=${up%.*}
    hundredths=${up#*.}
    echo $((whole * 1000 + ${hundredths#0} * 10))
  else
    echo $(($(date +%s) * 1000))
  fi
}

# shellcheck disable=SC2317 # called by the trap
cleanup() {
  [ -z "$tmp" ] || rm -rf "$tmp"
}

# Ends with the outcome: a dirty database outweighs the interruption that may have caused it.
conclude() {
  case $to in
    *'"dirty":true}')
      error="the database is dirty at version ${words% (dirty)}"
      echo "$error: mend by hand what its file left half done, then force the version that it has"
      finish dirty 12
      ;;
  esac
  if [ "$interrupted" = true ]; then
    error='interrupted by a signal'
    finish interrupted 13
  fi
  [ "$status" -eq 0 ] || finish failed 11
  if unchanged; then finish unchanged 0; fi
  finish applied 0
}

unchanged() {
  case $operation in version | status) return 0 ;; esac
  if [ "$to" != null ]; then [ "$from" = "$to" ]; else grep -qx 'no change' "$tmp/log"; fi
}

# `version` and `status`: read, and nothing else.
report() {
  read_version deep || status=$code
  phase=finished
  from=$version
  to=$version
  echo "version: $words"
  if [ "$operation" = status ] && [ "$version" != null ]; then
    list_pending >"$tmp/pending"
    if [ -s "$tmp/pending" ]; then sed 's/^/pending: /' "$tmp/pending"; else echo 'pending: none'; fi
  fi
  conclude
}

# The operations that may change the database.
migrate() {
  depth=shallow
  # Only `force` may meet a dirty mark at none without a word of golang-migrate about it.
  [ "$operation" != force ] || depth=deep
  if ! read_version "$depth"; then
    status=$code
    echo 'version before: unknown'
    conclude
  fi
  from=$version
  echo "version before: $words"
  [ "$interrupted" = false ] || conclude
  run_migrate "$@"
  depth=shallow
  [ "$status" -eq 0 ] || depth=deep
  read_version "$depth" || :
  to=$version
  echo "version after: $words"
  if grep -q '^error: Dirty database version' "$tmp/log"; then from=$to; fi
  if grep -q '^error: no migration found for version' "$tmp/log"; then
    echo 'this image lacks the file of that version: run the image that has it (an older image knows no newer files)'
  fi
  conclude
}

started=$(now)
started_at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
trap cleanup EXIT
trap 'on_signal TERM' TERM
trap 'on_signal INT' INT
operation=${1-}
make_temporary_folder || reject 'no folder is writable: mount a volume at /tmp or set TMPDIR'
check_arguments "$@"
check_environment
echo "ecs-migrate: $*${ENV:+ on $ENV}${IMAGE:+, image $IMAGE}"
case $operation in
  version | status) report ;;
  down) if [ "$2" = --all ]; then migrate down -all; else migrate down "$2"; fi ;;
  # Go would take -1 for a flag.
  force) migrate force -- "$2" ;;
  *) migrate "$@" ;;
esac
