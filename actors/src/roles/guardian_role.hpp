/// The root of a context's actors: spawns them, notices every death, restarts what it took down,
/// suspends when that happens too often, ends all.
///
/// What cuts, runs and commits batches is one region: it restarts together, with a higher epoch,
/// and goes on with the batches in the ledger. Hosts of inputs restart one by one. What all of them
/// know is in the cells, so an incident costs the time of a restart and nothing else.
#pragma once

#include "listener_bus.hpp"
#include "region.hpp"
#include "role.hpp"
#include "setup.hpp"

#include <map>
#include <sluice/supervision/restart_budget.hpp>
#include <sluice/supervision/restart_scope.hpp>

namespace sluice {

class guardian_role {
 public:
  static constexpr char const* role_name = "guardian";
  guardian_role(caf::event_based_actor* self, setup_ptr setup, std::shared_ptr<cells> kept);
  caf::behavior behavior();

 private:
  enum class phase {
    running,
    halting,    ///< the region is being ended
    waiting,    ///< for the time of its restart
    suspended,  ///< for somebody to resume
    stopping
  };
  struct child {
    enum class kind { bus, host, region } what;
    std::string role;
    std::size_t index = 0;  // of a host
  };
  struct hosted_input {
    caf::actor actor;  // null: has died
    restart_budget budget;
    std::exception_ptr cause;        // why it was ended
    std::optional<duration> joined;  // the wait of the incident that took it down
  };

  void command(cut_command what);

  caf::actor adopt(caf::actor made, child who);
  void spawn_bus();
  void spawn_host(std::size_t input);
  void spawn_all();
  void introduce(std::size_t input);
  void introduce_region();

  void child_died(caf::down_msg const& down);
  void work_failed(msg::role_failed const& failed);
  void skip(msg::role_failed const& failed);
  void checkpoint_ended(checkpoint_result const& result);
  void incident(std::exception_ptr cause, std::string const& who);
  void halt(std::function<void()> then);
  void region_is_down();
  void restart();
  void suspend(std::exception_ptr cause);
  void resume();
  void host_died(std::size_t input, std::string const& role, std::exception_ptr cause);
  void take_down_with(std::size_t input, duration delay);
  void restart_host_after(std::size_t input, duration delay);
  void restart_host(std::size_t input);

  void heed_waits();
  void look_at_waits();
  void kill_one(std::string const& role);
  void fail(std::exception_ptr cause);
  void stop();
  void finish_if_done();
  void end_cells();
  void end(caf::actor const& actor);
  bool has(child::kind what) const;
  void post_restarted(std::string const& who, std::exception_ptr const& cause) const;
  void log_wait(std::string const& who, duration delay, std::exception_ptr const& cause) const;
  void log(log_level level, std::string const& text) const;

  caf::event_based_actor* self_;
  incarnation now_;
  listener_bus bus_;
  restart_budget budget_;  // of the region
  random_stream victims_;
  phase phase_ = phase::running;
  std::map<caf::actor_addr, child> children_;
  region region_;
  std::vector<hosted_input> hosts_;  // by input
  std::function<void()> when_down_;  // what is done once the region has ended
  std::exception_ptr cause_;         // of the last incident
  std::string who_failed_;
  std::uint64_t restart_number_ = 0;
  std::size_t failed_checkpoints_ = 0;  // in succession
  bool draining_ = false;               // somebody waits for the end
  bool ended_ = false;
};

}  // namespace sluice
