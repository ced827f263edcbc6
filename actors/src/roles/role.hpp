/// How a role of the runtime becomes an actor.
///
/// A role is a class with a constructor `(caf::event_based_actor*, args...)` and `behavior()`. It
/// dies with its actor, which breaks reference cycles. Thread rule: an actor's. Promise: an
/// exception that leaves a handler ends the actor with a reason that carries its text; no message
/// is ignored without a word.
#pragma once

#include "actors/src/messages.hpp"

#include <memory>
#include <sluice/operators/op.hpp>
#include <string>
#include <type_traits>

namespace sluice {

/// Sends on the message's lane.
template <class M>
void tell(caf::event_based_actor* self, caf::actor const& to, M&& message) {
  constexpr auto l = std::remove_cvref_t<M>::lane_of;
  if constexpr (l == lane::control || l == lane::credit)
    self->send<caf::message_priority::high>(to, std::forward<M>(message));
  else
    self->send(to, std::forward<M>(message));
}

/// As `tell`, from outside of any actor.
template <class M>
void tell_from_outside(caf::actor const& to, M&& message) {
  constexpr auto l = std::remove_cvref_t<M>::lane_of;
  if constexpr (l == lane::control || l == lane::credit)
    caf::anon_send<caf::message_priority::high>(to, std::forward<M>(message));
  else
    caf::anon_send(to, std::forward<M>(message));
}

template <class Role>
struct role_state {
  role_state() {}  // not an aggregate: see "paren initialisation" in the decision on the CAF wall
  std::unique_ptr<Role> role;
  std::string full_name;  // where there are several of a role
  char const* name = Role::role_name;
};

template <class Role, class... Args>
caf::behavior run_role(caf::stateful_actor<role_state<Role>>* self, Args... args) {
  self->set_exception_handler([](caf::scheduled_actor*, std::exception_ptr& thrown) -> caf::error {
    return caf::make_error(caf::sec::runtime_error, describe(thrown));
  });
  self->set_default_handler(
      [](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> {
        return caf::sec::unexpected_message;
      });
  self->state.role = std::make_unique<Role>(self, std::move(args)...);
  if constexpr (requires { self->state.role->place(); }) {
    self->state.full_name = Role::role_name + (' ' + self->state.role->place());
    self->state.name = self->state.full_name.c_str();
  }
  return self->state.role->behavior();
}

// Not linked: a child that is killed would kill its parent, for `kill` cannot be trapped.
template <class Role, class... Args>
caf::behavior run_child(caf::stateful_actor<role_state<Role>>* self, caf::actor_addr parent,
                        Args... args) {
  self->monitor(parent);
  self->set_down_handler([self](caf::down_msg const&) { self->quit(caf::exit_reason::kill); });
  return run_role<Role, Args...>(self, std::move(args)...);
}

/// Spawns `Role` as a child of `parent`, which is told of its death; if the parent dies, it dies
/// too.
template <class Role, class... Args>
caf::actor spawn_role(caf::event_based_actor* parent, Args... args) {
  return parent->spawn<caf::monitored>(run_child<Role, Args...>, parent->address(),
                                       std::move(args)...);
}

}  // namespace sluice
