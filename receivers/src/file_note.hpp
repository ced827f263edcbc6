/// Where a directory input stands, and what each batch moves on: as bytes for the process after.
///
/// Thread rule: plain values. Promise: what was encoded is decoded to the same; other bytes are a
/// `runtime_failure` or are told not to fit.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <sluice/receivers/input.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Names that are not found again; how many bytes those have that were read to their end.
using known_files = std::map<std::string, std::optional<std::uint64_t>>;

/// A file that is to be read.
struct queued_file {
  std::string name;
  std::uint64_t size = 0;  ///< when it was listed; only where to begin
  std::uint64_t cut = 0;   ///< of its records, those that batches have
};

/// Records of one file, one behind the other.
struct file_span {
  std::string name;
  std::uint64_t first = 0;
  std::uint64_t records = 0;
  bool ended = false;                       ///< of this file nothing is left for other batches
  std::optional<std::uint64_t> bytes = {};  ///< its size, if it was read to its end
};

/// What one batch took, and what was seen since the one before.
struct file_note {
  std::vector<std::string> found = {};  ///< to be read, in this order
  std::vector<std::string> passed_over = {};
  std::vector<std::string> forgotten = {};  ///< not listed any more
  std::vector<file_span> spans = {};
  std::vector<std::uint64_t> partitions = {};  ///< records of each; none if there are no records

  bool empty() const {
    return found.empty() && passed_over.empty() && forgotten.empty() && spans.empty();
  }
  std::uint64_t records() const;
};

struct file_position {
  known_files known = {};
  std::deque<queued_file> queue = {};

  /// Goes on behind a batch. @return why the note cannot be that of the next batch
  std::optional<std::string> move_by(file_note const& note);
};

std::string encode_note(file_note const& note);
std::string encode_position(file_position const& position);
/// @param who  the input, for messages
/// @throws runtime_failure  if the bytes are something else
file_note decode_note(std::string_view bytes, std::string const& who);
file_position decode_position(std::string_view bytes, std::string const& who);

}  // namespace sluice
