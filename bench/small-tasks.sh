#!/usr/bin/env bash
# How fast one node drains many tasks of one file each: bench/small-tasks.sh [TASKS] [USERS]
#   FILEMILL_DB_URL='jdbc:postgresql://host:5432/empty?user=me' bench/small-tasks.sh 50000 1
# The tasks are written straight into the database, as many of each user, and wait when a node of 8 slots starts. Prints every five seconds how many have
# ended, and the pace since the look before. Needs the built jar, curl and psql. The database should be empty, and is not emptied afterwards.
set -euo pipefail

tasks=${1:-50000}
users=${2:-1}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
export FILEMILL_DATA_DIR=$work FILEMILL_HOST=127.0.0.1 FILEMILL_WORKER_HEALTH_PORT=${PORT:-18402} MAX_WORKERS=${MAX_WORKERS:-8}
node=
trap 'kill $node 2>/dev/null || true; wait; rm -rf "$work"' EXIT

sql() { psql -qAtX -d "${FILEMILL_DB_URL#jdbc:}" -c "$1"; }

"$root/filemill" migrate >/dev/null
sql "insert into upload_task (id, user_id, processor, total_files, created_at)
     select gen_random_uuid(), 'user ' || i % $users, 'noop', 1, now() + i * interval '1 microsecond' from generate_series(1, $tasks) i"
sql "insert into file_task (upload_task_id, item, filename) select id, 'bench/file', 'file' from upload_task order by created_at"
sql 'vacuum analyze'

"$root/filemill" worker >"$work/node.log" 2>&1 &
node=$!
until curl -sf "http://127.0.0.1:$FILEMILL_WORKER_HEALTH_PORT/readyz" >/dev/null; do
    kill -0 $node || { cat "$work/node.log" >&2; exit 1; }
    sleep 0.2
done
ended=0
while [ "$ended" -lt "$tasks" ]; do
    before=$ended
    sleep 5
    ended=$(sql "select count(*) from upload_task where finished_at is not null")
    echo "$ended of $tasks tasks have ended, $(((ended - before) / 5)) a second"
done
