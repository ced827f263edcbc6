#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

std::string const nothing_is_written_down =
    "if the process ends: at most once, for nothing is written down; set options.checkpoint_dir\n";

auto const keyed = [](int x) { return std::pair{x % 2, x}; };

}  // namespace

TEST_CASE("explain shows stages, the steps on their way in, and the exchange") {
  streaming_context ssc{with_parallelism(3)};
  collect(ssc.queue_stream<int>({{1}})
              .filter([](int x) { return x > 0; })
              .map(keyed)
              .reduce_by_key(std::plus<>{}, 5)
              .named("sums"));
  CHECK(ssc.explain() ==
        "stage 0 (3 partitions)\n"
        "  queue#1\n"
        "stage 1 (5 partitions)\n"
        "  from stage 0 [hash]: filter#2 -> map#3 -> sums\n"
        "  sums\n"
        "stage 2 (1 partition)\n"
        "  from stage 1 [gather]: collect_into#5\n"
        "  collect_into#5\n" +
            nothing_is_written_down);
}

TEST_CASE("explain shows operators that run together in one stage") {
  streaming_context ssc{with_parallelism(2)};
  auto const in = ssc.queue_stream<int>({{1}});
  collect(in.union_with(in.map([](int x) { return -x; })).window(2h));
  CHECK(ssc.explain() ==
        "stage 0 (2 partitions)\n"
        "  queue#1\n"
        "  union_with#3 <- queue#1, map#2 <- queue#1\n"
        "  window#4 <- union_with#3\n"
        "stage 1 (1 partition)\n"
        "  from stage 0 [gather]: collect_into#5\n"
        "  collect_into#5\n" +
            nothing_is_written_down);
}

TEST_CASE("explain leaves out what feeds no output") {
  streaming_context ssc{with_parallelism(2)};
  auto const in = ssc.queue_stream<int>({{1}});
  CHECK(ssc.explain().empty());
  in.map(keyed).reduce_by_key(std::plus<>{});
  CHECK(ssc.explain().empty());
  collect(in);
  CHECK(ssc.explain().find("reduce_by_key") == std::string::npos);
}

TEST_CASE("explain says the same before the start, while the stream runs and after its end") {
  streaming_context ssc{with_parallelism(2), in_calling_thread()};
  collect(ssc.queue_stream<int>({{1}}).count());
  auto const before = ssc.explain();
  ssc.start();
  ssc.run_until_idle();
  CHECK(ssc.explain() == before);
  ssc.stop();
  CHECK(ssc.explain() == before);
}
