// How an assertion of the backpressure contract is run: in order, under drawn schedules, and under
// every schedule that differs from the order of waiting at one choice.
#pragma once

#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <sluice/sluice.hpp>
#include <sluice/testkit.hpp>
#include <string>
#include <vector>

namespace sluice::tests::conformance {

using namespace sluice::testkit;
using namespace std::chrono_literals;

inline constexpr std::uint64_t drawn_schedules = 1000;

/// Fails the run, wherever it is.
inline void require(bool holds, std::string const& what) {
  if (!holds) throw broken{what};
}

/// A program in a simulation that throws if the assertion does not hold.
using scenario = std::function<void(simulation&)>;

void under_schedules(scenario const& run, schedule_bounds within = {});

/// A pipeline of one kind of link or stage.
struct kind {
  std::string name;
  pipeline_builder build;
  experiment_options o;
};

/// Generator to input stage, stage to stage, stage to sink, several outputs, several ports, window,
/// keyed state, receiver.
std::vector<kind> const& every_kind();
/// One partition, one output.
kind const& chain();
/// Two partitions, all to all.
kind const& shuffle();

using make_monitor = std::function<std::shared_ptr<monitor>(scene&)>;

/// The drawn schedules are dealt out to the kinds; chain and shuffle are done exhaustively.
/// @param schedules  with fewer than all, those alone
void on_every_kind(make_monitor const& rule, fault_plan const& faults = no_faults(),
                   std::uint64_t schedules = drawn_schedules);
/// For the variations of an assertion.
inline constexpr std::uint64_t few_schedules = 200;
/// One line a fault.
fault_plan script(std::string_view text);

/// Told, never silent.
inline void waived(std::string const& reason) { MESSAGE("waived: ", reason); }

/// A monitor made of a function that sees the messages of links.
class link_rule final : public monitor {
 public:
  explicit link_rule(std::function<void(link_event const&)> look) : look_{std::move(look)} {}
  std::string name() const override { return "rule of links"; }
  void link(link_event const& event) override { look_(event); }

 private:
  std::function<void(link_event const&)> look_;
};

template <class Look>
std::shared_ptr<monitor> link_monitor(Look look) {
  return std::make_shared<link_rule>(std::move(look));
}

/// Counts what arrives.
struct link_counts {
  std::uint64_t opens = 0;
  std::uint64_t opened = 0;
  std::uint64_t grants = 0;
  std::uint64_t data = 0;
  void see(link_event const& e) {
    switch (e.what) {
      case link_event::kind::open: ++opens; return;
      case link_event::kind::opened: ++opened; return;
      case link_event::kind::grant: ++grants; return;
      case link_event::kind::data: ++data; return;
    }
  }
  std::uint64_t all() const { return opens + opened + grants + data; }
};
inline std::shared_ptr<link_counts> count_links(simulation& sim) {
  auto seen = std::make_shared<link_counts>();
  sim.watch(link_monitor([seen](link_event const& e) { seen->see(e); }));
  return seen;
}

/// What a sink of a test has been asked to do.
struct sink_log {
  std::vector<std::vector<int>> committed;
  std::vector<batch_id> commits;
  std::map<batch_id, std::vector<int>> prepared;
  std::uint64_t aborted = 0;
  std::function<void(batch_id)> on_prepare = [](batch_id) {};
  std::function<void(batch_id)> on_commit = [](batch_id) {};
};

class logging_sink final : public sink<int> {
 public:
  explicit logging_sink(std::shared_ptr<sink_log> log) : log_{std::move(log)} {}
  void prepare(batch_ref const& batch, std::vector<int> records) override {
    log_->on_prepare(batch.id);
    log_->prepared[batch.id] = std::move(records);
  }
  void commit(batch_ref const& batch) override {
    log_->on_commit(batch.id);
    require(log_->prepared.contains(batch.id), "a batch is committed that was not prepared");
    log_->committed.push_back(std::move(log_->prepared.at(batch.id)));
    log_->commits.push_back(batch.id);
    log_->prepared.erase(batch.id);
  }
  void abort(batch_ref const& batch) override {
    ++log_->aborted;
    log_->prepared.erase(batch.id);
  }

 private:
  std::shared_ptr<sink_log> log_;
};

inline std::shared_ptr<sink<int>> sink_into(std::shared_ptr<sink_log> const& log) {
  return std::make_shared<logging_sink>(log);
}

/// Everything in one partition, cut by demand, no waits before restarts.
options small_options();
/// 1, then 2, ...: one record a batch.
std::vector<std::vector<int>> singles(int n);

/// Lets everything happen that is under way.
inline void settle(simulation& sim, std::chrono::milliseconds time = 60s) {
  sim.run_until([] { return false; }, time);
}

}  // namespace sluice::tests::conformance
