/// The actor around one input: the only place where the input is called.
#pragma once

#include "listener_bus.hpp"
#include "role.hpp"
#include "setup.hpp"

namespace sluice {

class receiver_host_role {
 public:
  static constexpr char const* role_name = "receiver_host";
  receiver_host_role(caf::event_based_actor* self, setup_ptr setup, std::size_t index,
                     std::size_t partitions, listener_bus bus, caf::actor generator,
                     caf::actor guardian);
  ~receiver_host_role();
  caf::behavior behavior();

 private:
  class port;
  void announce();
  void report(receiver_event const& event);
  template <class F>
  void guarded(F&& work);

  caf::event_based_actor* self_;
  setup_ptr setup_;
  std::size_t index_;
  listener_bus bus_;
  caf::actor generator_;
  caf::actor guardian_;
  std::unique_ptr<input> source_;
  std::shared_ptr<port> port_;
  std::uint64_t announced_records_ = 0;
  bool announced_ready_ = false;
};

}  // namespace sluice
