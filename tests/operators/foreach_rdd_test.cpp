#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

/// Runs `declare(stream)` on the batches `in`.
template <class Declare>
void run(execution where, table<int> const& in, Declare declare) {
  streaming_context ssc{with_parallelism(2), std::move(where)};
  declare(ssc.queue_stream(in));
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
}

}  // namespace

TEST_CASE("foreach_rdd calls its function once per batch, in order, also for an empty one") {
  in_every_way([](execution where) {
    table<int> seen;
    run(std::move(where), {{1, 2, 3}, {}, {4}}, [&](auto in) {
      in.foreach_rdd([&](rdd<int> const& records) { seen.push_back(records.collect()); });
    });
    check_same(seen, {{1, 2, 3}, {}, {4}});
  });
}

TEST_CASE("foreach_rdd tells the time of the batch") {
  in_every_way([](execution where) {
    std::vector<batch_time> times;
    auto const out = std::make_shared<collected<int>>();
    run(std::move(where), {{1}, {}, {2}}, [&](auto in) {
      in.foreach_rdd([&](rdd<int> const&, batch_time t) { times.push_back(t); });
      in.collect_into(out);
    });
    std::vector<batch_time> expected;
    for (auto const& ref : out->refs()) expected.push_back(ref.time);
    CHECK(times == expected);
  });
}

TEST_CASE("foreach_rdd hands out an rdd with the partitions of the stream and all its operators") {
  in_every_way([](execution where) {
    run(std::move(where), {{1, 2, 3, 4, 5}}, [&](auto in) {
      in.repartition(3).foreach_rdd([&](rdd<int> const& records) {
        CHECK(records.num_partitions() == 3);
        CHECK(records.count() == 5);
        CHECK(records.reduce(std::plus<>{}) == 15);
        auto const even = records.filter([](int x) { return x % 2 == 0; });
        CHECK(even.map([](int x) { return x * 10; }).reduce(std::plus<>{}) == 60);
      });
    });
  });
}

TEST_CASE("foreach_rdd hands out views that are good inside the function") {
  in_every_way([](execution where) {
    std::vector<std::string> seen;
    streaming_context ssc{with_parallelism(2), std::move(where)};
    ssc.queue_stream<std::string>({{"a rather long line of text"}, {"b"}})
        .flat_map(split_words)
        .foreach_rdd([&](rdd<std::string_view> const& words) {
          for (auto const& word : words.collect()) seen.push_back(word);
        });
    ssc.start();
    ssc.run_until_idle();
    CHECK(seen == std::vector<std::string>{"a", "rather", "long", "line", "of", "text", "b"});
  });
}

TEST_CASE("foreach_rdd is called at a window's times only") {
  in_every_way([](execution where) {
    std::vector<std::int64_t> counts;
    run(std::move(where), {{1}, {2}, {3}, {4}, {5}}, [&](auto in) {
      in.window(2h, 2h).foreach_rdd([&](auto const& all) { counts.push_back(all.count()); });
    });
    CHECK(counts == std::vector<std::int64_t>{2, 2});
  });
}

TEST_CASE("foreach_rdd calls functions in the order of their registration") {
  in_every_way([](execution where) {
    std::string log;
    run(std::move(where), {{1}, {2}}, [&](auto in) {
      in.foreach_rdd([&](rdd<int> const&) { log += 'a'; });
      in.map([](int x) { return x; }).foreach_rdd([&](rdd<int> const&) { log += 'b'; });
      in.foreach_rdd([&](rdd<int> const&) { log += 'c'; });
    });
    CHECK(log == "abcabc");
  });
}

TEST_CASE("foreach_rdd whose function throws stops the stream and names the output") {
  in_every_way([](execution where) {
    int called = 0;
    streaming_context ssc{with_parallelism(2), std::move(where)};
    ssc.queue_stream<int>({{1}, {2}, {3}}).foreach_rdd([&](rdd<int> const& records) {
      ++called;
      if (records.take(1).at(0) == 2) throw std::runtime_error{"no twos"};
    });
    ssc.start();
    check_says(message_of([&] { ssc.run_until_idle(); }),
               {"'foreach_rdd#2'", "batch 2", "no twos"});
    CHECK(ssc.state() == context_state::stopped);
    CHECK(called == 2);
  });
}

TEST_CASE("foreach_rdd names the operator of the job that failed inside it, too") {
  in_every_way([](execution where) {
    streaming_context ssc{with_parallelism(2), std::move(where)};
    ssc.queue_stream<int>({{1}}).foreach_rdd([](rdd<int> const& records) {
      records.map([](int x) { return x == 1 ? throw std::runtime_error{"one"} : x; }).collect();
    });
    ssc.start();
    check_says(message_of([&] { ssc.run_until_idle(); }), {"'foreach_rdd#2'", "'map#2'", "one"});
  });
}
