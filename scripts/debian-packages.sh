#!/usr/bin/env bash
# Install the Debian packages that Raiment needs and this machine lacks.
#
#   scripts/debian-packages.sh run    what `make run` needs: Python with venv and headers, a C++ compiler, make
#   scripts/debian-packages.sh test   also what `make test` needs: Chromium, fonts, a PostgreSQL server
#   scripts/debian-packages.sh arm    what `make arm` needs: a compiler for 64-bit ARM and an emulator
#
# Does nothing, and asks apt nothing, where all is there already, from whatever source. Never adds a source.
# Uses sudo where it is not root. Asks no questions.
set -euo pipefail

missing=()

need() { # PACKAGE CHECK...
  local package=$1
  shift
  "$@" || missing+=("$package")
}

has() { command -v "$1" > /dev/null; }

any_file() { compgen -G "$1" > /dev/null; }

need_python() {
  if ! has python3; then
    missing+=(python3 python3-venv python3-dev)
    return
  fi
  # A Python that is not Debian's brings these along.
  [ "$(command -v python3)" = /usr/bin/python3 ] || return 0
  local version
  version=$(basename "$(readlink -f /usr/bin/python3)")
  need python3-venv test -d "/usr/lib/$version/ensurepip"
  need python3-dev test -f "/usr/include/$version/Python.h"
}

need_for_run() {
  need_python
  need g++ has g++
  need make has make
}

need_for_test() {
  need_for_run
  need chromium has chromium
  need fonts-dejavu-core any_file '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'
  need fonts-liberation any_file '/usr/share/fonts/truetype/liberation*/LiberationSans-Regular.ttf'
  # The suite starts a server of its own.
  [ -n "${RAIMENT_TEST_DATABASE_URL:-}" ] || need postgresql any_file '/usr/lib/postgresql/*/bin/initdb'
}

need_for_arm() {
  need g++ has g++
  need g++-aarch64-linux-gnu has aarch64-linux-gnu-g++
  need qemu-user-static has qemu-aarch64-static
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

no_default_cluster=/etc/postgresql-common/createcluster.d/raiment-installs.conf

install_missing() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get --yes --no-install-recommends)
  as_root "${apt[@]}" update
  case " ${missing[*]} " in
    *" postgresql "*)
      # Debian would make and start a cluster at once, which nobody asked for.
      as_root mkdir -p "${no_default_cluster%/*}"
      trap 'as_root rm -f "$no_default_cluster"' EXIT
      echo "create_main_cluster = false" | as_root tee "$no_default_cluster" > /dev/null
      ;;
  esac
  as_root "${apt[@]}" install "${missing[@]}"
}

case "${1:-}" in
  run) need_for_run ;;
  test) need_for_test ;;
  arm) need_for_arm ;;
  *)
    echo "usage: $0 run|test|arm" >&2
    exit 2
    ;;
esac

[ ${#missing[@]} -gt 0 ] || exit 0
echo "missing: ${missing[*]}" >&2
if ! has apt-get || { [ "$(id -u)" != 0 ] && ! has sudo; }; then
  echo "install them as this system does it (these are Debian's names), then try again" >&2
  exit 1
fi
install_missing
