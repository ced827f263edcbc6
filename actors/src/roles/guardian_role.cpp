#include "guardian_role.hpp"

#include "driver_role.hpp"
#include "generator_role.hpp"
#include "listener_bus.hpp"
#include "receiver_host_role.hpp"
#include "sink_role.hpp"
#include "stage_role.hpp"

#include <sluice/operators/error.hpp>

namespace sluice {

guardian_role::guardian_role(caf::event_based_actor* self, setup_ptr setup)
    : self_{self}, setup_{std::move(setup)} {}

caf::behavior guardian_role::behavior() {
  // The link to a child is for the child; what happened to it comes with the down message.
  self_->set_exit_handler([](caf::exit_msg&) {});
  self_->set_down_handler([this](caf::down_msg& down) { child_died(down); });
  spawn_all();
  return {
      [this](msg::role_failed const& failed) { fail(failed.cause); },
      [this](msg::stop_request const& request) {
        if (!request.drain_first)
          stop();
        else if (!stopping_)
          tell(self_, generator_, msg::drain{{setup_->epoch}});
      },
      [this](msg::until_idle const& request) { tell(self_, generator_, request); },
      [this](msg::cut_now const& request) { tell(self_, generator_, request); },
      [this](msg::pause_cutting const& request) { tell(self_, generator_, request); },
      [this](msg::resume_cutting const& request) { tell(self_, generator_, request); },
  };
}

caf::actor guardian_role::adopt(caf::actor child, std::string role) {
  children_.emplace(child.address(), std::move(role));
  return child;
}

// Downstream first: whoever is spawned knows where its results go.
void guardian_role::spawn_all() {
  auto const& p = setup_->plan;
  listener_bus const bus{self_, setup_};
  listeners_ = adopt(bus.actor(), "listener bus");
  auto driver = adopt(spawn_role<driver_role>(self_, setup_, bus), "driver");
  std::vector<caf::actor> sinks;
  for (auto s : p.output_stages)
    sinks.push_back(adopt(spawn_role<sink_role>(self_, setup_, s, driver),
                          "sink " + p.stages[s].nodes.front()->who->name()));
  auto stages = spawn_stages(driver, sinks);
  generator_ = adopt(spawn_role<generator_role>(self_, setup_, stages), "batch generator");
  std::vector<caf::actor> hosts;
  for (std::size_t i = 0; i != setup_->inputs.size(); ++i)
    hosts.push_back(adopt(spawn_role<receiver_host_role>(self_, setup_, i, setup_->parallelism, bus,
                                                         generator_, caf::actor{self_}),
                          "receiver host of " + setup_->inputs[i].name()));
  caf::actor const me{self_};
  tell(self_, driver, driver_peers{{setup_->epoch}, sinks, generator_, hosts, me});
  tell(self_, generator_, generator_peers{{setup_->epoch}, hosts, driver, me});
  bus.post([now = setup_->now()](streaming_listener& l) { l.on_streaming_started(now); });
}

std::vector<std::vector<caf::actor>> guardian_role::spawn_stages(
    caf::actor const& driver, std::vector<caf::actor> const& sinks) {
  auto const& p = setup_->plan;
  std::vector<std::vector<caf::actor>> tasks(p.stages.size());
  for (auto s = p.stages.rbegin(); s != p.stages.rend(); ++s) {
    if (s->output_index) {
      tasks[s->id] = {sinks[*s->output_index]};
      continue;
    }
    for (std::size_t index = 0; index != s->partitions; ++index) {
      std::vector<std::vector<caf::actor>> to;
      for (auto const& out : s->outs) {
        auto& receivers = to.emplace_back();
        for (auto r : receivers_of(out, index)) receivers.push_back(tasks[out.to_stage][r]);
      }
      tasks[s->id].push_back(
          adopt(spawn_role<stage_role>(self_, setup_, s->id, index, std::move(to), driver),
                "stage " + std::to_string(s->id) + " partition " + std::to_string(index)));
    }
  }
  return tasks;
}

void guardian_role::child_died(caf::down_msg const& down) {
  auto const child = children_.find(down.source);
  if (child == children_.end()) return;
  auto const role = child->second;
  children_.erase(child);
  if (!stopping_)
    fail(std::make_exception_ptr(
        stream_failure{role + " died: " + self_->system().render(down.reason)}));
  finish_if_done();
}

void guardian_role::fail(std::exception_ptr cause) {
  setup_->core->fail(std::move(cause));
  stop();
}

// The listener bus goes last and in order, so that it delivers what was posted before.
void guardian_role::stop() {
  if (stopping_) return;
  stopping_ = true;
  for (auto const& [address, role] : children_) {
    auto const child = caf::actor_cast<caf::actor>(address);
    if (!child || child == listeners_) continue;
    self_->send<caf::message_priority::high>(
        child, caf::exit_msg{self_->address(), caf::exit_reason::user_shutdown});
  }
  finish_if_done();
}

void guardian_role::finish_if_done() {
  if (!stopping_) return;
  if (children_.size() == 1 && listeners_) {
    self_->send(listeners_, caf::exit_msg{self_->address(), caf::exit_reason::user_shutdown});
    listeners_ = nullptr;
  }
  if (!children_.empty()) return;
  setup_->core->set_state(context_state::stopped);
  self_->quit();
}

}  // namespace sluice
