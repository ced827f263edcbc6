// A stream with both of its ends in the hands of an assertion.
#pragma once

#include "harness.hpp"

namespace sluice::tests::conformance {

/// What a listener has been told.
struct event_log final : streaming_listener {
  void on_actor_restarted(actor_info const& info) override { restarted.push_back(info); }
  void on_suspended(std::string const& cause) override { suspended.push_back(cause); }
  void on_receiver_started(receiver_info const& info) override { started.push_back(info); }
  void on_receiver_stopped(receiver_info const& info) override { stopped.push_back(info); }
  void on_receiver_error(receiver_info const& info) override { errors.push_back(info); }
  void on_batch_skipped(skip_info const& info) override { skipped.push_back(info); }
  void on_batch_completed(batch_info const& info) override { completed.push_back(info); }

  std::vector<actor_info> restarted;
  std::vector<std::string> suspended;
  std::vector<receiver_info> started;
  std::vector<receiver_info> stopped;
  std::vector<receiver_info> errors;
  std::vector<skip_info> skipped;
  std::vector<batch_info> completed;
};

/// Nothing is blocked any more when the stream ends.
struct unblocked {
  simulation& sim;
  ~unblocked() {
    sim.inject({});
    for (auto const* point : {"sink 0: output_commit", "sink 1: output_commit"}) sim.unblock(point);
  }
};

/// queue -> map -> sink, all in one partition.
struct probed {
  simulation& sim;
  test_source<int> in;
  test_sink<int> out;
  std::shared_ptr<event_log> log = std::make_shared<event_log>();
  streaming_context ssc;
  unblocked at_end;

  explicit probed(simulation& where, options o = small_options())
      : sim{where}, out{where}, ssc{allowing_faults(std::move(o)), where.where()}, at_end{where} {
    in.stream(ssc).map([](int x) { return x; }).to(out.sink());
    ssc.add_listener(log);
    ssc.start();
  }

  static options allowing_faults(options o) {
    o.allow_faults = true;
    return o;
  }
  /// All that cut, run and commit die and come back.
  void kill_region() { ssc.kill_actor("driver"); }
  /// What the call throws, for people. @throws broken if it does not
  template <class Call>
  static std::string failure_of(Call call) {
    try {
      call();
    } catch (stream_failure const& failed) {
      return describe(std::make_exception_ptr(failed));
    }
    throw broken{"a failure was not told"};
  }
};

}  // namespace sluice::tests::conformance
