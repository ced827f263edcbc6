/// The rate of each input, as options and inputs want it.
///
/// Thread rule: before the start. Promise: an input that is not bounded costs nothing.
#pragma once

#include "intake_rate.hpp"

#include <sluice/actors/options.hpp>
#include <sluice/receivers/overflow.hpp>

namespace sluice {

intake_rate make_intake_rate(options const& o, intake_rules const& of,
                             std::chrono::nanoseconds now);

/// The name under which a checkpoint has what was learned for an input; no input has it.
std::string rate_name(std::string const& input_id);

}  // namespace sluice
