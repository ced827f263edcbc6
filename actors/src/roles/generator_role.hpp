/// The actor that cuts batches: asks every input for its share, has the driver record the batch,
/// sends the shares to the input stages.
#pragma once

#include "links.hpp"
#include "listener_bus.hpp"
#include "setup.hpp"

#include <limits>

namespace sluice {

/// Sent before anything else, and again whenever a host was replaced.
struct generator_peers : msg::on<lane::control> {
  std::vector<caf::actor> hosts;  // by input
  caf::actor guardian;
};

class generator_role {
 public:
  static constexpr char const* role_name = "generator";
  /// @param input_tasks  by stage and partition: the actors of input stages, else empty
  generator_role(caf::event_based_actor* self, incarnation const& now, listener_bus bus,
                 std::vector<std::vector<caf::actor>> input_tasks);
  caf::behavior behavior();

 private:
  static constexpr auto no_limit = std::numeric_limits<std::uint64_t>::max();
  // Shares of the batch that is being cut, from the inputs that have answered.
  struct arrived_shares {
    batch_info info;
    std::size_t missing = 0;
  };

  void meet(generator_peers peers);
  void begin();
  void send_open_batches();
  void obey(cut_command const& command);
  void drain_inputs();
  void batch_done(msg::batch_committed const& done);
  void learn(batch_work const& work);
  void advance();
  bool cut_if_due();
  bool pursue_quiet();
  void reach_quiet();
  void probe();
  /// Whether the rates of inputs hold.
  enum class pace { at_rate, at_once };
  void cut(batch_time time, batch_time submitted, std::uint64_t max_records, pace how);
  bool held_by_rates(std::uint64_t wanted);
  void ask_for_shares();
  void ask_for_share(std::size_t input);
  void cut_on_request();
  void cut_again();
  void share_arrived(msg::cut_reply& reply);
  void dispatch();
  void note_positions(cut_batch& made, std::size_t input, std::string position);
  bool write_down(batch_info const& info);
  void announce(batch_info& info);
  void send(std::shared_ptr<cut_batch const> const& batch);
  void end_after_the_one_batch();
  void arm_ticks();
  void note_wait_for_commits(bool waits);
  bool has_work() const;
  bool lingered();
  std::uint64_t cuttable() const;
  std::uint64_t cuttable_at_rate();
  std::uint64_t demand_limit() const;
  bool any_ready() const;
  bool all_idle() const;

  caf::event_based_actor* self_;
  incarnation now_;
  listener_bus bus_;
  generator_peers peers_;
  trigger trigger_;
  cutting_state& state_;
  sending_links out_;
  std::vector<std::vector<std::size_t>> links_;  // by input and partition: index in out_
  std::vector<input_status> status_;             // by input
  std::optional<arrived_shares> cutting_;
  std::vector<std::optional<input_cell::noted_cut>> cuts_;  // by input; of the batch in cutting_
  std::size_t in_flight_ = 0;
  bool waits_for_commits_ = false;  // as the board knows it
  bool probed_ = false;             // nothing was cut or committed since the last full probe
  std::size_t probes_missing_ = 0;
  std::uint64_t probe_round_ = 0;

  std::uint64_t last_tick_ = 0;  // that is armed
  bool waits_for_rates_ = false;
  bool linger_armed_ = false;
  bool linger_over_ = false;
};

}  // namespace sluice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::generator_peers)
