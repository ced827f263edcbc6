#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

TEST_CASE("collect_into has one entry per batch, also for an empty one") {
  check_table(
      table<int>{{}, {1, 2}, {}, {3}}, [](auto in) { return in; }, table<int>{{}, {1, 2}, {}, {3}});
}

TEST_CASE("collect_into knows id and time of its batches, and all records in one") {
  in_every_way([](execution where) {
    streaming_context ssc{with_parallelism(2), std::move(where)};
    auto const out = collect(ssc.queue_stream<int>({{1, 2}, {}, {3}}));
    ssc.start();
    ssc.run_until_idle();
    auto const refs = out->refs();
    REQUIRE(refs.size() == 3);
    for (batch_id id = 1; id <= 3; ++id) CHECK(refs[id - 1].id == id);
    CHECK(refs[2].time - refs[0].time == 2h);
    CHECK(out->records() == std::vector{1, 2, 3});
  });
}

TEST_CASE("collect_into has no entry for a batch that a window does not have") {
  in_every_way([](execution where) {
    streaming_context ssc{with_parallelism(2), std::move(where)};
    auto const out = collect(ssc.queue_stream<int>({{1}, {2}, {3}}).window(2h, 2h));
    ssc.start();
    ssc.run_until_idle();
    REQUIRE(out->refs().size() == 1);
    CHECK(out->refs()[0].id == 2);
  });
}

TEST_CASE("collect_into owns records that were views") {
  check_table(
      table<std::string>{{"a rather long line of text", "b"}, {}},
      [](auto in) { return in.flat_map(split_words); },
      table<std::string>{{"a", "rather", "long", "line", "of", "text", "b"}, {}});
}

TEST_CASE("collect_into of two streams with one target appends both, in order of registration") {
  check_everywhere<int>(
      [](streaming_context& ssc) {
        auto const in = ssc.queue_stream<int>({{1}, {2}});
        auto const out = std::make_shared<collected<int>>();
        in.collect_into(out);
        in.map([](int x) { return -x; }).collect_into(out);
        return out;
      },
      {{1}, {-1}, {2}, {-2}});
}

TEST_CASE("collect_into nothing is a usage_error") {
  streaming_context ssc{with_parallelism(2)};
  auto const in = ssc.queue_stream<int>({{1}});
  check_says(message_of([&] { in.collect_into(nullptr); }), {"collect_into", "null"});
}
