#include <doctest/doctest.h>

#include <algorithm>

#include "nexmark/generator.hpp"
#include "nexmark/hand.hpp"
#include "nexmark/queries/each_bid.hpp"
#include "nexmark/queries/tables.hpp"
#include "nexmark/queries/windows.hpp"
#include "nexmark/query_stream.hpp"
#include "nexmark_oracle.hpp"

using namespace bench::nexmark;

namespace {

/// Fifty seconds of a slow stream: sessions end, auctions stay open for seconds.
struct scene {
  explicit scene(std::uint64_t disorder)
      : log{make_events({.events = 50'000,
                         .events_per_second = 1'000,
                         .disorder = disorder,
                         .events_per_block = 20})},
        all{*log} {}
  std::unique_ptr<event_log> log;
  nexmark_oracle::house all;
};

scene const& scene_of(std::uint64_t disorder) {
  static scene const in_order{1}, shuffled{1'000};
  return disorder == 1 ? in_order : shuffled;
}

/// The rows of all batches, in their order.
template <class Query>
auto rows_of(Query query, event_log const& log, std::size_t parallelism) {
  sluice::streaming_context stream{bench::stepped_options(parallelism)};
  auto const numbers = stream.queue_stream<std::uint32_t>(cut(log, {}));
  auto const rows = query(events_of(numbers, log));
  using row = sluice::owned_t<typename decltype(rows)::value_type>;
  auto const found = std::make_shared<sluice::collected<row>>();
  rows.collect_into(found);
  stream.start();
  stream.run_until_idle();
  return found->records();
}

template <class Row>
std::vector<Row> sorted(std::vector<Row> rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

/// What a table holds after all updates.
/// @tparam Keys  how many columns, from the left, say which row it is
template <std::size_t Keys, class Row>
std::vector<Row> newest(std::vector<Row> const& updates) {
  auto const key = [](Row const& row) {
    return [&]<std::size_t... Is>(std::index_sequence<Is...>) {
      return std::tuple{std::get<Is>(row)...};
    }
    (std::make_index_sequence<Keys>{});
  };
  std::map<decltype(key(updates.front())), Row> rows;
  for (auto const& row : updates) rows.insert_or_assign(key(row), row);
  std::vector<Row> all;
  for (auto const& each : rows) all.push_back(each.second);
  return all;
}

template <class Row>
checksum sum_of(std::vector<Row> const& rows) {
  checksum sum;
  for (auto const& row : rows) sum += checksum_of(row);
  return sum;
}

/// Stream and loop give the oracle's rows.
template <class Query, class Oracle>
void check(Query query, hand_loop by_hand, Oracle oracle) {
  for (std::uint64_t const disorder : {1, 1'000}) {
    CAPTURE(disorder);
    auto const& given = scene_of(disorder);
    auto const right = oracle(given.all);
    REQUIRE(!right.empty());
    for (std::size_t const parallelism : {1, 2}) {
      auto const found = rows_of(query, *given.log, parallelism);
      CHECK(found.size() == right.size());
      CHECK((sorted(found) == sorted(right)));
    }
    CHECK((by_hand(*given.log, {}) == sum_of(right)));
  }
}

/// The same where a row replaces the one before it.
template <std::size_t Keys, class Query, class Oracle>
void check_updates(Query query, hand_loop by_hand, Oracle oracle) {
  for (std::uint64_t const disorder : {1, 1'000}) {
    CAPTURE(disorder);
    auto const& given = scene_of(disorder);
    for (std::size_t const parallelism : {1, 2}) {
      auto const found = rows_of(query, *given.log, parallelism);
      CHECK((newest<Keys>(found) == sorted(oracle(given.all))));
      CHECK((by_hand(*given.log, {}) == sum_of(found)));
    }
  }
}

}  // namespace

TEST_CASE("nexmark q0 gives every bid") { check(q0, hand_q0, nexmark_oracle::q0); }

TEST_CASE("nexmark q1 gives every bid in euros") { check(q1, hand_q1, nexmark_oracle::q1); }

TEST_CASE("nexmark q2 gives the bids for auctions divisible by 123") {
  check(q2, hand_q2, nexmark_oracle::q2);
}

TEST_CASE("nexmark q3 joins auctions with sellers, whoever comes first") {
  check(q3, hand_q3, nexmark_oracle::q3);
}

TEST_CASE("nexmark q4 averages the valid winning bids of a category") {
  check_updates<1>(q4, hand_q4, nexmark_oracle::q4);
}

TEST_CASE("nexmark q5 gives the auctions with most bids of each sliding window") {
  check(q5, hand_q5, nexmark_oracle::q5);
}

TEST_CASE("nexmark q7 gives the highest bids of each window, all of equal ones") {
  check(q7, hand_q7, nexmark_oracle::q7);
}

TEST_CASE("nexmark q8 gives who has registered and sold in one window, once") {
  check(q8, hand_q8, nexmark_oracle::q8);
}

TEST_CASE("nexmark q11 counts the bids of sessions") { check(q11, hand_q11, nexmark_oracle::q11); }

TEST_CASE("nexmark q12 counts every bid in one window") {
  auto const& given = scene_of(1);
  checksum sum;
  for (auto const& row : rows_of(q12, *given.log, 2)) sum += counts_of_q12(row);
  CHECK(sum.rows == given.all.bids.size());
  CHECK(hand_q12(*given.log, {}).rows == given.all.bids.size());
}

TEST_CASE("nexmark q17 updates the statistics of auctions") {
  check_updates<2>(q17, hand_q17, nexmark_oracle::q17);
}

TEST_CASE("nexmark q20 joins bids with auctions, whoever comes first") {
  check(q20, hand_q20, nexmark_oracle::q20);
}

TEST_CASE("nexmark q22 gives the directories of urls") {
  check(q22, hand_q22, nexmark_oracle::q22);
}
