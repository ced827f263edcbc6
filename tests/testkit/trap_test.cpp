#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>
#include <chrono>
#include <sluice/testkit/trap.hpp>
#include <thread>

#include "word_count_pipeline.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace sluice::testkit;

namespace {

run_result run_with(std::function<int(int)> f) {
  trap_real_world();
  return simulate(1, [f](streaming_context& ssc, scene& in) {
    in.input<int>(ssc, {{1}, {2}}).map(f).to(in.output<int>("out"));
  });
}

void check_trapped(std::function<int(int)> f, char const* function) {
  try {
    auto const result = run_with(std::move(f));
    FAIL("not trapped: ", result.failure.value_or("no failure"));
  } catch (falsified const& found) {
    INFO(std::string{found.what()});
    CHECK(found.reduced().failure.find(function) != std::string::npos);
    CHECK(found.reduced().failure.find("stage 0/") != std::string::npos);
  }
}

}  // namespace

TEST_CASE("trap: the real clock in a function of the stream fails the run") {
  check_trapped(
      [](int x) {
        return static_cast<int>(std::chrono::steady_clock::now().time_since_epoch().count()) * 0 +
               x;
      },
      "clock_gettime");
}

TEST_CASE("trap: a real file in a function of the stream fails the run") {
  check_trapped(
      [](int x) {
        close(open("/dev/null", O_RDONLY));
        return x;
      },
      "open");
}

TEST_CASE("trap: a thread in a function of the stream fails the run") {
  check_trapped(
      [](int x) {
        std::thread{[] {}}.join();
        return x;
      },
      "pthread_create");
}

TEST_CASE("trap: the runtime itself keeps inside the simulated world") {
  trap_real_world();
  auto const done = for_seeds(50, declare_word_count, {.faults = storm()});
  CHECK(done.runs == 50);
}
