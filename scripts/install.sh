#!/bin/sh
# Installs one set of pinned requirements into .venv, making it first where there is none: install.sh base|dev|…
#
# A copy of the requirements stays in .venv when they are installed. While it is the same nothing is done, in a few
# milliseconds, which is what makes a second `make run` quick. Set PYTHON to choose an interpreter.
set -eu

cd "$(dirname "$0")/.."
set_name=${1:?"which set? base, dev, browser or pgserver"}
requirements=requirements/$set_name.txt
installed=.venv/installed-$set_name.txt

complain() {
    echo "install: $*" >&2
    exit 1
}

[ -f "$requirements" ] || complain "there is no $requirements."

# dev contains base, at the same versions.
if [ -x .venv/bin/python ]; then
    if cmp -s "$requirements" "$installed"; then
        exit 0
    fi
    if [ "$set_name" = base ] && cmp -s requirements/dev.txt .venv/installed-dev.txt; then
        exit 0
    fi
fi

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$new_enough" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

if [ ! -x .venv/bin/python ]; then
    python=$(find_python)
    [ -n "$python" ] || complain "Python 3.11 or newer is needed${PYTHON:+, and $PYTHON is not that}."
    echo "Making the virtual environment .venv"
    if command -v uv >/dev/null 2>&1; then
        UV_PYTHON_DOWNLOADS=never uv venv --quiet --clear --python "$python" .venv
    else
        if ! "$python" -c 'import ensurepip, venv; ensurepip.version()' 2>/dev/null; then
            version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
            complain "this Python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv" \
                "(or python$version-venv)."
        fi
        "$python" -m venv --clear .venv
    fi
fi

echo "Installing $requirements"
# Hashes say what may come in, and wheels run nothing while they are installed. Byte-compiling now saves every start
# almost two seconds.
if command -v uv >/dev/null 2>&1; then
    uv pip install --quiet --python .venv/bin/python --require-hashes --only-binary :all: --compile-bytecode \
        --requirement "$requirements"
else
    [ -x .venv/bin/pip ] || .venv/bin/python -m ensurepip >/dev/null
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes \
        --only-binary :all: --compile --requirement "$requirements"
fi
cp "$requirements" "$installed"
