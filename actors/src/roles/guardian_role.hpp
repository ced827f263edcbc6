/// The root of a context's actors: spawns all, notices every death, ends all.
#pragma once

#include "role.hpp"
#include "setup.hpp"

#include <map>

namespace sluice {

class guardian_role {
 public:
  static constexpr char const* role_name = "guardian";
  guardian_role(caf::event_based_actor* self, setup_ptr setup);
  caf::behavior behavior();

 private:
  void spawn_all();
  caf::actor adopt(caf::actor child, std::string role);
  std::vector<std::vector<caf::actor>> spawn_stages(caf::actor const& driver,
                                                    std::vector<caf::actor> const& sinks);
  void child_died(caf::down_msg const& down);
  void fail(std::exception_ptr cause);
  void stop();
  void finish_if_done();

  caf::event_based_actor* self_;
  setup_ptr setup_;
  std::map<caf::actor_addr, std::string> children_;
  caf::actor generator_;
  caf::actor listeners_;
  bool stopping_ = false;
};

}  // namespace sluice
