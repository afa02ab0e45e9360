#!/usr/bin/env bash
# What the whole pipeline costs on real documents: bench/documents.sh FOLDER [FILES] [ROUNDS]
# The good files of a folder, copied until there are so many and each copy a little different, are ingested by `filemill serve` with two slots (parsed in
# children, hashed, chunked, indexed, counted), and in turns with that only extracted by two threads of one warm JVM. Prints seconds and their ratio.
# Needs the worker's jars: mvn -DskipTests package
set -euo pipefail

[ $# -ge 1 ] || { echo "usage: bench/documents.sh FOLDER [FILES] [ROUNDS]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
folder=$(cd "$1" && pwd)
files=${2:-2000}
rounds=${3:-5}
slots=2
port=${PORT:-18088}
java_bin=${JAVA_HOME:+$JAVA_HOME/bin/}
work=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || { kill "$server" && wait "$server" || true; }
    rm -rf "$work"
}
trap stop EXIT

field() { # NAME: a number or a word of the JSON on the standard input
    sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p"
}

task() { # FOLDER: ingests it and prints the seconds from the first start to the last end, and how many files succeeded
    local id json
    id=$(curl -sf -H 'Content-Type: application/json' -d "{\"path\":\"$1\"}" "http://127.0.0.1:$port/v1/tasks" | field task_id)
    while :; do
        json=$(curl -sf "http://127.0.0.1:$port/v1/tasks/$id")
        case $(field status <<<"$json") in completed | failed) break ;; esac
        sleep 0.2
    done
    echo "$(field duration_seconds <<<"$json") $(field successful_files <<<"$json")"
}

FILEMILL_DATA_DIR=$work/data FILEMILL_PORT=$port FILEMILL_DASHBOARD_PORT=$((port + 1)) FILEMILL_INGEST_ROOTS=$work MAX_WORKERS=$slots \
    "$here/../filemill" serve >"$work/server.log" 2>&1 &
server=$!
until curl -sf "http://127.0.0.1:$port/readyz" >/dev/null; do
    kill -0 "$server" || { cat "$work/server.log" >&2; exit 1; }
    sleep 0.5
done

(cd "$work" && "${java_bin}java" -Djarmode=tools -jar "$here"/../worker/target/filemill-worker-*-exec.jar extract --destination worker >/dev/null)
(cd "$work" && "${java_bin}jar" xf "$work"/worker/lib/filemill-parser-*-bundle.jar)
classes="$work/classes:$work/filemill-parser/*"
"${java_bin}javac" -nowarn -d "$work/classes" -cp "$classes" "$here"/isolation/InProcess.java "$here"/documents/*.java

# The good ones are those that Filemill indexes.
mkdir "$work/all"
cp -r "$folder/." "$work/all/"
id=$(curl -sf -H 'Content-Type: application/json' -d "{\"path\":\"$work/all\"}" "http://127.0.0.1:$port/v1/tasks" | field task_id)
until [ "$(curl -sf "http://127.0.0.1:$port/v1/tasks/$id" | field status)" = completed ]; do sleep 0.5; done
curl -sf "http://127.0.0.1:$port/v1/tasks/$id/files?status=completed&limit=1000" | grep -o '"item":"[^"]*"' | cut -d'"' -f4 >"$work/items"
good=$(wc -l <"$work/items")
[ "$good" -gt 0 ] || { echo "Filemill indexed no file of $folder" >&2; exit 1; }
copies=$(((files + good - 1) / good))
count=$((copies * good))

coproc extraction { exec "${java_bin}java" -Xmx1g -Dslf4j.provider=org.slf4j.nop.NOPServiceProvider -cp "$classes" Extraction $slots 2>/dev/null; }
extract() { # FOLDER: sets seconds
    echo "$1" >&"${extraction[1]}"
    read -r seconds <&"${extraction[0]}"
}

copy() { # ROUND: new copies of the good files
    rm -rf "$work/copies"
    "${java_bin}java" -cp "$work/classes" Copies "$work/copies" $(($1 * copies)) $((($1 + 1) * copies - 1)) "$work/items"
}

echo "$good good files, $count with copies, $slots slots"
copy 0
extract "$work/copies"
task "$work/copies" >/dev/null
ratios=()
for ((round = 1; round <= rounds; round++)); do
    copy $round
    extract "$work/copies"
    read -r whole successful < <(task "$work/copies")
    [ "$successful" = "$count" ] || { echo "only $successful of $count succeeded" >&2; exit 1; }
    ratio=$(awk "BEGIN { printf \"%.3f\", $whole / $seconds }")
    ratios+=("$ratio")
    echo "round $round: extraction $seconds s, Filemill $whole s, ratio $ratio"
done
echo "median ratio $(printf '%s\n' "${ratios[@]}" | sort -n | sed -n "$((rounds / 2 + 1))p")"
