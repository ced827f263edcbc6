# Sourced by the scripts beside it: finds out which Debian packages are missing and installs them.
#
#   sluice_install <package>...
#
# Says what it installs, uses sudo when not root, and does nothing when all is there. "boost" stands
# for the package with the headers of Boost 1.81 or newer.
# shellcheck shell=bash

# What building and running needs, and what the tests need on top. Arrays for the sourcing script.
# shellcheck disable=SC2034
sluice_build_packages=(
  g++ cmake ninja-build pkg-config ccache
  libcaf-dev boost libspdlog-dev libfmt-dev libsqlite3-dev libxxhash-dev libcli11-dev)
# shellcheck disable=SC2034
sluice_test_packages=(doctest-dev libbenchmark-dev python3 valgrind)
# shellcheck disable=SC2034
sluice_format_packages=(clang-format)

sluice_fail() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  exit 1
}

# Not installed, or removed with its configuration left behind.
sluice_is_missing() {
  [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) != installed ]]
}

sluice_apt() {
  local as_root=()
  [[ $(id -u) == 0 ]] || as_root=(sudo)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 \
    -o DPkg::Lock::Timeout=300 "$@"
}

# Copies the output of apt to a log and tells of every 20th package, so that a long installation is
# seen to move without pages of text.
sluice_apt_progress() {
  local line done=0
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$1"
    if [[ $line == "Setting up "* ]] && ((++done % 20 == 0)); then
      echo "  $done packages set up"
    fi
  done
}

# Whether apt knows a version to install. The output is read into a variable: a pipe into grep -q
# would break under pipefail.
sluice_apt_has() {
  local policy
  policy=$(LC_ALL=C apt-cache policy "$1" 2>/dev/null)
  [[ $policy == *"Candidate: "[0-9]* ]]
}

# Whether the installed or, failing that, the installable libboost-dev is new enough.
sluice_default_boost_is_new() {
  local version
  version=$(dpkg-query -W -f='${Version}' libboost-dev 2>/dev/null) ||
    version=$(LC_ALL=C apt-cache policy libboost-dev 2>/dev/null | sed -n 's/^ *Candidate: //p')
  [[ -n $version ]] && dpkg --compare-versions "$version" ge 1.81
}

# Debian 12 has Boost 1.74 as libboost-dev and 1.81 beside it; later releases have a newer default.
sluice_boost_package() {
  if sluice_is_missing libboost1.81-dev && sluice_default_boost_is_new; then
    echo libboost-dev
  else
    echo libboost1.81-dev
  fi
}

sluice_require_debian() {
  local tool
  for tool in dpkg-query apt-get apt-cache; do
    command -v "$tool" >/dev/null || sluice_fail \
      "this script installs Debian packages and $tool is not here. Install by hand: a C++20 compiler, CMake 3.24, Ninja, CAF 0.17.6, Boost 1.81, spdlog, SQLite 3, xxhash, CLI11, doctest; then: cmake --preset dev && cmake --build --preset dev"
  done
}

sluice_missing_packages() {
  local package
  for package in "$@"; do
    [[ $package != boost ]] || package=$(sluice_boost_package)
    if sluice_is_missing "$package"; then
      echo "$package"
    fi
  done
}

sluice_install() {
  sluice_require_debian
  local missing package
  mapfile -t missing < <(sluice_missing_packages "$@")
  ((${#missing[@]})) || return 0
  if [[ $(id -u) != 0 ]] && ! command -v sudo >/dev/null; then
    sluice_fail "packages are missing and only root may install them (there is no sudo). As root: apt-get install ${missing[*]}"
  fi

  # A machine without package lists, or with stale ones, does not know the packages yet.
  for package in "${missing[@]}"; do
    if ! sluice_apt_has "$package"; then
      echo "Reading the package lists ..."
      sluice_apt update
      mapfile -t missing < <(sluice_missing_packages "$@")
      break
    fi
  done
  for package in "${missing[@]}"; do
    sluice_apt_has "$package" || sluice_fail \
      "apt has no package $package; Debian 12 (bookworm) or newer has it in its main section"
  done

  echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  if [[ " ${missing[*]} " == *" libboost1.81-dev "* ]] && ! sluice_is_missing libboost-dev; then
    echo "(libboost1.81-dev takes the place of libboost-dev: Debian does not allow both)"
  fi
  local log=build/apt.log
  mkdir -p build
  : >"$log"
  # Lists that are out of date name files that are gone from the mirrors: read them anew, once.
  { sluice_apt install -y --no-install-recommends "${missing[@]}" ||
    { sluice_apt update && sluice_apt install -y --no-install-recommends "${missing[@]}"; }; } 2>&1 |
    sluice_apt_progress "$log" || {
      tail -n 20 "$log" >&2
      sluice_fail "apt-get could not install: ${missing[*]} (the whole output is in $log)"
    }
}
