#!/usr/bin/env bash
# Installs what is missing, builds and runs the word count on live input. Arguments go to the
# program: scripts/demo.sh --help lists them. Only the program writes to standard output.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/deps.sh
source scripts/deps.sh
# shellcheck source=scripts/build.sh
source scripts/build.sh

{
  sluice_install "${sluice_build_packages[@]}"
  sluice_configure dev demo
  sluice_build dev word_count
} >&2
exec build/dev/examples/word_count/word_count "$@"
