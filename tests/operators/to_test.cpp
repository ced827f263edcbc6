#include "table.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;

namespace {

/// Writes down what it is told, one line per call.
class diary : public sink<int> {
 public:
  void prepare(batch_ref const& batch, std::vector<int> records) override {
    note("prepare", batch);
    prepared_[batch.id] = std::move(records);
  }
  void commit(batch_ref const& batch) override {
    if (batch.id == refused_) throw std::runtime_error{"the disk is full"};
    note("commit", batch);
    committed_.push_back(std::move(prepared_.at(batch.id)));
    prepared_.erase(batch.id);
  }
  void abort(batch_ref const& batch) override {
    note("abort", batch);
    prepared_.erase(batch.id);
  }
  void refuse(batch_id id) { refused_ = id; }

  std::vector<std::string> const& lines() const { return lines_; }
  table<int> const& committed() const { return committed_; }

 private:
  void note(char const* what, batch_ref const& batch) {
    lines_.push_back(what + (' ' + std::to_string(batch.id)));
  }

  std::map<batch_id, std::vector<int>> prepared_;
  std::vector<std::string> lines_;
  table<int> committed_;
  batch_id refused_ = 0;
};

auto position_of(diary const& d, std::string const& line) {
  auto const found = std::find(d.lines().begin(), d.lines().end(), line);
  CHECK_MESSAGE(found != d.lines().end(), line, " is missing");
  return found - d.lines().begin();
}

template <class Operators>
std::shared_ptr<diary> run(execution where, table<int> const& in, Operators operators) {
  auto const target = std::make_shared<diary>();
  streaming_context ssc{with_parallelism(2), std::move(where)};
  operators(ssc.queue_stream(in)).to(target);
  ssc.start();
  ssc.run_until_idle();
  ssc.stop();
  return target;
}

}  // namespace

TEST_CASE("to prepares every batch before it commits it, and commits in the order of batches") {
  in_every_way([](execution where) {
    auto const seen = run(std::move(where), {{1, 2, 3}, {}, {4}, {5}}, [](auto in) { return in; });
    check_same(seen->committed(), {{1, 2, 3}, {}, {4}, {5}});
    CHECK(seen->lines().size() == 8);
    for (int b = 1; b <= 4; ++b) {
      auto const id = std::to_string(b);
      CHECK(position_of(*seen, "prepare " + id) < position_of(*seen, "commit " + id));
    }
    for (int b = 1; b < 4; ++b)
      CHECK(position_of(*seen, "commit " + std::to_string(b)) <
            position_of(*seen, "commit " + std::to_string(b + 1)));
  });
}

TEST_CASE("to hears of a window at the window's times only") {
  in_every_way([](execution where) {
    auto const seen = run(std::move(where), {{1}, {}, {3}, {}, {}, {}, {7}},
                          [](auto in) { return in.window(2h, 2h); });
    check_same(sorted(seen->committed()), {{1}, {3}, {}});
    CHECK(seen->lines().size() == 6);
    for (auto line : {"prepare 2", "commit 2", "prepare 4", "commit 6"}) position_of(*seen, line);
  });
}

TEST_CASE("to whose sink throws stops the stream and names the output") {
  in_every_way([](execution where) {
    auto const target = std::make_shared<diary>();
    target->refuse(2);
    streaming_context ssc{with_parallelism(2), std::move(where)};
    ssc.queue_stream<int>({{1}, {2}, {3}}).to(target);
    ssc.start();
    check_says(message_of([&] { ssc.run_until_idle(); }),
               {"'to#2'", "batch 2", "the disk is full"});
    CHECK(ssc.state() == context_state::stopped);
    check_same(target->committed(), {{1}});
  });
}

TEST_CASE("to commits no batch in which another operator failed") {
  in_every_way([](execution where) {
    auto const target = std::make_shared<diary>();
    streaming_context ssc{with_parallelism(2), std::move(where)};
    auto const in = ssc.queue_stream<int>({{1}, {2}, {3}});
    in.map([](int x) { return x == 2 ? throw std::runtime_error{"two"} : x; }).to(target);
    ssc.start();
    check_says(message_of([&] { ssc.run_until_idle(); }), {"'map#2'", "two"});
    check_same(target->committed(), {{1}});
  });
}

TEST_CASE("to without a sink is a usage_error") {
  streaming_context ssc{with_parallelism(2)};
  auto const in = ssc.queue_stream<int>({{1}});
  check_says(message_of([&] { in.to(nullptr); }), {"to:", "null"});
}
