#!/bin/sh
# Times `make up` on a fresh clone with empty caches, again with everything running, and again after `make down`.
set -eu
root=$(git rev-parse --show-toplevel)
scratch=$(mktemp -d)
trap 'cd "$scratch/clone" && make clean >/dev/null 2>&1; rm -rf "$scratch"' EXIT
export UV_CACHE_DIR="$scratch/uv" PIP_NO_CACHE_DIR=1 npm_config_cache="$scratch/npm" DOCQA_STACK=fresh
git clone -q "$root" "$scratch/clone"
cd "$scratch/clone"
timed() {
    start=$(date +%s.%N)
    make up >"$scratch/log" 2>&1 || { cat "$scratch/log"; exit 1; }
    echo "| $1 | $(awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { printf "%.1f s", b - a }') |"
}
timed "fresh clone, empty caches"
timed "again, nothing changed"
make down >/dev/null 2>&1
timed "after make down"
printf '\n"""Changed."""\n' >> functions/ingest/chunk.py
timed "one function changed"
