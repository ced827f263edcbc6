#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

TEST_CASE("checkpoint changes no record") {
  check_table(
      table<int>{{1, 2}, {}}, [](auto s) { return s.checkpoint(2h); }, table<int>{{1, 2}, {}});
}

TEST_CASE("the shortest checkpoint interval counts, that of the options included") {
  auto o = with_parallelism(1);
  streaming_context ssc{o, in_calling_thread()};
  auto const in = ssc.queue_stream<int>({{1}});
  collect(in.checkpoint(3h).count().checkpoint(1h));
  CHECK(ssc.settings().checkpoints.interval == 10s);
  ssc.start();
  CHECK(ssc.settings().checkpoints.interval == 10s);

  o.checkpoints.interval = std::chrono::hours{24};
  streaming_context other{o, in_calling_thread()};
  collect(other.queue_stream<int>({{1}}).checkpoint(3h));
  other.start();
  CHECK(other.settings().checkpoints.interval == 3h);
}

TEST_CASE("a checkpoint interval is a multiple of the slide, asked for before the start") {
  streaming_context ssc{with_parallelism(1), in_calling_thread()};
  auto const in = ssc.queue_stream<int>({{1}});
  CHECK_THROWS_WITH_AS(in.checkpoint(0h), doctest::Contains("must be positive"), usage_error);
  CHECK_THROWS_WITH_AS(in.checkpoint(30min), doctest::Contains("no multiple"), usage_error);
  CHECK_THROWS_WITH_AS(in.window(4h, 2h).checkpoint(3h), doctest::Contains("no multiple"),
                       usage_error);
  collect(in);
  ssc.start();
  CHECK_THROWS_WITH_AS(in.checkpoint(2h), doctest::Contains("has been started"), usage_error);
}
