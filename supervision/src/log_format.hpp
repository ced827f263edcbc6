/// How a log looks on disk.
///
/// Thread rule: pure functions. Promise: magic, version and check stand in the same place in every
/// version, so that an old program recognises a newer file.
///
/// A segment is a header and records one after another. All numbers are stored low byte first.
///
///     segment header:  "sluiceWL"  version u32  index u64  first sequence u64  check u32
///     record:          length u32  sequence u64  checksum of the payload u64  check u32  payload
///
/// A check is the low half of the checksum of the fields before it: it tells a header that was
/// damaged from one whose payload was cut off, which the length alone could not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

inline constexpr auto log_version = std::uint32_t{1};
inline constexpr auto segment_header_size = std::size_t{32};
inline constexpr auto record_header_size = std::size_t{24};
inline constexpr std::string_view segment_prefix = "log-";

struct segment_header {
  std::uint32_t version = log_version;
  std::uint64_t index = 0;
  std::uint64_t first = 0;  ///< sequence of its first record
};

struct record_header {
  std::uint32_t length = 0;
  std::uint64_t sequence = 0;
  std::uint64_t payload_checksum = 0;
};

void append_segment_header(std::string& bytes, segment_header const& header);
/// What stands before a record's bytes, which are those of `head` and `body`.
void append_record_header(std::string& bytes, std::uint64_t sequence, std::string_view head,
                          std::string_view body);

/// What `segment_header_size` bytes say; none if they are not a header.
std::optional<segment_header> decode_segment_header(std::string_view bytes);
/// What `record_header_size` bytes say; none if they are not a header.
std::optional<record_header> decode_record_header(std::string_view bytes);

}  // namespace sluice
