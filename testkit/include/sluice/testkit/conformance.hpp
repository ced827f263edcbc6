/// A user's own sink, receiver or operator against those assertions of the backpressure contract
/// that concern it. The numbers are those of `docs/conformance.md`.
///
/// Thread rule: one thread. Promise: the first assertion that is broken is named, with the seed of
/// the run that shows it.
///
///     check_sink<int>([] { auto files = std::make_shared<my_store>();
///                          return sink_under_test<int>{[=] { return my_sink(files); },
///                                                      [=] { return files->read(); }}; },
///                     [](int n) { return n; });
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <sluice/testkit/exhaustive.hpp>
#include <sluice/testkit/experiment.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sluice::testkit {

struct conformance_options {
  std::uint64_t schedules = 200;  ///< drawn ones, for each way of disturbing
  std::uint64_t first_seed = 1;
};

/// An assertion does not hold.
class nonconforming : public error {
 public:
  nonconforming(int assertion, std::string const& what)
      : error{"backpressure " + std::string{assertion < 10 ? "0" : ""} + std::to_string(assertion) +
              " is broken: " + what},
        assertion_{assertion},
        reason_{what} {}
  int assertion() const { return assertion_; }
  std::string const& reason() const { return reason_; }

 private:
  int assertion_;
  std::string reason_;
};

/// A place for records, and the sinks of the processes that write to it, one after the other.
template <class T>
struct sink_under_test {
  std::function<std::shared_ptr<sink<T>>()> make;
  std::function<std::vector<T>()> visible;  ///< what those see who read
};

/// A source, and the receivers of the processes that read from it, one after the other.
template <class T>
struct receiver_under_test {
  std::function<std::unique_ptr<receiver<T>>()> make;
  std::vector<T> records;  ///< all of them, in order
  receiver_options how{};
};

/// Assertions 9, 18, 19, 44 and 45: the pipeline lets out the same under every schedule, with
/// grants out of order, repeated items, new processes and dead actors. @throws nonconforming
void check_operator(pipeline_builder build, experiment_options o = {},
                    conformance_options how = {});

namespace detail {

inline void demand(int assertion, bool holds, std::string const& what) {
  if (!holds) throw nonconforming{assertion, what};
}

schedule strategy_of(std::uint64_t seed);
/// Runs processes in the simulation until one comes to its end.
void run_processes(simulation& sim, options const& o,
                   std::function<void(streaming_context&)> const& declare);
/// State in `state`, no waits before restarts.
options conformance_context();
/// Runs with each seed; what is thrown is of `assertion`, unless it says otherwise.
void for_conformance(int assertion, conformance_options const& how, char const* faults,
                     std::function<void(simulation&)> const& run);

inline batch_ref batch(batch_id id) {
  return {id, batch_time{duration{static_cast<std::int64_t>(id)}}};
}

/// A process that has ended reaches nothing any more.
template <class T>
class reachable_sink final : public sink<T> {
 public:
  reachable_sink(simulation& sim, std::shared_ptr<sink<T>> to) : sim_{sim}, to_{std::move(to)} {}
  void prepare(batch_ref const& b, std::vector<T> records) override {
    if (!sim_.process_has_ended()) to_->prepare(b, std::move(records));
  }
  void commit(batch_ref const& b) override {
    if (!sim_.process_has_ended()) to_->commit(b);
  }
  void abort(batch_ref const& b) override {
    if (!sim_.process_has_ended()) to_->abort(b);
  }
  batch_id recover(batch_id committed) override { return to_->recover(committed); }
  delivery guarantee() const override { return to_->guarantee(); }
  std::string describe() const override { return to_->describe(); }

 private:
  simulation& sim_;
  std::shared_ptr<sink<T>> to_;
};

/// Call by call, without a stream.
template <class T, class Record>
void check_sink_calls(sink_under_test<T> const& of, Record record) {
  std::vector<T> expected;
  auto const same = [&](int assertion, std::string const& what) {
    demand(assertion, of.visible() == expected, what);
  };
  auto out = of.make();
  out->recover(0);
  for (batch_id id = 1; id <= 3; ++id) out->prepare(batch(id), {record(static_cast<int>(id))});
  same(22, "a batch is visible before it is committed");
  for (int id = 1; id <= 2; ++id) {
    out->commit(batch(static_cast<batch_id>(id)));
    expected.push_back(record(id));
    same(17, "after the commit of batch " + std::to_string(id) +
                 " not exactly the batches up to it are visible");
  }
  if (out->guarantee() == delivery::exactly_once) {
    out->commit(batch(2));
    same(18, "a batch that is committed again is there twice");
  }
  out->abort(batch(3));
  same(26, "a batch that was given up is visible");
  out->prepare(batch(3), {record(33)});
  out->prepare(batch(4), {record(4)});
  out.reset();
  same(26, "what was prepared and not committed is visible after the end");
  out = of.make();
  auto const known = out->recover(1);
  if (out->guarantee() == delivery::exactly_once)
    demand(44, known == 2,
           "after a restart batch " + std::to_string(known) +
               " is told to be the newest that is committed, and it is batch 2");
  else
    demand(44, known >= 1, "after a restart less is committed than the stream knows of");
  same(44, "after a restart not exactly the committed batches are visible");
  for (auto id = known + 1; id <= 4; ++id) {
    out->prepare(batch(id), {record(static_cast<int>(id))});
    out->commit(batch(id));
  }
  if (known == 2) {
    expected.push_back(record(3));
    expected.push_back(record(4));
    same(44, "after a restart the batches that come again are not visible once");
  }
}

template <class T>
void check_visible(int assertion, delivery guarantee, std::vector<T> const& expected,
                   std::vector<T> found) {
  if (guarantee != delivery::exactly_once) {
    std::vector<T> once;
    for (auto const& r : found)
      if (std::find(once.begin(), once.end(), r) == once.end()) once.push_back(r);
    found = std::move(once);
  }
  demand(assertion, found == expected,
         std::to_string(found.size()) + " records are visible at the end, not exactly the " +
             std::to_string(expected.size()) + " that were sent, in their order");
}

/// Hears how often it was told to start and to stop.
template <class T>
class counted_receiver final : public receiver<T> {
 public:
  struct counts {
    int starts = 0;
    int stops = 0;
    bool alive = true;
  };
  counted_receiver(std::unique_ptr<receiver<T>> to, std::shared_ptr<counts> seen)
      : to_{std::move(to)}, seen_{std::move(seen)} {}
  ~counted_receiver() override { seen_->alive = false; }
  void on_start(receiver_handle<T>& handle) override {
    ++seen_->starts;
    to_->on_start(handle);
  }
  void on_stop() override {
    ++seen_->stops;
    to_->on_stop();
  }

