/// The actor that cuts batches: asks every input for its share, has the driver record the batch,
/// sends the shares to the input stages.
#pragma once

#include "actors/src/batch_grid.hpp"
#include "links.hpp"
#include "setup.hpp"

namespace sluice {

/// Sent once, before anything else.
struct generator_peers : msg::on<lane::control> {
  std::vector<caf::actor> hosts;  // by input
  caf::actor driver;
  caf::actor guardian;
};

class generator_role {
 public:
  static constexpr char const* role_name = "generator";
  /// @param input_tasks  by stage and partition: the actors of input stages, else empty
  generator_role(caf::event_based_actor* self, setup_ptr setup,
                 std::vector<std::vector<caf::actor>> input_tasks);
  caf::behavior behavior();

 private:
  // A batch that is being cut: shares of inputs that have answered.
  struct cutting {
    batch_info info;
    std::size_t missing = 0;
    std::vector<input_cut> shares;  // by input
  };

  void begin();
  void advance();
  bool cut_if_due();
  bool pursue_quiet();
  void reach_quiet();
  void probe();
  void cut(batch_time time, batch_time submitted, std::uint64_t max_records);
  void cut_on_request();
  void share_arrived(msg::cut_reply& reply);
  void dispatch();
  void arm_tick();
  bool lingered();
  std::uint64_t cuttable() const;
  bool any_ready() const;
  bool all_idle() const;

  caf::event_based_actor* self_;
  setup_ptr setup_;
  generator_peers peers_;
  trigger trigger_;
  batch_grid grid_;
  sending_links out_;
  std::vector<std::vector<std::size_t>> links_;  // by input and partition: index in out_
  std::vector<input_status> status_;             // by input
  std::optional<cutting> cutting_;
  batch_id last_batch_ = 0;
  std::size_t in_flight_ = 0;
  std::uint64_t requested_ = 0;
  bool paused_ = false;

  // Quiet: everything that exists is processed. Sought for tickets, for a drain, and to end by
  // itself.
  std::vector<std::uint64_t> tickets_;
  bool draining_ = false;
  bool end_when_quiet_ = false;
  bool end_after_batch_ = false;
  bool probed_ = false;  // nothing was cut or committed since the last full probe
  std::size_t probes_missing_ = 0;
  std::uint64_t probe_round_ = 0;

  std::uint64_t tick_generation_ = 0;
  bool linger_armed_ = false;
  bool linger_over_ = false;
};

}  // namespace sluice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::generator_peers)
