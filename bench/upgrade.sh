#!/usr/bin/env bash
# Two versions on one database: bench/upgrade.sh [COMMIT [FILES]]
# Builds an older commit (default: the newest tag, else the commit before the last migration) in a folder of its own. Starts an API and a node of
# this version, and a node of the older one, on a database that this version has migrated; runs a task through both, kills one node in the middle,
# which the other has to make good, and compares the counts with the rows. Needs the built jar (mvn -DskipTests package), git, curl and Maven.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
older=${1:-$(git -C "$root" describe --tags --abbrev=0 2>/dev/null \
    || git -C "$root" log -1 --format='%H^' -- db/src/main/resources)}
files=${2:-2000}
port=${PORT:-18500}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
work=$(mktemp -d)
api= new= old=
finish() {
    kill $new $old $api 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

fail() { echo "FAILED: $*" >&2; tail -n 20 "$work"/*.log >&2; exit 1; }
get() { curl -sf "http://127.0.0.1:$port$1"; }
number() { get "/v1/tasks/$task" | sed "s/.*\"$1\":\([0-9]*\).*/\1/"; }
await_ready() {
    for ((i = 0; i < 450; i++)); do
        if curl -sf "http://127.0.0.1:$1/readyz" >/dev/null; then return; fi
        sleep 0.2
    done
    fail "nothing is ready at port $1"
}

echo "Building $(git -C "$root" log -1 --format='%h %s' "$older")"
mkdir "$work/older"
git -C "$root" archive "$older" | tar -x -C "$work/older"
(cd "$work/older" && mvn -q -B -DskipTests -Dspotless.check.skip=true package) || fail "the older version does not build"

export FILEMILL_DATA_DIR=$work/data FILEMILL_HOST=127.0.0.1 MAX_WORKERS=4
for version in older new; do
    from=$root
    [ "$version" = new ] || from=$work/older
    "$java" -Djarmode=tools -jar "$from"/api/target/filemill-api-*-exec.jar extract --destination "$work/$version-app" >/dev/null
done
run() { # VERSION LOG ARGUMENT…
    local version=$1 log=$2
    shift 2
    exec "$java" -Xmx512m -jar "$work/$version-app"/filemill-api-*.jar "$@" >"$work/$log.log" 2>&1
}

# The API's embedded database serves the nodes too, unless there is another.
FILEMILL_PORT=$port FILEMILL_DASHBOARD_PORT=0 run new api serve --no-worker &
api=$!
await_ready "$port"
if [ -z "${FILEMILL_DB_URL:-}" ]; then
    pid_file=$(find "$FILEMILL_DATA_DIR" -name postmaster.pid)
    export FILEMILL_DB_URL="jdbc:postgresql://localhost:$(sed -n 4p "$pid_file")/postgres?user=postgres"
fi
FILEMILL_NODE_NAME=new FILEMILL_WORKER_HEALTH_PORT=$((port + 1)) run new new worker &
new=$!
FILEMILL_NODE_NAME=older FILEMILL_WORKER_HEALTH_PORT=$((port + 2)) run older older worker &
old=$!
await_ready $((port + 1))
await_ready $((port + 2))

submit() {
    seq "$files" | sed "s/.*/\"$1 &\"/" | curl -sf -X POST -H 'Content-Type: application/x-ndjson' --data-binary @- \
        "http://127.0.0.1:$port/v1/tasks?processor=noop&settings=%7B%22delay_ms%22%3A10%7D" | sed 's/.*"task_id":"\([^"]*\)".*/\1/'
}

for killed in older new; do
    task=$(submit "before $killed dies")
    until [ "$(number processed_files)" -gt $((files / 3)) ]; do sleep 0.1; done
    by=$(get "/v1/tasks/$task/files?status=completed&limit=1000" | grep -o '"node":"[a-z]*"' | sort | uniq -c | tr -s ' \n' ' ')
    [[ $by == *new* && $by == *older* ]] || fail "one version ran no file: $by"
    if [ "$killed" = older ]; then kill -9 $old; old=; else kill -9 $new; new=; fi
    for ((i = 0; i < 900; i++)); do
        [ "$(number processed_files)" -lt "$files" ] || break
        sleep 0.2
    done
    [ "$(number successful_files)" = "$files" ] && [ "$(number total_files)" = "$files" ] || fail "counts are wrong: $(get "/v1/tasks/$task")"
    echo "$files of $files files by:$by, and the rest after the $killed one was killed"
    if [ "$killed" = older ]; then
        FILEMILL_NODE_NAME=older FILEMILL_WORKER_HEALTH_PORT=$((port + 2)) run older older-again worker &
        old=$!
        await_ready $((port + 2))
    fi
done
[ -z "$(grep -h ERROR "$work"/*.log)" ] || fail "errors were logged"
echo "Both versions work on one database."
