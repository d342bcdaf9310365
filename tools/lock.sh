#!/bin/sh
# Resolves every requirements source (*.in) into a pinned, hashed file without addresses.
set -eu
.venv/bin/python -m infra_cdk.packaging.lock
for source in localstack/requirements/*.in requirements/up.in requirements/dev.in benchmarks/peers/*.in; do
    echo "... $source" >&2
    .venv/bin/uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-emit-index-url \
        --no-emit-find-links --excludes benchmarks/peers/excludes.txt --no-annotate --no-header -o "${source%.in}.txt" "$source"
done
