/// Both ends of a pipeline in the hands of a test, in virtual time.
///
/// Thread rule: the test's, which is the one that waits. Promise: nothing happens but inside the
/// calls that expect something; what was expected and did not come is told with what did.
///
///     simulation sim{seed};
///     streaming_context ssc{probing_options(), sim.where()};
///     test_source<int> in;
///     test_sink<int> out{sim};
///     in.stream(ssc).map(twice).to(out.sink());
///     ssc.start();
///     in.send({1, 2});
///     out.request(1);
///     out.expect_next({2, 4});
///
/// @source Akka's and Pekko's TestSource and TestSink; differs: demand and expectations are batches
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <sluice/actors/streaming_context.hpp>
#include <sluice/operators/show.hpp>
#include <sluice/testkit/simulation.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sluice::testkit {

/// What a probe expected has not come about.
class expectation_failed : public error {
 public:
  using error::error;
};

/// A batch for whatever was sent, as soon as there is something.
inline options probing_options() {
  options o;
  o.trigger = on_demand();
  o.parallelism = 1;
  o.log_level = "off";
  return o;
}

namespace detail {

template <class T>
std::string shown_batch(std::vector<T> const& batch) {
  if constexpr (showable<T>) {
    std::string text = "[";
    for (auto const& record : batch) {
      if (text.size() > 1) text += ", ";
      show_to(text, record);
    }
    return text + ']';
  } else {
    return "a batch of " + std::to_string(batch.size()) + " records";
  }
}

}  // namespace detail

/// The end into which the test puts records.
template <class T>
class test_source {
 public:
  /// To be called once, while the pipeline is declared.
  dstream<T> stream(streaming_context& ssc) { return ssc.queue_stream<T>(queue_); }
  /// One batch.
  void send(std::vector<T> batch) { queue_->push(std::move(batch)); }
  /// Nothing follows.
  void complete() { queue_->close(); }
  /// What was sent and not yet taken.
  typename batch_queue<T>::content content() const { return queue_->waiting(); }

 private:
  std::shared_ptr<batch_queue<T>> queue_ = std::make_shared<batch_queue<T>>();
};

/// The end from which the test takes batches, when it likes: without a request none is committed.
template <class T>
class test_sink {
 public:
  static constexpr std::chrono::milliseconds default_patience{10'000};

  /// @param output  its number, by order of registration
  explicit test_sink(simulation& sim, std::size_t output = 0)
      : state_{std::make_shared<state>(sim, "sink " + std::to_string(output) + ": output_commit")} {
    state_->sim.block(state_->point);
  }

  std::shared_ptr<sluice::sink<T>> sink() { return std::make_shared<probe>(state_); }

  /// Lets as many more batches be committed.
  void request(std::size_t batches) {
    state_->demand += batches;
    if (batches != 0) state_->sim.unblock(state_->point);
  }
  /// The next batch that is committed and not empty.
  /// @throws expectation_failed if none comes within `patience` of virtual time
  std::vector<T> next(std::chrono::milliseconds patience = default_patience) {
    auto& s = *state_;
    if (!s.sim.run_until([&s] { return !s.arrived.empty(); }, patience))
      throw expectation_failed{"no batch has come within " + std::to_string(patience.count()) +
                               " ms; " + std::to_string(s.demand) + " requested"};
    auto batch = std::move(s.arrived.front());
    s.arrived.pop_front();
    return batch;
  }
  /// @throws expectation_failed if none or another one comes
  void expect_next(std::vector<T> const& expected) {
    auto const found = next();
    if (found != expected)
      throw expectation_failed{detail::shown_batch(found) + " has come instead of " +
                               detail::shown_batch(expected)};
  }
  /// Lets virtual time pass. @throws expectation_failed if a batch comes
  void expect_no_message_for(std::chrono::milliseconds time) {
    auto& s = *state_;
    if (s.sim.run_until([&s] { return !s.arrived.empty(); }, time))
      throw expectation_failed{detail::shown_batch(s.arrived.front()) + " has come, unexpected"};
  }

 private:
  struct state {
    state(simulation& in, std::string blocked) : sim{in}, point{std::move(blocked)} {}
    simulation& sim;
    std::string point;
    std::size_t demand = 0;
    std::deque<std::vector<T>> arrived;
  };

  class probe final : public sluice::sink<T> {
   public:
    explicit probe(std::shared_ptr<state> of) : state_{std::move(of)} {}
    void prepare(batch_ref const& batch, std::vector<T> records) override {
      waiting_[batch.id] = std::move(records);
    }
    void commit(batch_ref const& batch) override {
      auto const found = waiting_.find(batch.id);
      if (found == waiting_.end()) return;
      // An empty batch satisfies nobody, and so does not use up what was asked for.
      if (!found->second.empty()) {
        state_->arrived.push_back(std::move(found->second));
        if (state_->demand != 0 && --state_->demand == 0) state_->sim.block(state_->point);
      }
      waiting_.erase(found);
    }
    void abort(batch_ref const& batch) override { waiting_.erase(batch.id); }
    std::string describe() const override { return "test sink"; }

   private:
    std::shared_ptr<state> state_;
    std::map<batch_id, std::vector<T>> waiting_;
  };

  std::shared_ptr<state> state_;
};

}  // namespace sluice::testkit
