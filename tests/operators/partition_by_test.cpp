#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

using pairs = std::pair<int, int>;

}  // namespace

TEST_CASE("partition_by sends equal keys to one partition, in order") {
  auto const by_key = [](auto in) {
    return in.partition_by(2, [](int key) { return static_cast<std::size_t>(key); }).glom();
  };
  check_records(table<pairs>{{{0, 1}, {1, 2}, {2, 3}}, {}, {{3, 4}}}, by_key,
                table<std::vector<pairs>>{{{{0, 1}, {2, 3}}, {{1, 2}}}, {{}, {}}, {{}, {{3, 4}}}});
}

TEST_CASE("partition_by the hash keeps all records") {
  check_records(
      table<pairs>{{{0, 1}, {1, 2}, {0, 3}}}, [](auto in) { return in.partition_by(3); },
      table<pairs>{{{0, 1}, {1, 2}, {0, 3}}});
}

TEST_CASE("glom makes one record of every partition, empty ones included") {
  check_table(
      table<int>{{1, 2, 3}, {}}, [](auto in) { return in.repartition(1).glom(); },
      table<std::vector<int>>{{{1, 2, 3}}, {{}}});
}

TEST_CASE("partition_by and repartition need a partition") {
  streaming_context ssc{with_parallelism(2)};
  auto const in = ssc.queue_stream<pairs>({{{1, 1}}});
  check_says(message_of([&] { in.partition_by(0); }), {"partition_by", "0 partitions"});
}
