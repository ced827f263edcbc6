#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

using pairs = std::pair<int, int>;

auto const keyed = [](int x) { return pairs{x % 3, x}; };

}  // namespace

TEST_CASE("transform replaces a batch by what a function makes of its rdd") {
  check_records(
      table<int>{{3, 1, 2}, {}, {5}},
      [](auto in) {
        return in.transform([](rdd<int> const& numbers) {
          return numbers.sort_by([](int x) { return x; }).zip_with_index();
        });
      },
      table<std::pair<int, std::int64_t>>{{{1, 0}, {2, 1}, {3, 2}}, {}, {{5, 0}}});
}

TEST_CASE("transform hands over the batch time and keeps the partitions of the rdd") {
  check_records(
      table<int>{{1}, {2}},
      [](auto in) {
        auto const first = std::make_shared<std::optional<batch_time>>();
        return in.transform([first](rdd<int> const& numbers, batch_time now) {
          if (!*first) *first = now;
          return numbers.map([hours = (now - **first) / 1h](int x) { return pairs{x, hours}; });
        });
      },
      table<pairs>{{{1, 0}}, {{2, 1}}});
}

TEST_CASE("transform joins a batch with data at hand") {
  check_records_everywhere<std::pair<int, std::pair<int, std::string>>>(
      [](streaming_context& ssc) {
        auto const names =
            ssc.parallelize(std::vector<std::pair<int, std::string>>{{0, "none"}, {1, "one"}});
        return collect(
            ssc.queue_stream<int>({{3, 4}, {5}})
                .map(keyed)
                .transform([names](rdd<pairs> const& batch) { return batch.join(names); }));
      },
      {{{0, {3, "none"}}, {1, {4, "one"}}}, {}});
}

TEST_CASE("transform_with works on the batches of two streams") {
  check_records(
      table<int>{{1, 2, 3}, {2}},
      [](auto in) {
        auto const even = in.filter([](int x) { return x % 2 == 0; });
        return in.transform_with(
            even, [](rdd<int> const& all, rdd<int> const& some) { return all.subtract(some); });
      },
      table<int>{{1, 3}, {}});
}

TEST_CASE("transform whose function throws fails the batch, naming the operator") {
  check_failure(table<int>{{1}, {}},
                [](auto in) {
                  return in.transform([](rdd<int> const& numbers) {
                    if (numbers.count() == 0) throw std::runtime_error{"nothing here"};
                    return numbers;
                  });
                },
                table<int>{{1}}, {"'transform#2'", "batch 2", "nothing here"});
}

TEST_CASE("transform names the operator inside that failed") {
  check_failure(table<int>{{1}},
                [](auto in) {
                  return in.transform([](rdd<int> const& numbers) {
                    return numbers.map([](int) -> int { throw std::runtime_error{"inner"}; });
                  });
                },
                table<int>{}, {"batch 1", "map#", "inner"});
}

TEST_CASE("union_of and transform_of take any number of streams") {
  check_records_everywhere<int>(
      [](streaming_context& ssc) {
        std::vector<dstream<int>> const streams{ssc.queue_stream<int>({{1}, {2}}),
                                                ssc.queue_stream<int>({{10}}),
                                                ssc.queue_stream<int>({{}, {300}})};
        return collect(ssc.union_of(streams));
      },
      {{1, 10}, {2, 300}});
  check_records_everywhere<std::int64_t>(
      [](streaming_context& ssc) {
        std::vector<dstream<int>> const streams{ssc.queue_stream<int>({{1, 2}, {2}}),
                                                ssc.queue_stream<int>({{10}, {}})};
        return collect(ssc.transform_of(streams, [&ssc](std::vector<rdd<int>> const& batches) {
          std::vector<std::int64_t> counts;
          for (auto const& one : batches) counts.push_back(one.count());
          return ssc.parallelize(counts);
        }));
      },
      {{2, 1}, {1, 0}});
  streaming_context ssc{with_parallelism(2)};
  check_says(message_of([&] { ssc.union_of(std::vector<dstream<int>>{}); }),
             {"union_of", "at least one"});
}
