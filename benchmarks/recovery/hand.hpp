/// Durability written by hand: what the library is compared with.
///
/// Thread rule: an object is used by one thread. Promise: nothing that is not needed: a checksum
/// and a length per entry of a log, one buffer and one file for a map.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <sluice/operators/hash.hpp>
#include <string>
#include <string_view>

namespace bench {

using count_map =
    boost::unordered_flat_map<std::uint64_t, std::uint64_t, sluice::key_hash<std::uint64_t>>;

/// A file that entries are appended to.
class hand_log {
 public:
  explicit hand_log(std::string const& path);
  ~hand_log();
  hand_log(hand_log const&) = delete;
  hand_log& operator=(hand_log const&) = delete;
  /// Returns when the entry is durable.
  void append(std::string_view entry);

 private:
  int file_;
  std::string buffer_;
};

/// Returns when the map is durable.
void save_map(count_map const& map, std::string const& path);
count_map load_map(std::string const& path);

}  // namespace bench
