/// What a simulated run has let out into the world, and whether it is what another run has.
///
/// Thread rule: plain values. Promise: a difference is told as the first record that differs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <sluice/operators/delivery.hpp>
#include <sluice/operators/time.hpp>
#include <string>
#include <vector>

namespace sluice::testkit {

/// One record in an output: two are equal if their bytes are.
struct seen_record {
  std::string bytes;
  std::string key;   ///< bytes of the key; empty if the record has none
  std::string text;  ///< for people

  friend bool operator==(seen_record const& a, seen_record const& b) { return a.bytes == b.bytes; }
};

/// What one output holds, as those see it who read it.
struct seen_output {
  delivery guarantee = delivery::exactly_once;
  std::vector<seen_record> records;  ///< in the order of their commits
};

struct outcome {
  std::map<std::string, seen_output> outputs;  ///< by name
  std::map<std::string, std::string> files;    ///< of the disk, without the checkpoint directory
  bool counted = false;                        ///< what follows is known: one process did it all
  std::uint64_t records_in = 0;                ///< of committed batches
  std::uint64_t skipped = 0;
  std::uint64_t dead_letters = 0;
};

/// Compares by the guarantee of each output: exactly once is the same sequence for each key (of all
/// records, if they have no key), at least once the same set, at most once nothing that was not
/// there.
/// @return what differs, for people; none if nothing does
std::optional<std::string> difference(outcome const& expected, outcome const& found);

}  // namespace sluice::testkit
