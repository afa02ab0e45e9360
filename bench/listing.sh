#!/usr/bin/env bash
# How a folder of very many files is accepted and listed: bench/listing.sh [FILES] [ROUNDS]
# The database is that of psql's variables: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE. ALL ITS TASKS ARE DELETED.
# Needs the API's jar: mvn -DskipTests package
set -euo pipefail

files=${1:-1000000}
rounds=${2:-3}
: "${PGDATABASE:?names the database, whose tasks are deleted}"
export PGHOST=${PGHOST:-127.0.0.1} PGPORT=${PGPORT:-5432} PGUSER=${PGUSER:-postgres}
here=$(cd "$(dirname "$0")" && pwd)
java_bin=${JAVA_HOME:+$JAVA_HOME/bin/}
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT

sql() { psql -qAtX -v ON_ERROR_STOP=1 -c "$1"; }

mkdir -p "$work/in/flat" "$work/in/small"
touch "$work/in/small/file"
(cd "$work/in/flat" && seq -f 'customer-report-%.0f.pdf' "$files" | xargs -n 5000 touch)

FILEMILL_DB_URL="jdbc:postgresql://$PGHOST:$PGPORT/$PGDATABASE" FILEMILL_DB_USER=$PGUSER FILEMILL_DB_PASSWORD=${PGPASSWORD:-} \
FILEMILL_DATA_DIR="$work/data" FILEMILL_DASHBOARD_PORT=0 FILEMILL_INGEST_ROOTS="$work/in" MAX_WORKERS=2 \
    "${java_bin}java" -Xmx512m "-Xlog:gc:file=$work/gc.log" \
    -jar "$here"/../api/target/filemill-api-*-exec.jar serve --port 0 > "$work/server.log" 2>&1 &
server=$!
for _ in $(seq 300); do
    address=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$work/server.log" | head -1 || true)
    [ -n "$address" ] && break
    kill -0 "$server" || { cat "$work/server.log" >&2; exit 1; }
    sleep 0.2
done

post() {
    curl -sf -w '\n%{time_total}\n' -H 'Content-Type: application/json' -d "{\"processor\": \"noop\", \"path\": \"$work/in/$1\"}" "$address/v1/tasks"
}

post small > /dev/null
for round in $(seq "$rounds"); do
    answer=$(post flat)
    id=$(grep -oE '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' <<< "$answer" | head -1)
    until [ "$(sql "select prepared_at is not null from upload_task where id = '$id'")" = t ]; do sleep 0.2; done
    sql "select format('round $round: answered after $(tail -1 <<< "$answer") s, listed %s files in %s s, first of them running after %s s', t.total_files,
                round(extract(epoch from t.prepared_at - t.created_at), 1), round(extract(epoch from min(f.started_at) - t.created_at), 3))
         from upload_task t join file_task f on f.upload_task_id = t.id where t.id = '$id' group by t.id"
    curl -sf -X POST "$address/v1/tasks/$id/cancel" > /dev/null
    sql "delete from file_attempt; delete from file_task; delete from upload_task"
done
heap=$(grep -oE '[0-9]+M->' "$work/gc.log" | tr -dc '0-9\n' | sort -n | tail -1)
echo "largest heap of server and node, garbage included: ${heap} MiB of 512 MiB"
