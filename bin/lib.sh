# Shared by bin/up, bin/test, bin/manage, bin/lock, .ci/run and the Dockerfile; to be sourced.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv
python=$venv/bin/python
home=${ISLANDFLOW_HOME:-var}
if [[ $home != /* ]]; then home=$root/$home; fi # a relative home counts from the project's folder

fail() {
    echo "$*" >&2
    exit 1
}

find_python() {
    local candidate
    for candidate in python3.11 python3 python3.12 python3.13; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed and none is on PATH. On Debian: apt-get install python3 python3-venv"
}

# What an environment stands for: its folder, its Python, and the locked files of the given kind.
environment_stamp() {
    local kind=$1 files=("$root/requirements.txt")
    if [ "$kind" = dev ]; then files+=("$root/requirements-dev.txt"); fi
    { echo "$kind $venv $("$python" -V 2>&1)"; cat "${files[@]}"; } | sha256sum | cut -d ' ' -f 1
}

is_environment_current() {
    local kind
    for kind in "$@"; do
        if [ -x "$python" ] && [ -f "$venv/stamp-$kind" ] &&
            [ "$(cat "$venv/stamp-$kind")" = "$(environment_stamp "$kind")" ]; then
            return 0
        fi
    done
    return 1
}

create_venv() {
    local base
    if "$python" -m pip --version >/dev/null 2>&1; then return; fi
    base=$(find_python)
    # Debian keeps ensurepip in a package of its own, and without it venv leaves half a folder.
    if ! "$base" -c 'import ensurepip' 2>/dev/null; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            apt-get -q update >&2 && apt-get -q -y install python3-venv >&2
        else
            fail "$base lacks the module ensurepip, so no virtual environment can be made. As root: apt-get install python3-venv"
        fi
    fi
    "$base" -m venv "$venv" # not --clear: the lock lies in this folder
}

# ensure_venv runtime|dev: the virtual environment from the hash-locked files, with the pip
# configuration of this machine. The stamp makes later calls free.
ensure_venv() {
    local kind=$1
    # What the tests need includes what the programs need.
    if is_environment_current "$kind" dev; then return; fi
    mkdir -p "$venv"
    (
        flock 9 # two commands started together build it once
        if is_environment_current "$kind" dev; then exit 0; fi
        create_venv
        files=(-r "$root/requirements.txt")
        if [ "$kind" = dev ]; then files+=(-r "$root/requirements-dev.txt"); fi
        # --no-deps: the locked files are complete, so nothing is left to resolve.
        "$python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
            --no-warn-script-location "${files[@]}" >"$venv/install.log" 2>&1 9>&- ||
            fail "The Python packages cannot be installed. The end of $venv/install.log:
$(tail -n 15 "$venv/install.log")"
        rm -f "$venv"/stamp-*
        environment_stamp "$kind" >"$venv/stamp-$kind"
    ) 9>"$venv/lock"
}

# Say what takes long only when it does.
ensure_venv_aloud() {
    if ! is_environment_current "$1" dev; then echo "making the Python environment (once) ..." >&2; fi
    ensure_venv "$1"
}

# Run a command with the services up; it replaces this shell.
with_services() {
    cd "$root"
    exec "$python" -m islandflow.embedded.run "$@"
}
