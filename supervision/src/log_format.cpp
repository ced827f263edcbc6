#include "log_format.hpp"

#include <sluice/supervision/checksum.hpp>

#include "fixed_bytes.hpp"

namespace sluice {
namespace {

constexpr std::string_view magic = "sluiceWL";

std::uint32_t check_of(std::string_view fields) {
  return static_cast<std::uint32_t>(checksum(fields));
}

bool check_holds(std::string_view header) {
  auto const at = header.size() - sizeof(std::uint32_t);
  return fixed_at<std::uint32_t>(header, at) == check_of(header.substr(0, at));
}

}  // namespace

void append_segment_header(std::string& bytes, segment_header const& header) {
  auto const begin = bytes.size();
  bytes += magic;
  append_fixed(bytes, header.version);
  append_fixed(bytes, header.index);
  append_fixed(bytes, header.first);
  append_fixed(bytes, check_of(std::string_view{bytes}.substr(begin)));
}

void append_record_header(std::string& bytes, std::uint64_t sequence, std::string_view head,
                          std::string_view body) {
  auto const begin = bytes.size();
  append_fixed(bytes, static_cast<std::uint32_t>(head.size() + body.size()));
  append_fixed(bytes, sequence);
  append_fixed(bytes, checksum(head, body));
  append_fixed(bytes, check_of(std::string_view{bytes}.substr(begin)));
}

std::optional<segment_header> decode_segment_header(std::string_view bytes) {
  if (bytes.size() != segment_header_size || !bytes.starts_with(magic) || !check_holds(bytes))
    return std::nullopt;
  return segment_header{.version = fixed_at<std::uint32_t>(bytes, 8),
                        .index = fixed_at<std::uint64_t>(bytes, 12),
                        .first = fixed_at<std::uint64_t>(bytes, 20)};
}

std::optional<record_header> decode_record_header(std::string_view bytes) {
  if (bytes.size() != record_header_size || !check_holds(bytes)) return std::nullopt;
  return record_header{.length = fixed_at<std::uint32_t>(bytes, 0),
                       .sequence = fixed_at<std::uint64_t>(bytes, 4),
                       .payload_checksum = fixed_at<std::uint64_t>(bytes, 12)};
}

}  // namespace sluice
