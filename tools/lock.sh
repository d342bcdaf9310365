#!/bin/sh
# Resolves every requirements source (*.in) into a pinned, hashed file without addresses.
set -eu
lock() { # lock SOURCE EXCLUDES TARGET
    echo "... $3" >&2
    .venv/bin/uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-emit-index-url \
        --no-emit-find-links --excludes "$2" --no-annotate --no-header -o "$3" "$1"
}
.venv/bin/python -m infra_cdk.packaging.lock
for source in localstack/requirements/*.in requirements/up.in requirements/dev.in benchmarks/peers/*.in; do
    lock "$source" benchmarks/peers/excludes.txt "${source%.in}.txt"
done
lock tools/models/reference.in tools/models/excludes.txt tools/models/reference.txt
lock tools/models/reference.in tools/models/excludes-cuda.txt tools/models/reference-cuda.txt
lock tests/llama/requirements.in tests/llama/excludes.txt tests/llama/requirements.txt
