/// What becomes of records when the process ends: computed from the sources, the operators and the
/// outputs of a stream.
///
/// Thread rule: before the start. Promise: the stream as a whole gives no more than its weakest
/// link, which is named.
#pragma once

#include "roles/setup.hpp"

namespace sluice {

/// @param directory  of the checkpoints; empty if there is none, or nothing is written there
std::string describe_guarantee(plan const& of, std::vector<declared_input> const& inputs,
                               std::string const& directory);

}  // namespace sluice
