#!/bin/sh
# Makes .venv from a requirements file: environment.sh PYTHON REQUIREMENTS STAMP. Prints one line a step.
set -eu
python=$1 requirements=$2 stamp=$3
"$python" - <<'CHECK' || exit 1
import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(f"DocQA needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}. Name another: make up PYTHON=python3.12")
CHECK
wanted=$("$python" -c 'import sys; print(".".join(map(str, sys.version_info[:3])))')
if [ ! -x .venv/bin/python ] || [ "$(cat .venv/.python 2>/dev/null)" != "$wanted" ]; then
    echo "... creating .venv with Python $wanted" >&2
    rm -rf .venv
    "$python" -m venv .venv || { echo "python3 cannot make virtual environments (Debian: apt-get install python3-venv)" >&2; exit 1; }
    echo "$wanted" > .venv/.python
fi
# What make test needs holds what make up needs: an environment that was once made for tests stays one.
case "$(cat .venv/.installed 2>/dev/null)" in requirements/dev.txt*) requirements=requirements/dev.txt ;; esac
content="$requirements $(cksum < "$requirements")"
if [ "$(cat .venv/.installed 2>/dev/null)" != "$content" ]; then
    echo "... installing $requirements" >&2
    [ -x .venv/bin/uv ] || .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps \
        "$(sed -n 's/ *\\$//; /^uv==/p' requirements/up.txt)"
    .venv/bin/uv pip sync -q --python .venv/bin/python --require-hashes "$requirements"
    echo "$content" > .venv/.installed
fi
.venv/bin/uv pip install -q --offline --python .venv/bin/python --no-deps --no-build-isolation -e .
touch "$stamp"
