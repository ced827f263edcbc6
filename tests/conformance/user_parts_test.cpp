// The kit as a user has it: what is right passes, and what is broken is named by its assertion.
#include <set>

#include "harness.hpp"

using namespace sluice;
using namespace sluice::tests::conformance;

namespace {

enum class defect { none, commits_at_prepare, forgets_on_restart, commits_twice, keeps_aborted };

/// A table that outlives the processes which write to it.
struct table {
  std::vector<int> rows;
  batch_id newest = 0;
};

class table_sink final : public sink<int> {
 public:
  table_sink(std::shared_ptr<table> to, defect what) : to_{std::move(to)}, what_{what} {}
  void prepare(batch_ref const& batch, std::vector<int> records) override {
    waiting_[batch.id] = std::move(records);
    if (what_ == defect::commits_at_prepare) write(batch.id);
  }
  void commit(batch_ref const& batch) override {
    if (batch.id <= to_->newest && what_ != defect::commits_twice) return;
    write(batch.id);
  }
  void abort(batch_ref const& batch) override {
    if (what_ == defect::keeps_aborted) write(batch.id);
    waiting_.erase(batch.id);
  }
  batch_id recover(batch_id committed) override {
    return what_ == defect::forgets_on_restart ? committed : std::max(committed, to_->newest);
  }
  delivery guarantee() const override { return delivery::exactly_once; }

 private:
  void write(batch_id id) {
    for (auto row : waiting_[id]) to_->rows.push_back(row);
    to_->newest = std::max(to_->newest, id);
  }

  std::shared_ptr<table> to_;
  defect what_;
  std::map<batch_id, std::vector<int>> waiting_;
};

void check_table(defect what) {
  check_sink<int>(
      [what] {
        auto const rows = std::make_shared<table>();
        return sink_under_test<int>{[=] { return std::make_shared<table_sink>(rows, what); },
                                    [=] { return rows->rows; }};
      },
      [](int n) { return n; }, {.schedules = 100});
}

template <class Check>
int broken_assertion(Check check) {
  try {
    check();
  } catch (nonconforming const& found) {
    MESSAGE(std::string{found.what()});
    return found.assertion();
  }
  return 0;
}

/// Counts up as long as there is room, and goes on where it was.
class counting_receiver final : public receiver<int> {
 public:
  explicit counting_receiver(bool forgets) : forgets_{forgets} {}
  void on_start(receiver_handle<int>& handle) override {
    std::uint64_t n = forgets_ ? stored_ : handle.last_position().value_or(0);
    while (++n <= 20) {
      if (forgets_) {
        stored_ = n;  // before it is stored: what does not fit is lost
        handle.store(static_cast<int>(n));
      } else {
        handle.store_at(n, static_cast<int>(n));
      }
    }
  }
  void on_stop() override {}

 private:
  bool forgets_;
  std::uint64_t stored_ = 0;
};

void check_counting(bool forgets) {
  check_receiver<int>(
      [forgets] {
        receiver_under_test<int> made;
        made.make = [forgets] { return std::make_unique<counting_receiver>(forgets); };
        for (int n = 1; n <= 20; ++n) made.records.push_back(n);
        made.how.replayable = !forgets;
        return made;
      },
      {.schedules = 100});
}

}  // namespace

TEST_CASE("check_sink passes a sink that keeps the contract") { check_table(defect::none); }

TEST_CASE("check_sink finds a sink that commits at prepare") {
  CHECK(broken_assertion([] { check_table(defect::commits_at_prepare); }) == 22);
}

TEST_CASE("check_sink finds a sink that commits a batch twice") {
  CHECK(broken_assertion([] { check_table(defect::commits_twice); }) == 18);
}

TEST_CASE("check_sink finds a sink that shows what it was told to give up") {
  CHECK(broken_assertion([] { check_table(defect::keeps_aborted); }) == 26);
}

TEST_CASE("check_sink finds a sink that forgets on restart what it has committed") {
  CHECK(broken_assertion([] { check_table(defect::forgets_on_restart); }) == 44);
}

TEST_CASE("check_receiver passes a receiver that goes on behind its position") {
  check_counting(false);
}

TEST_CASE("check_receiver finds a receiver that loses what finds no room") {
  CHECK(broken_assertion([] { check_counting(true); }) == 13);
}

TEST_CASE("check_operator passes running totals and finds a function that counts its calls") {
  check_operator([](streaming_context& ssc, scene& in) { shuffle().build(ssc, in); }, {},
                 {.schedules = 50});
  auto const impure = [](streaming_context& ssc, scene& in) {
    auto const calls = std::make_shared<int>(0);
    in.input<int>(ssc, {{1}, {2}, {3}, {4}, {5}})
        .map([calls](int x) { return x * 100 + ++*calls; })
        .to(in.output<int>("out"));
  };
  CHECK(broken_assertion([&] { check_operator(impure, {}, {.schedules = 50}); }) == 45);
}

TEST_CASE("for_all_schedules visits each schedule once and names the one that fails") {
  std::set<std::uint64_t> hashes;
  auto const run = [&](simulation& sim) {
    scene in{sim};
    streaming_context ssc{small_options(), sim.where()};
    chain().build(ssc, in);
    ssc.start();
    ssc.run_until_idle();
    ssc.stop();
    hashes.insert(sim.trace().hash);
  };
  auto const done = for_all_schedules(run);
  CHECK(done.complete);
  CHECK(done.runs > done.choices);
  CHECK(hashes.size() > done.runs / 2);
  CHECK_FALSE(for_all_schedules(run, {.max_deviations = 2, .max_runs = 100}).complete);
  auto const fails_late = [&](simulation& sim) {
    run(sim);
    if (hashes.insert(sim.trace().hash).second) return;
    if (sim.trace().steps != done.steps / done.runs) throw broken{"found"};
  };
  try {
    for_all_schedules(fails_late);
  } catch (schedule_failure const& found) {
    CHECK(std::string{found.what()}.find("found (seed 1, ") == 0);
    CHECK(found.picks().size() <= 1);
  }
}
