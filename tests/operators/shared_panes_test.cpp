#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

using pairs = std::pair<int, int>;

auto const keyed = [](int x) { return std::pair{x % 5, x}; };

std::size_t pane_nodes(streaming_context const& ssc) {
  std::string const text = ssc.explain();
  std::size_t n = 0;
  for (auto at = text.find("\n  panes#"); at != std::string::npos; at = text.find("\n  panes#", at))
    ++n, ++at;
  return n;
}

/// One of the windows that share panes by key.
struct one_window {
  duration length;
  duration slide;
  bool inverse;

  explicit one_window(random_stream& random)
      : length{1h * static_cast<int>(1 + random.below(5))},
        slide{1h * static_cast<int>(1 + random.below(3))},
        inverse{random.below(2) == 0} {}
  dstream<pairs> operator()(auto const& in) const {
    return inverse ? in.reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, length, slide)
                   : in.reduce_by_key_and_window(std::plus<>{}, length, slide);
  }
};

struct fixture {
  streaming_context ssc{with_parallelism(2)};
  dstream<int> in = ssc.queue_stream<int>({{1}});
};

}  // namespace

TEST_CASE("windows that share their panes give what each gives alone") {
  for_seeds(10'000, [](random_stream& random) {
    auto const in = random_table(random, 40);
    std::vector<one_window> windows;
    for (auto n = 2 + random.below(3); n != 0; --n) windows.emplace_back(random);
    streaming_context ssc{with_parallelism(2), in_calling_thread()};
    auto const stream = ssc.queue_stream(in).map(keyed);
    std::vector<std::shared_ptr<collected<pairs>>> together;
    for (auto const& window : windows) together.push_back(collect(window(stream)));
    REQUIRE(pane_nodes(ssc) == 1);
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
    for (std::size_t i = 0; i != windows.size(); ++i)
      check_same(together[i]->batches(),
                 run_inline(in, [&](auto s) { return windows[i](s.map(keyed)); }));
  });
}

TEST_CASE("windows that share their panes give the same on actors and in every schedule") {
  table<int> const in{{1, 2, 3}, {4}, {}, {5, 6}, {7}};
  auto const both = [](auto s) {
    auto const pairs_of = s.map(keyed);
    return pairs_of.reduce_by_key_and_window(std::plus<>{}, 2h)
        .union_with(pairs_of.reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, 2h)
                        .filter([](auto const& pair) { return pair.second != 0; }));
  };
  check_records(in, both,
                table<pairs>{{{1, 1}, {2, 2}, {3, 3}, {1, 1}, {2, 2}, {3, 3}},
                             {{1, 1}, {2, 2}, {3, 3}, {4, 4}, {1, 1}, {2, 2}, {3, 3}, {4, 4}},
                             {{4, 4}, {4, 4}},
                             {{0, 5}, {1, 6}, {0, 5}, {1, 6}},
                             {{0, 5}, {1, 6}, {2, 7}, {0, 5}, {1, 6}, {2, 7}}});
}

TEST_CASE_FIXTURE(fixture, "explain shows the panes that windows share") {
  auto const by_key = in.map(keyed);
  collect(by_key.reduce_by_key_and_window(std::plus<>{}, 2h));
  collect(by_key.reduce_by_key_and_window(std::plus<>{}, std::minus<>{}, 3h));
  CHECK(
      ssc.explain().starts_with("stage 0 (2 partitions)\n"
                                "  queue#1\n"
                                "stage 1 (2 partitions)\n"
                                "  from stage 0 [hash]: map#2 -> panes#4\n"
                                "  panes#4\n"
                                "  reduce_by_key_and_window#3 <- panes#4\n"
                                "  reduce_by_key_and_window#6 <- panes#4\n"
                                "stage 2 (1 partition)\n"));
}

TEST_CASE_FIXTURE(fixture, "windows over all records share panes, and so do counting ones") {
  collect(in.reduce_by_window(std::plus<>{}, 2h));
  collect(in.reduce_by_window(std::plus<>{}, std::minus<>{}, 3h));
  CHECK(pane_nodes(ssc) == 1);
  collect(in.count_by_window(2h));
  collect(in.count_by_window(3h));
  CHECK(pane_nodes(ssc) == 2);
  collect(in.count_by_value_and_window(2h));
  collect(in.count_by_value_and_window(3h));
  CHECK(pane_nodes(ssc) == 3);
}

TEST_CASE_FIXTURE(fixture, "windows share no panes if their functions hold values") {
  auto const by_key = in.map(keyed);
  for (int limit : {10, 20})
    collect(by_key.reduce_by_key_and_window(
        [limit](int a, int b) { return std::min(a + b, limit); }, 2h));
  CHECK(pane_nodes(ssc) == 2);
}

TEST_CASE_FIXTURE(fixture, "windows share no panes if functions, steps or partitions differ") {
  auto const by_key = in.map(keyed);
  collect(by_key.reduce_by_key_and_window(std::plus<>{}, 2h));
  collect(by_key.reduce_by_key_and_window(std::multiplies<>{}, 2h));
  CHECK(pane_nodes(ssc) == 2);
  collect(in.map(keyed).reduce_by_key_and_window(std::plus<>{}, 2h));
  CHECK(pane_nodes(ssc) == 3);
  collect(by_key.reduce_by_key_and_window(std::plus<>{}, 2h, 1h, 5));
  CHECK(pane_nodes(ssc) == 4);
}
