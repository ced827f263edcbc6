/// The checkpoint directory of a stream, as text.
///
/// Thread rule: one thread. Promise: see `read_checkpoint_directory`.
#pragma once

#include <iosfwd>
#include <sluice/actors/checkpoint_report.hpp>

namespace tool {

void print(sluice::checkpoint_report const& found, std::ostream& out);

}  // namespace tool
