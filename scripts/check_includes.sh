#!/usr/bin/env bash
# Checks every #include against the layers of the project and names each one that breaks a rule:
#
#   file:line: #include <...>: the rule
#
# usage: scripts/check_includes.sh [ROOT]     ROOT: a tree laid out like this one, default: this one
#
# The rules:
#   1. A component includes itself and the ones below it:
#      testkit > actors > receivers, sinks > supervision > operators.
#   2. Public headers include the standard library, the compiler's intrinsics, Boost without its I/O
#      parts, and public headers in angle brackets. CAF, Asio and spdlog stay in .cpp files and
#      private headers; the one exception is actors/include/sluice/actors/interop.hpp.
#   3. operators/ includes no more than that in no file, and leaves out the threads and files of the
#      standard library and all of Boost but header-only containers and reflection.
#   4. A quoted include with .. stays inside the component's own src/.
#   5. Programs, examples and benchmarks use public headers only.
set -euo pipefail

root=${1:-$(dirname "${BASH_SOURCE[0]}")/..}
cd "$root" || exit 2

folders=()
for folder in operators supervision receivers sinks actors testkit supervise tool examples benchmarks; do
  [[ ! -d $folder ]] || folders+=("$folder")
done
((${#folders[@]})) || { echo "check_includes: $PWD has no component to check" >&2; exit 2; }

# Lines of the form file:line:#include <name>. No include at all is no error.
includes() {
  grep -rnE --include='*.hpp' --include='*.cpp' --include='*.h' \
    '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]' "${folders[@]}" || [[ $? == 1 ]]
}

includes | awk '
  BEGIN {
    may_use["operators"] = "operators"
    may_use["supervision"] = "operators supervision"
    may_use["receivers"] = "operators supervision receivers"
    may_use["sinks"] = "operators supervision sinks"
    may_use["actors"] = "operators supervision receivers sinks actors"
    may_use["testkit"] = "operators supervision receivers sinks actors testkit"

    walled = "^(caf|spdlog|fmt)/|^boost/(asio|beast)([./]|$)"
    boost_for_operators = "^boost/(assert|config|container|container_hash|core|describe|functional|" \
      "intrusive|mp11|move|pfr|preprocessor|random|static_assert|throw_exception|type_traits|unordered|" \
      "version|unordered_map|unordered_set)([./]|_fwd|$)"
    runs_or_stores = "^(barrier|condition_variable|filesystem|fstream|future|latch|semaphore|" \
      "stop_token|thread)$"
    interop = "actors/include/sluice/actors/interop.hpp"
  }

  function broken(rule) {
    printf "%s:%s: #include %s: %s\n", file, line, spelled, rule
    count++
  }

  function allowed(component) { return index(" " may_use[owner] " ", " " component " ") > 0 }

  # The component a project header belongs to, "" for a header from elsewhere.
  function component_of(name,    parts) {
    if (name == "sluice/sluice.hpp" || name == "sluice/version.hpp") return "actors"
    if (name == "sluice/testkit.hpp") return "testkit"
    split(name, parts, "/")
    if (parts[1] == "sluice") return parts[2]
    return (parts[1] in may_use) && parts[2] == "src" ? parts[1] : ""
  }

  # A quoted name that is a file beside the including one, as private headers are.
  function is_beside(file, name,    found, ignored) {
    sub(/[^\/]*$/, "", file)
    found = (getline ignored < (file name)) >= 0
    close(file name)
    return found
  }

  # Whether the way up from the file ends inside the src/ it started in.
  function stays_inside(file, name,    depth, steps, i, n) {
    depth = split(file, steps, "/") - 3
    n = split(name, steps, "/")
    for (i = 1; i <= n; i++)
      if ((depth += steps[i] == ".." ? -1 : 1) < 0) return 0
    return 1
  }

  # A header of the compiler: the standard library or the intrinsics of a processor.
  function is_standard(name) { return name ~ /^[a-z_0-9]+$/ || name ~ /^([a-z]mmintrin|immintrin|arm_neon)\.h$/ }

  {
    match($0, /^[^:]+:[0-9]+:/)
    split(substr($0, 1, RLENGTH), place, ":")
    file = place[1]; line = place[2]
    rest = substr($0, RLENGTH + 1)
    match(rest, /[<"][^>"]*[>"]/)
    spelled = substr(rest, RSTART, RLENGTH)
    name = substr(spelled, 2, length(spelled) - 2)
    split(file, path, "/")
    owner = path[1]
    is_public = path[2] == "include"
    beside = spelled ~ /^"/ && is_beside(file, name)
    component = component_of(name)

    if (name ~ /(^|\/)\.\.(\/|$)/ && (is_public || !beside || !stays_inside(file, name))) {
      broken("an include climbs with .. only inside its own src/; spell it from the root")
      next
    }
    if (!(owner in may_use)) {
      if (name ~ /^[a-z]+\/src\//) broken(owner "/ uses public headers only")
      next
    }
    if (component != "" && !(component in may_use)) {
      broken("there is no component named " component)
      next
    }
    if (component != "" && !allowed(component)) {
      broken(owner "/ may include only: " may_use[owner] " (includes go downwards)")
      next
    }
    if (is_public && (beside || component != "" && (spelled ~ /^"/ || name ~ /\/src\//))) {
      broken("a public header includes public headers only, in angle brackets")
      next
    }
    if (component != "" || beside) next

    if (owner == "operators") {
      if (is_standard(name) ? name ~ runs_or_stores : name !~ boost_for_operators) {
        broken("operators/ includes only the standard library (no threads, no files) and " \
               "header-only Boost containers and reflection")
        next
      }
    }
    if (is_public && file != interop) {
      if (name ~ walled)
        broken("CAF, Asio and spdlog stay in .cpp files and private headers")
      else if (!is_standard(name) && name !~ /^boost\//)
        broken("a public header includes only the standard library, Boost and sluice")
    }
  }

  END {
    if (count) {
      printf "check_includes: %d include%s against the rules\n", count, count == 1 ? "" : "s"
      exit 1
    }
    printf "check_includes: %d includes, all within the rules\n", NR
  }
'
