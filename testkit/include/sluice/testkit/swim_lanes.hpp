/// Pictures of a run: who did what, in which order, and where a fault struck.
///
/// Thread rule: pure functions. Promise: every step is in the picture, in its order.
#pragma once

#include <sluice/testkit/simulation.hpp>
#include <span>
#include <string>

namespace sluice::testkit {

/// One line a step, one column a lane; `*` before what a fault struck.
std::string swim_lanes_text(std::span<run_step const> steps);

/// A page that needs nothing else: lanes from top to bottom, messages as arrows, faults in red; the
/// pointer on a step shows all of it.
/// @param title  its heading, for example what has failed
std::string swim_lanes_html(std::span<run_step const> steps, std::string const& title);

}  // namespace sluice::testkit
