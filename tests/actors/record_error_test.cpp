#include <doctest/doctest.h>
#include <sluice/testkit.hpp>

using namespace sluice;

namespace {

using texts = std::vector<std::string>;

options with(record_error_policy policy) {
  auto o = testkit::table_options();
  o.log_level = "off";
  o.on_record_error = std::move(policy);
  return o;
}

int number(std::string_view word) {
  std::size_t used = 0;
  auto const n = std::stoi(std::string{word}, &used);
  if (used != word.size()) throw std::invalid_argument{"not a number"};
  return n;
}

std::shared_ptr<collected<int>> numbers(streaming_context& ssc) {
  auto out = std::make_shared<collected<int>>();
  ssc.queue_stream<std::string>({{"1 2", "3 x 4"}, {"y"}, {"5"}})
      .flat_map(split_words)
      .map(number)
      .named("parse")
      .reduce(std::plus<>{})
      .collect_into(out);
  return out;
}

}  // namespace

TEST_CASE("records on which a function throws are passed over one by one, in every way to run") {
  for (auto action : {error_action::skip, error_action::dead_letter})
    for (auto const& r : testkit::run_everywhere(numbers, with(action))) {
      CAPTURE(r.way);
      CHECK(r.batches == std::vector<std::vector<int>>{{10}, {}, {5}});
    }
}

TEST_CASE("dead letters are a stream that tells record, operator and cause") {
  auto build = [](streaming_context& ssc) {
    auto out = std::make_shared<collected<std::string>>();
    numbers(ssc);
    ssc.dead_letters()
        .map([](dead_letter const& d) {
          return std::to_string(d.batch) + ' ' + d.op + ' ' + d.record + ": " + d.cause;
        })
        .collect_into(out);
    return out;
  };
  for (auto const& r : testkit::run_everywhere(build, with(error_action::dead_letter))) {
    CAPTURE(r.way);
    texts all;
    for (auto const& batch : r.batches) all.insert(all.end(), batch.begin(), batch.end());
    CHECK(all == texts{"1 parse x: stoi", "2 parse y: stoi"});
  }
}

TEST_CASE("dead letters of a batch that is done again come once") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    testkit::simulation sim{seed};
    auto chance = random_for(seed, "deaths");
    auto o = with(error_action::dead_letter);
    o.supervision.stages.max_restarts = 1000;
    for (auto role : {"stage", "driver", "sink"}) sim.kill(role, chance.below(20));
    streaming_context ssc{o, sim.where()};
    auto const out = numbers(ssc);
    auto letters = std::make_shared<collected<dead_letter>>();
    ssc.dead_letters().collect_into(letters);
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
    auto const got = letters->records();
    REQUIRE(got.size() == 2);
    CHECK(got[0].record == "x");
    CHECK(got[1].record == "y");
    auto batches = out->records();
    CHECK(batches == std::vector<int>{10, 5});
  }
}

TEST_CASE("a function chooses what becomes of each error") {
  texts seen;
  std::mutex mutex;
  auto const choose = [&](std::exception_ptr const& cause, error_context const& where) {
    std::lock_guard guard{mutex};
    seen.push_back(where.op + ' ' + where.record + ' ' + describe(cause));
    return where.record == "x" ? error_action::skip : error_action::fail;
  };
  streaming_context ssc{with(choose)};
  auto const out = numbers(ssc);
  ssc.start();
  CHECK_THROWS_AS(ssc.run_until_idle(), stream_failure);
  CHECK(out->batches() == std::vector<std::vector<int>>{{10}});
  CHECK(seen == texts{"parse x stoi", "parse y stoi"});
}

TEST_CASE("`fail` gives a batch up without further tries, `restart` tries again") {
  for (auto [action, expected] : {std::pair{error_action::fail, 1}, {error_action::restart, 4}}) {
    auto o = with(action);
    o.on_batch_failure = {.retries = 3, .then = failed_batch::stop};
    o.supervision.stages.backoff = {duration{0}, duration{0}, backoff_jitter::none};
    std::atomic<int> calls = 0;
    streaming_context ssc{o};
    ssc.queue_stream<int>({{1}})
        .map([&](int x) {
          ++calls;
          if (x == 1) throw std::runtime_error{"one"};
          return x;
        })
        .collect_into(std::make_shared<collected<int>>());
    ssc.start();
    CHECK_THROWS_AS(ssc.run_until_idle(), stream_failure);
    CHECK(calls == expected);
  }
}

TEST_CASE("more dead letters than allowed fail the batch, and none is published") {
  auto o = with(error_action::dead_letter);
  o.dead_letter_limit = 2;
  streaming_context ssc{o};
  auto letters = std::make_shared<collected<dead_letter>>();
  ssc.queue_stream<int>({{1, 2, 3, 4, 5, 6, 7, 8}})
      .map([](int) -> int { throw std::runtime_error{"no"}; })
      .collect_into(std::make_shared<collected<int>>());
  ssc.dead_letters().collect_into(letters);
  ssc.start();
  CHECK_THROWS_WITH_AS(ssc.run_until_idle(), doctest::Contains("dead_letter_limit"),
                       stream_failure);
  CHECK(letters->records().empty());
}
