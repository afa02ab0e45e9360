#!/usr/bin/env bash
# Filemill beside other queues on one PostgreSQL: bench/peers.sh [ROUNDS] [FILES]
# In each round, one after the other: JobRunr with bookkeeping file by file, Filemill, db-scheduler, and if npm is there graphile-worker, with its
# defaults and as it advises; eight slots, jobs that do nothing. Prints files per second, the medians, and what Filemill does to each.
# Needs Maven, and Filemill built: mvn -DskipTests package
set -euo pipefail

rounds=${1:-5}
files=${2:-100000}
slots=8
here=$(cd "$(dirname "$0")" && pwd)
java_bin=${JAVA_HOME:+$JAVA_HOME/bin/}
work=$(mktemp -d)
stop() {
    exec 7>&- || true
    wait || true
    rm -rf "$work"
}
trap stop EXIT

(cd "$here/peers" && mvn -q -B -ntp package dependency:copy-dependencies \
    -DoutputDirectory="$work/lib" >&2)
cp -r "$here/peers/target/classes" "$work/classes"
java=("${java_bin}java" -Xmx1g -XX:+UseSerialGC -cp "$work/classes:$work/lib/*")

mkfifo "$work/open"
"${java[@]}" Server <"$work/open" >"$work/port" &
exec 7>"$work/open"
until [ -s "$work/port" ]; do sleep 0.2; done
port=$(cat "$work/port")
url() { echo "jdbc:postgresql://127.0.0.1:$port/$1?user=postgres"; }
for name in jobrunr scheduler filemill graphile; do
    "${java[@]}" Database "$port" "$name"
done

if command -v npm >/dev/null; then
    cp "$here"/peers/graphile/* "$work"
    (cd "$work" && npm install --silent --no-fund --no-audit >&2)
fi
graphile() { (cd "$work" && node_modules/.bin/node drain.mjs "postgres://postgres@127.0.0.1:$port/graphile" "$files" "$slots" "$1"); }
filemill() {
    FILEMILL_DATA_DIR=$work/data FILEMILL_DB_URL=$(url filemill) "$here/../filemill" bench --files "$files" --slots $slots --pickups 1 --json 2>/dev/null |
        sed -n 's/.*"drainPerSecond":\([0-9]*\).*/\1/p'
}

# The naive one is slow, so it gets fewer files.
declare -A command=(
    [naive]="${java[*]@Q} NaiveJobRunr $(printf %q "$(url jobrunr)") $((files / 20)) $slots"
    [filemill]=filemill
    [db-scheduler]="${java[*]@Q} DbScheduler $(printf %q "$(url scheduler)") $files $slots"
    [graphile]="graphile defaults"
    [graphile-advised]="graphile advised"
)
systems=(naive filemill db-scheduler)
[ ! -e "$work/drain.mjs" ] || systems+=(graphile graphile-advised)

median() { sort -n "$work/$1" | sed -n "$((($(wc -l <"$work/$1") + 1) / 2))p"; }
for ((round = 1; round <= rounds; round++)); do
    for system in "${systems[@]}"; do
        eval "${command[$system]}" >>"$work/$system" 2>>"$work/log"
        printf 'round %d  %-17s %7d files/s\n' "$round" "$system" "$(tail -n 1 "$work/$system")"
    done
done
ours=$(median filemill)
for system in "${systems[@]}"; do
    theirs=$(median "$system")
    printf 'median   %-17s %7d files/s   Filemill does %5.2f times as many\n' "$system" "$theirs" "$(awk "BEGIN { print $ours / $theirs }")"
done
