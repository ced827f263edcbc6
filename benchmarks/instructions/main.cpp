// Runs one piece of work under valgrind, which counts the instructions of two stretches: the loop
// by hand and the library, each after a run that warms up. check.sh reads what valgrind has
// counted.

#include <cstring>
#include <exception>
#include <iostream>

#include "workloads.hpp"

#ifdef SLUICE_HAS_CALLGRIND
#  include <valgrind/callgrind.h>
#endif

namespace {

struct made_from {
  char const* name;
  bench::workload (*make)();
};

constexpr made_from all[] = {{"word_count", bench::word_count},
                             {"fused_chain", bench::fused_chain},
                             {"keyed_counter", bench::keyed_counter}};

#ifdef SLUICE_HAS_CALLGRIND
#  if defined(__clang__)
#    define SLUICE_COMPILER "clang-" << __clang_major__
#  else
#    define SLUICE_COMPILER "gcc-" << __GNUC__
#  endif

void count(char const* label, std::function<void()> const& run) {
  CALLGRIND_START_INSTRUMENTATION;
  run();
  CALLGRIND_STOP_INSTRUMENTATION;
  CALLGRIND_DUMP_STATS_AT(label);
}

int measure(bench::workload const& work) {
  // By hand first: its result is what the library is checked with.
  work.hand();
  work.product();
  count("hand", work.hand);
  count("product", work.product);
  std::cout << "compiler " << SLUICE_COMPILER << "\nrecords " << work.records << '\n';
  return 0;
}
#else
int measure(bench::workload const&) {
  std::cerr << "this program was compiled without valgrind/callgrind.h\n";
  return 77;
}
#endif

}  // namespace

int main(int argc, char** argv) try {
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) {
    for (auto const& each : all) std::cout << each.name << '\n';
    return 0;
  }
  for (auto const& each : all)
    if (argc == 2 && std::strcmp(argv[1], each.name) == 0) return measure(each.make());
  std::cerr << "usage: " << argv[0]
            << " --list | WORKLOAD; benchmarks/instructions/check.sh runs it\n";
  return 2;
} catch (std::exception const& failed) {
  std::cerr << argv[0] << ": " << failed.what() << '\n';
  return 1;
}
