#include "checkpoint_each_batch.hpp"

#include <doctest/doctest.h>
#include <sluice/testkit.hpp>

using namespace sluice;
using namespace std::chrono_literals;
using testkit::simulation;
using tests::checkpoint_each_batch;

namespace {

using sums = std::vector<std::vector<std::pair<int, long>>>;

auto const add = [](std::span<long const> news, std::optional<long> sum) {
  for (auto n : news) sum = sum.value_or(0) + n;
  return sum;
};

auto const keyed = [](int x) { return std::pair{x % 2, static_cast<long>(x)}; };

/// One process after the other on one disk.
struct machine {
  simulation sim{1, testkit::schedule::fifo};
  std::string explained;

  /// @param build  `(streaming_context&, dstream<int>) -> shared_ptr<collected<...>>`
  template <class Build>
  auto run(std::vector<std::vector<int>> batches, Build build,
           options const& o = checkpoint_each_batch()) {
    sim.start_process();
    streaming_context ssc{o, sim.where()};
    auto out = build(ssc, ssc.queue_stream<int>(std::move(batches)));
    ssc.start();
    explained = ssc.explain();
    ssc.run_until_idle();
    ssc.stop();
    return out->batches();
  }
};

std::string show(sums const& batches) {
  std::string text;
  for (auto const& batch : batches) {
    text += '|';
    for (auto const& [key, sum] : batch)
      text += ' ' + std::to_string(key) + ':' + std::to_string(sum);
  }
  return text;
}

template <class Stream>
auto collect(Stream const& s) {
  auto out = std::make_shared<collected<typename Stream::value_type>>();
  s.collect_into(out);
  return out;
}

auto totals(streaming_context&, dstream<int> const& in) {
  return collect(in.map(keyed).update_state_by_key(add));
}

std::string refusal(machine& m, auto build, options const& o = checkpoint_each_batch()) {
  try {
    m.run({{1}, {2}, {3}}, build, o);
  } catch (runtime_failure const& e) {
    return e.what();
  }
  return "no refusal";
}

void check_says(std::string const& text, std::vector<std::string> const& parts) {
  CAPTURE(text);
  for (auto const& part : parts) CHECK_MESSAGE(text.find(part) != std::string::npos, part);
}

}  // namespace

TEST_CASE("state is found again after operators were added, before and behind") {
  machine m;
  m.run({{1, 2}, {3}}, totals);
  auto const after = m.run({{1, 2}, {3}, {4}}, [](streaming_context&, dstream<int> const& in) {
    in.filter([](int x) { return x > 3; }).window(2h).count().print();
    return collect(in.map([](int x) { return x; }).map(keyed).update_state_by_key(add));
  });
  CHECK(show(after) == "| 1:4 0:6");
  check_says(m.explained, {"state restored: update_state_by_key/1", "new, without state: window/1",
                           "going on behind batch 2"});
}

TEST_CASE("named state is found again in another order") {
  machine m;
  auto const two = [](auto first, auto second) {
    return [=](streaming_context&, dstream<int> const& in) {
      auto a = in.map(keyed).update_state_by_key(add).named(first);
      auto b = in.map([](int x) {
                   return std::pair{x % 2, 1L};
                 })
                   .update_state_by_key(add)
                   .named(second);
      return collect(a.union_with(b));
    };
  };
  m.run({{1, 2}}, two("sums", "counts"));
  auto const after = m.run({{1, 2}, {}}, [](streaming_context&, dstream<int> const& in) {
    auto b = in.map([](int x) {
                 return std::pair{x % 2, 1L};
               })
                 .update_state_by_key(add)
                 .named("counts");
    auto a = in.map(keyed).update_state_by_key(add).named("sums");
    return collect(a.union_with(b));
  });
  CHECK(show(after) == "| 1:1 1:1 0:2 0:1");
}

TEST_CASE("state without an operator is refused, with what helps") {
  machine m;
  m.run({{1, 2}}, totals);
  auto const without = [](streaming_context&, dstream<int> const& in) { return collect(in); };
  check_says(refusal(m, without),
             {"missing in the program: update_state_by_key/1", "named()", "unmatched_state::drop"});
  auto o = checkpoint_each_batch();
  o.checkpoints.if_unmatched = unmatched_state::drop;
  CHECK(m.run({{1, 2}, {3}}, without, o) == std::vector<std::vector<int>>{{3}});
}

TEST_CASE("state of other types is refused") {
  machine m;
  m.run({{1, 2}}, totals);
  check_says(refusal(m,
                     [](streaming_context&, dstream<int> const& in) {
                       return collect(in.map(keyed).update_state_by_key(
                           [](std::span<long const>, std::optional<std::string> s) { return s; }));
                     }),
             {"changed: update_state_by_key/1", "its types"});
}

TEST_CASE("another parallelism is refused, with the one that fits") {
  machine m;
  m.run({{1, 2}}, totals);
  auto o = checkpoint_each_batch();
  o.parallelism = 3;
  check_says(refusal(m, totals, o), {"2 partitions", "options.parallelism = 2"});
}

TEST_CASE("a queue that declares fewer batches than were taken is refused") {
  machine m;
  m.run({{1}, {2}, {3}}, totals);
  auto o = checkpoint_each_batch();
  o.supervision.receivers.max_restarts = 0;
  sluice::testkit::simulation& sim = m.sim;
  sim.start_process();
  streaming_context ssc{o, sim.where()};
  auto const out = totals(ssc, ssc.queue_stream<int>({{1}}));
  ssc.start();
  CHECK_THROWS_WITH_AS(ssc.run_until_idle(),
                       doctest::Contains("has taken 3 batches, but only 1 are declared"),
                       stream_failure);
}

TEST_CASE("state of a type without codec is refused where it would have to be saved") {
  struct no_codec {
    explicit no_codec(int) {}
    int* where = nullptr;
  };
  machine m;
  auto const build = [](streaming_context&, dstream<int> const& in) {
    return collect(
        in.map(keyed)
            .update_state_by_key([](std::span<long const>, std::optional<no_codec> s) { return s; })
            .count());
  };
  CHECK_THROWS_WITH_AS(m.run({{1}}, build), doctest::Contains("without codec"), usage_error);
}

TEST_CASE("a directory that a stream uses is refused to others, and free after its end") {
  simulation sim{1};
  streaming_context first{checkpoint_each_batch(), sim.where()};
  auto const out = totals(first, first.queue_stream<int>({{1}}));
  first.start();
  auto const lock = sim.outside().storage().lock("state/stream/lock");
  CHECK(!lock.has_value());
  first.run_until_idle();
  first.stop();
  CHECK(sim.outside().storage().lock("state/stream/lock").has_value());
}

TEST_CASE("explain names the weakest link") {
  simulation sim{1};
  streaming_context ssc{checkpoint_each_batch(), sim.where()};
  auto const in = ssc.queue_stream<int>({{1}});
  in.save_as_text_files("out/numbers");
  CHECK(ssc.explain().find("if the process ends: exactly once, going on from state\n") !=
        std::string::npos);
  in.print();
  check_says(ssc.explain(), {"if the process ends: at least once",
                             "output print#3: at least once, a batch may be written again  <- the "
                             "weakest link",
                             "input queue#1: exactly once"});
}
