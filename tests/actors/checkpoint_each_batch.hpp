// Options of a stream that does one batch at a time, with a checkpoint behind each.
#pragma once

#include <sluice/testkit.hpp>

namespace sluice::tests {

inline options checkpoint_each_batch() {
  auto o = testkit::table_options();
  o.log_level = "off";
  o.checkpoint_dir = "state";
  o.checkpoints.interval = std::chrono::milliseconds{0};
  o.max_in_flight_batches = 1;
  return o;
}

}  // namespace sluice::tests