 private:
  std::unique_ptr<receiver<T>> to_;
  std::shared_ptr<counts> seen_;
};

}  // namespace detail

/// Assertions 17, 18, 22, 26, 44 and 45 for a sink: nothing is visible before its commit, batches
/// are visible once and in order, what is given up is not, and a new process goes on behind what is
/// committed; call by call, and in a stream under schedules and faults. @throws nonconforming
/// @param set_up  makes an empty place; called for each run
/// @param record  the n-th of different records that can be compared
template <class T, class SetUp, class Record>
void check_sink(SetUp set_up, Record record, conformance_options how = {}) {
  detail::check_sink_calls<T>(set_up(), record);
  std::vector<std::vector<T>> batches;
  std::vector<T> all;
  for (int n = 0; n != 8; ++n) {
    batches.emplace_back();
    for (int i = 0; i != n % 3; ++i) batches.back().push_back(record(10 * n + i));
    all.insert(all.end(), batches.back().begin(), batches.back().end());
  }
  auto const run = [&](int assertion) {
    return [&, assertion](simulation& sim) {
      sink_under_test<T> const of = set_up();
      auto guarantee = delivery::exactly_once;
      detail::run_processes(sim, detail::conformance_context(), [&](streaming_context& ssc) {
        auto const out = of.make();
        guarantee = out->guarantee();
        ssc.queue_stream<T>(batches).to(std::make_shared<detail::reachable_sink<T>>(sim, out));
      });
      detail::check_visible(assertion, guarantee, all, of.visible());
    };
  };
  detail::for_conformance(17, how, "", run(17));
  detail::for_conformance(18, how, "at \"*: link_*\" chance 0.2: repeat\n", run(18));
  detail::for_conformance(45, how,
                          "at \"sink *: *\" chance 0.05: kill\n"
                          "at \"stage *: *\" chance 0.02: kill afterwards\n"
                          "at \"driver: *\" chance 0.02: kill\n",
                          run(45));
  detail::for_conformance(44, how, "at \"*\" chance 0.01: end the process\n", run(44));
}

/// Assertions 13, 17, 29, 31 and 44 for a receiver: with little room it stops reading and loses
/// nothing, its records come once and in order, each start has its stop, nobody holds it after the
/// end, and it goes on after the death of its host. @throws nonconforming
/// @param set_up  makes a source; called for each run
template <class T, class SetUp>
void check_receiver(SetUp set_up, conformance_options how = {}) {
  auto const run = [&](int assertion, std::size_t room) {
    return [&, assertion, room](simulation& sim) {
      receiver_under_test<T> of = set_up();
      auto const seen = std::make_shared<typename detail::counted_receiver<T>::counts>();
      auto const out = std::make_shared<collected<T>>();
      auto o = detail::conformance_context();
      o.checkpoint_dir.clear();
      o.trigger = on_demand();
      o.receiver_buffer.records = room;
      {
        streaming_context ssc{o, sim.where()};
        ssc.receiver_stream<T>(std::make_unique<detail::counted_receiver<T>>(of.make(), seen),
                               of.how)
            .collect_into(out);
        ssc.start();
        sim.run_until([&] { return out->records().size() >= of.records.size(); },
                      std::chrono::hours{1});
        sim.inject({});
        ssc.stop(stop_mode::drain);
      }
      detail::demand(assertion, out->records() == of.records,
                     std::to_string(out->records().size()) +
                         " records have come, not exactly the " +
                         std::to_string(of.records.size()) + " of the source, in their order");
      detail::demand(
          31, seen->starts == seen->stops,
          std::to_string(seen->starts) + " starts and " + std::to_string(seen->stops) + " stops");
      detail::demand(29, !seen->alive, "the receiver is held after the end of the stream");
    };
  };
  detail::for_conformance(17, how, "", run(17, 1'000'000));
  detail::for_conformance(13, how, "", run(13, 4));
  detail::for_conformance(44, how, "at \"receiver_host *: *\" chance 0.05: kill\n",
                          run(44, 1'000'000));
}

}  // namespace sluice::testkit
