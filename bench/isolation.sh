#!/usr/bin/env bash
# What parsing in child processes costs: bench/isolation.sh FOLDER [ROUNDS]
# Parses the good files of a folder in turns in one process and in children, and prints processor time per file.
# Needs the worker's jars: mvn -DskipTests package
set -euo pipefail

[ $# -ge 1 ] || { echo "usage: bench/isolation.sh FOLDER [ROUNDS]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
java_bin=${JAVA_HOME:+$JAVA_HOME/bin/}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

(cd "$work" && "${java_bin}java" -Djarmode=tools -jar "$here"/../worker/target/filemill-worker-*-exec.jar extract --destination worker >&2)
bundle=("$work"/worker/lib/filemill-parser-*-bundle.jar)
(cd "$work" && "${java_bin}jar" xf "${bundle[0]}")
parser="$work/filemill-parser/*"
classes="$work/classes:$work/worker/lib/*:$(echo "$work"/worker/*.jar):$parser"
"${java_bin}javac" -nowarn -d "$work/classes" -cp "$classes" "$here"/isolation/*.java

# The options of the children, so that only the isolation differs; the heap is that of both children together.
"${java_bin}java" -Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dslf4j.provider=org.slf4j.nop.NOPServiceProvider \
    -cp "$classes" IsolationBenchmark "$parser" "$1" "${2:-9}"
