#!/usr/bin/env bash
# Drains one large task with one API and one node, each a process of its own, and prints every few seconds how far it is, the heap of both
# after a collection, and the size of the tables; then purges it, and prints how long single files wait for their start meanwhile.
#   FILEMILL_DB_URL='jdbc:postgresql://host:5432/empty?user=me' bench/large-task.sh [FILES]
# Needs the built jar, curl, psql and a JDK's jcmd. The database should be empty, and is not emptied afterwards.
set -euo pipefail

files=${1:-1000000}
root=$(cd "$(dirname "$0")/.." && pwd)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
jcmd=${JAVA_HOME:+$JAVA_HOME/bin/}jcmd
work=$(mktemp -d)
port=${PORT:-18400}
export FILEMILL_DATA_DIR=$work FILEMILL_HOST=127.0.0.1 FILEMILL_PORT=$port FILEMILL_DASHBOARD_PORT=$((port + 1)) FILEMILL_WORKER_HEALTH_PORT=$((port + 2))
export MAX_WORKERS=${MAX_WORKERS:-8} CLEANUP_INTERVAL_SECONDS=20
api= node=
trap 'kill $node $api 2>/dev/null || true; wait; rm -rf "$work"' EXIT

sql() { psql -qAt -F ' ' -d "${FILEMILL_DB_URL#jdbc:}" -c "$1"; }

await_ready() {
    for ((i = 0; i < 300; i++)); do
        if curl -sf "http://127.0.0.1:$1/readyz" >/dev/null; then return; fi
        sleep 0.2
    done
    echo "nothing is ready at port $1" >&2
    exit 1
}

# MiB of the heap that are in use after a collection, and of memory that the process has.
memory() {
    "$jcmd" "$1" GC.run >/dev/null
    "$jcmd" "$1" GC.heap_info | awk '/def new generation|tenured generation|garbage-first heap/ {for (i = 1; i <= NF; i++) if ($i ~ /^used/) {sub(/K.*/, "", $(i + 1)); sum += $(i + 1)}} END {printf "%d", sum / 1024}'
    awk '/VmRSS/ {printf "/%d", $2 / 1024}' "/proc/$1/status"
}

submit() {
    curl -sf -X POST -H 'Content-Type: application/x-ndjson' --data-binary @- "http://127.0.0.1:$port/v1/tasks?processor=noop" | sed 's/.*"task_id":"\([^"]*\)".*/\1/'
}

# Milliseconds from the acceptance of a single file to its start: median, 95th percentile, maximum of those since a time.
pickups() {
    sql "select count(*), percentile_disc(array[0.5, 0.95, 1]) within group (order by round(extract(epoch from f.started_at - t.created_at) * 1000, 1))
         from upload_task t join file_task f on f.upload_task_id = t.id where t.total_files = 1 and t.created_at > '$1'"
}

probe() {
    local from
    from=$(sql 'select now()')
    for ((i = 0; i < $1; i++)); do
        echo '"probe"' | submit >/dev/null
        sleep 0.2
    done
    sleep 1
    pickups "$from"
}

"$java" -Djarmode=tools -jar "$root"/api/target/filemill-api-*-exec.jar extract --destination "$work/app" >/dev/null
"$java" -Xmx512m -Xms32m -XX:+UseSerialGC -jar "$work"/app/filemill-api-*.jar serve --no-worker >"$work/api.log" 2>&1 &
api=$!
await_ready "$port"
"$java" -Xmx1g -Xms32m -XX:+UseSerialGC -jar "$work"/app/filemill-api-*.jar worker >"$work/node.log" 2>&1 &
node=$!
await_ready "$FILEMILL_WORKER_HEALTH_PORT"

began=$SECONDS
task=$(seq "$files" | sed 's/.*/"bench\/file &"/' | submit)
echo "submitted $files files in $((SECONDS - began)) s"
began=$SECONDS
echo 'seconds  ended  api-heap/rss  node-heap/rss  file_task-MB  its-indexes-MB  dead-rows  jobs-MB  jobs  page-ms'
ended=0
while [ "$ended" -lt "$files" ]; do
    sleep "${LOOK:-15}"
    ended=$(sql "select processed_files from upload_task where id = '$task'")
    page=$(curl -sf -o /dev/null -w '%{time_total}' "http://127.0.0.1:$port/v1/tasks/$task/files?status=pending&limit=100" || echo -1)
    echo "$((SECONDS - began))  $ended  $(memory $api)  $(memory $node)  $(sql "
        select pg_table_size('file_task') >> 20, pg_indexes_size('file_task') >> 20,
               (select n_dead_tup from pg_stat_user_tables where relname = 'file_task'),
               pg_total_relation_size('jobrunr_jobs') >> 20, (select count(*) from jobrunr_jobs)")  $(awk "BEGIN {print $page * 1000}")"
done
echo "drained at $((files / (SECONDS - began))) files/s"

[ -n "${NO_PURGE:-}" ] && exit
sql 'vacuum analyze' # as autovacuum would have some time later
echo "pickup on the idle node, count and ms: $(probe 50)"
sql "update upload_task set finished_at = now() - interval '2 hours' where id = '$task'" # due for the next purge
began=$SECONDS
while [ "$(sql "select count(*) from upload_task where id = '$task'")" = 1 ]; do
    echo "pickup while it purges, count and ms: $(probe 50), $(sql "select count(*) from file_task where upload_task_id = '$task'") rows left"
done
echo "purged in about $((SECONDS - began)) s"
