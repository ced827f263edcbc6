// The command line of sluice-supervise.
//
// Thread rule: plain values. Promise: what `parse` returns can be run; everything else ends in one
// sentence that names the option, its value and what to write instead.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <sluice/supervision/supervision_policy.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace supervise {

struct settings {
  std::vector<std::string> command;  ///< program and arguments
  sluice::supervision_policy policy;
  std::chrono::milliseconds stop_timeout{};
  std::set<int> final_exits;  ///< statuses after which a restart would not help
};

/// The command line is wrong.
class settings_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// @return none after `--help`, which it has answered on standard output
/// @throws settings_error
std::optional<settings> parse(int argc, char const* const* argv);

}  // namespace supervise
