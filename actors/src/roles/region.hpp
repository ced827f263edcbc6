/// The actors that cut, run and commit batches; they live and die together.
#pragma once

#include "listener_bus.hpp"
#include "setup.hpp"

namespace sluice {

struct region {
  caf::actor generator;
  caf::actor driver;
  std::vector<caf::actor> sinks;  ///< by output
};

/// @param adopt  told of every actor and its role
region spawn_region(caf::event_based_actor* parent, incarnation const& now, listener_bus const& bus,
                    std::function<void(caf::actor const&, std::string)> const& adopt);

/// Cells for a plan: empty, or as the process before has left them.
std::shared_ptr<cells> make_cells(setup& of);

}  // namespace sluice
