/// The words for who waits for whom.
///
/// Thread rule: any thread, while the stream runs. Promise: reads, and waits for nobody.
#pragma once

#include "roles/setup.hpp"

namespace sluice {

/// One line for each that waits, the oldest wait first, then what is at work meanwhile.
std::string explain_waits(setup const& of, cells const& kept);
backpressure_info describe_stall(setup const& of, flow::wait_board::news const& stall);
/// The component of the log that the waiter belongs to.
char const* component_of(setup const& of, flow::waiter const& who);

}  // namespace sluice
