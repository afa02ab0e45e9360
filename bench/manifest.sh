#!/usr/bin/env bash
# How fast a large manifest is accepted, against one COPY of the same rows into the same table: bench/manifest.sh [ROWS] [ROUNDS]
# The database is that of psql's variables: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE. ALL ITS TASKS ARE DELETED.
# Needs the API's jar: mvn -DskipTests package
set -euo pipefail

rows=${1:-1000000}
rounds=${2:-5}
: "${PGDATABASE:?names the database, whose tasks are deleted}"
export PGHOST=${PGHOST:-127.0.0.1} PGPORT=${PGPORT:-5432} PGUSER=${PGUSER:-postgres}
here=$(cd "$(dirname "$0")" && pwd)
java_bin=${JAVA_HOME:+$JAVA_HOME/bin/}
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT

export PGOPTIONS="-c client_min_messages=warning"
sql() { psql -qAtX -v ON_ERROR_STOP=1 -c "$1"; }
now() { date +%s%N; }

awk -v n="$rows" 'BEGIN { for (i = 0; i < n; i++) { name = sprintf("report-%07d.pdf", i);
    printf "{\"item\": \"customers/%03d/%s\", \"filename\": \"%s\"}\n", i % 1000, name, name } }' > "$work/rows.ndjson"

FILEMILL_DB_URL="jdbc:postgresql://$PGHOST:$PGPORT/$PGDATABASE" FILEMILL_DB_USER=$PGUSER FILEMILL_DB_PASSWORD=${PGPASSWORD:-} \
FILEMILL_DATA_DIR="$work/data" FILEMILL_DASHBOARD_PORT=0 "${java_bin}java" -Xmx512m "-Xlog:gc:file=$work/gc.log" \
    -jar "$here"/../api/target/filemill-api-*-exec.jar serve --no-worker --port 0 > "$work/server.log" 2>&1 &
server=$!
for _ in $(seq 300); do
    address=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$work/server.log" | head -1 || true)
    [ -n "$address" ] && break
    kill -0 "$server" || { cat "$work/server.log" >&2; exit 1; }
    sleep 0.2
done

empty() {
    sql "truncate upload_task, file_task, file_attempt, idempotency_key, jobrunr_jobs cascade"
    psql -qAtX -c "checkpoint" || true
}

by_copy() {
    empty
    local task began
    task=$(sql "insert into upload_task (id, user_id, processor) values (gen_random_uuid(), 'bench', 'noop') returning id")
    [ -s "$work/rows.csv" ] || awk -v n="$rows" 'BEGIN { for (i = 0; i < n; i++) { name = sprintf("report-%07d.pdf", i);
        printf "TASK,customers/%03d/%s,%s\n", i % 1000, name, name } }' > "$work/rows.csv"
    sed "s/^TASK/$task/" "$work/rows.csv" > "$work/copy.csv"
    began=$(now)
    sql "\\copy file_task (upload_task_id, item, filename) from '$work/copy.csv' csv"
    copy_ms=$((($(now) - began) / 1000000))
    [ "$(sql "select count(*) from file_task")" = "$rows" ]
}

by_manifest() {
    empty
    local began
    began=$(now)
    curl -sf -H 'Content-Type: application/x-ndjson' --data-binary "@$work/rows.ndjson" -o "$work/answer.json" \
        "$address/v1/tasks?processor=noop"
    manifest_ms=$((($(now) - began) / 1000000))
    grep -q "\"total_files\":$rows," "$work/answer.json"
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for round in $(seq "$rounds"); do
    if [ $((round % 2)) = 1 ]; then by_copy; by_manifest; else by_manifest; by_copy; fi
    echo "$copy_ms" >> "$work/copy"
    echo "$manifest_ms" >> "$work/manifest"
    echo "round $round: COPY $copy_ms ms, manifest $manifest_ms ms"
done
empty
copy=$(median < "$work/copy")
manifest=$(median < "$work/manifest")
heap=$(grep -oE '[0-9]+M->' "$work/gc.log" | tr -dc '0-9\n' | sort -n | tail -1)
awk -v n="$rows" -v c="$copy" -v m="$manifest" 'BEGIN {
    printf "COPY %d rows/s, manifest %d rows/s, manifest to COPY %.2f\n", n * 1000 / c, n * 1000 / m, c / m }'
echo "largest heap of the server, garbage included: ${heap} MiB of 512 MiB; memory of its process: $(awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$server/status") MiB"
