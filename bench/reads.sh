#!/usr/bin/env bash
# How long single readers wait over HTTP while one large task drains: bench/reads.sh [FILES] [DELAY_MS] [REQUESTS]
#   FILEMILL_DB_URL='jdbc:postgresql://host:5432/empty?user=me' bench/reads.sh 1000000
# An API and a node of 8 slots are a process each. Prints the median, the 95th and 99th percentile and the longest of the requests, in milliseconds, first
# while nothing runs, then twice while files run that take DELAY_MS (0). /livez asks no database: what it takes is the wait for a core and for the server itself.
# The connection is kept. Needs the built jar, curl and ab (of Debian's apache2-utils).
set -euo pipefail

files=${1:-1000000}
delay=${2:-0}
requests=${3:-300}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
port=${PORT:-18400}
url=http://127.0.0.1:$port
export FILEMILL_DATA_DIR=$work FILEMILL_HOST=127.0.0.1 FILEMILL_PORT=$port FILEMILL_DASHBOARD_PORT=$((port + 1)) FILEMILL_WORKER_HEALTH_PORT=$((port + 2))
export MAX_WORKERS=${MAX_WORKERS:-8}
api= node=
trap 'kill $node $api 2>/dev/null || true; wait; rm -rf "$work"' EXIT

await_ready() { # PORT PID
    until curl -sf "http://127.0.0.1:$1/readyz" >/dev/null; do
        kill -0 "$2" || { cat "$work"/*.log >&2; exit 1; }
        sleep 0.2
    done
}

measure() { # WHEN
    local path of_task=/v1/tasks/$task
    for path in /livez "$of_task" "$of_task/files?limit=100" "$of_task/files?limit=100&status=completed" /v1/stats/queue; do
        printf '%s  %s  %s\n' "$1" "${path/$task/ID}" "$(ab -k -n "$requests" "$url$path" 2>/dev/null \
            | awk '$1 ~ /^(50|95|99|100)%$/ {printf "%s %s  ", $1, $2}')"
    done
}

processed() {
    curl -sf "$url/v1/tasks/$task" | sed 's/.*"processed_files":\([0-9]*\).*/\1/'
}

"$root/filemill" serve --no-worker >"$work/api.log" 2>&1 &
api=$!
await_ready "$port" $api
task=$(seq "$files" | sed 's/.*/"bench\/file &"/' | curl -sf -H 'Content-Type: application/x-ndjson' --data-binary @- \
    "$url/v1/tasks?processor=noop&settings=%7B%22delay_ms%22%3A$delay%7D" | sed 's/.*"task_id":"\([^"]*\)".*/\1/')
requests=1500 measure warm >/dev/null
measure idle
"$root/filemill" worker >"$work/node.log" 2>&1 &
node=$!
await_ready "$FILEMILL_WORKER_HEALTH_PORT" $node
until [ "$(processed)" -gt 5000 ]; do sleep 0.5; done
before=$(processed)
began=$(date +%s%N)
measure drains
measure drains
echo "$(processed) of $files had ended; $(awk "BEGIN {printf \"%d\", ($(processed) - $before) * 1e9 / ($(date +%s%N) - $began)}") files/s meanwhile"
