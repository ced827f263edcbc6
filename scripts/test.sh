#!/usr/bin/env bash
# Installs what is missing, builds everything and runs the whole test suite.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/deps.sh
source scripts/deps.sh
# shellcheck source=scripts/build.sh
source scripts/build.sh

usage() {
  cat <<'END'
usage: scripts/test.sh [--preset NAME] [CTEST-ARGUMENT...]

  --preset NAME   dev (default), release, asan, tsan, tidy or coverage
  the rest        goes to ctest, for example: -L operators, -R window, -LE package
END
}

preset=dev
case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  --preset=*) preset=${1#*=}; shift ;;
  --preset)
    [[ $# -ge 2 ]] || { usage >&2; exit 2; }
    preset=$2
    shift 2
    ;;
esac

packages=("${sluice_build_packages[@]}" "${sluice_test_packages[@]}")
case $preset in
  dev | release | asan | tsan) ;;
  tidy) packages+=(clang-tidy) ;;
  coverage) packages+=(gcovr) ;;
  *) sluice_fail "there is no preset '$preset'; there are: dev release asan tsan tidy coverage" ;;
esac

sluice_install "${packages[@]}"
sluice_configure "$preset" all
sluice_build "$preset"
ctest --preset "$preset" --output-on-failure --parallel "$(nproc)" "$@"
