# Sourced by demo.sh and test.sh after deps.sh: configures and builds in build/<preset>, which both
# share, so that nothing is compiled twice.
# shellcheck shell=bash

# sluice_configure <preset> <scope>: scope `demo` leaves out tests and benchmarks unless an earlier
# call already configured `all`. Ninja itself notices changed CMake files, but not changed presets.
sluice_configure() {
  local preset=$1 scope=$2
  local dir=build/$preset
  local stamp=$dir/.configured_scope
  if [[ -f $stamp && ! CMakePresets.json -nt $stamp ]]; then
    local have
    have=$(<"$stamp")
    [[ $have != all && $have != "$scope" ]] || return 0
  fi

  local parts=ON
  [[ $scope == all ]] || parts=OFF
  echo "Configuring $dir ..."
  mkdir -p "$dir"
  local log=$dir/configure.log
  cmake --preset "$preset" -DSLUICE_BUILD_TESTS=$parts -DSLUICE_BUILD_BENCHMARKS=$parts \
    -DSLUICE_BUILD_EXAMPLES=ON >"$log" 2>&1 || {
    cat "$log" >&2
    sluice_fail "configuring failed, see above (also in $log)"
  }
  echo "$scope" >"$stamp"
}

# As many compilers as there are processors, but no more than memory holds: one needs up to 1 GiB.
sluice_jobs() {
  local processors memory_gib
  processors=$(nproc)
  memory_gib=$(awk '/^MemTotal:/ { print int($2 / 1048576) }' /proc/meminfo)
  ((memory_gib >= 1)) || memory_gib=1
  echo $((processors < memory_gib ? processors : memory_gib))
}

# sluice_build <preset> [<target>]
sluice_build() {
  local preset=$1
  shift
  NINJA_STATUS='[%f/%t] ' cmake --build "build/$preset" --parallel "$(sluice_jobs)" \
    ${1:+--target "$1"} || sluice_fail "the build failed, see above"
}
