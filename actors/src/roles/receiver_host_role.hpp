/// The actor around one input: the only place where the input is called.
#pragma once

#include "listener_bus.hpp"
#include "role.hpp"
#include "setup.hpp"

namespace sluice {

/// Sent before anything else, and again with every new generator.
struct host_peers : msg::on<lane::control> {
  caf::actor generator;
  caf::actor guardian;
  listener_bus bus;
};

class receiver_host_role final : private input_port::executor {
 public:
  static constexpr char const* role_name = "receiver_host";
  receiver_host_role(caf::event_based_actor* self, incarnation const& now, std::size_t index);
  ~receiver_host_role();
  caf::behavior behavior();
  std::string place() const { return std::to_string(index_); }

 private:
  void meet(host_peers peers);
  void cut(msg::cut_request const& request);
  std::string_view note_in(logged_batch const& batch) const;
  void announce();
  void report(receiver_event const& event);
  template <class F>
  void guarded(F&& work);

  void run_timer_after(std::chrono::nanoseconds delay, input_port::timer_id timer) override;
  void input_changed() override { announce(); }
  void input_reports(receiver_event const& event) override { report(event); }

  caf::event_based_actor* self_;
  incarnation now_;
  std::size_t index_;
  input_cell& cell_;
  std::optional<host_peers> peers_;
  std::uint64_t announced_records_ = 0;
  bool announced_ready_ = false;
};

}  // namespace sluice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::host_peers)
