/// The shape of a frame on the wire: a length in 4 bytes, big-endian, and that many bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice {

constexpr std::size_t frame_header_bytes = 4;

/// What the header at the front of `bytes` says; there must be at least a header.
inline std::size_t frame_length(std::string_view bytes) {
  auto length = std::uint32_t{0};
  for (std::size_t i = 0; i < frame_header_bytes; ++i)
    length = length << 8 | static_cast<unsigned char>(bytes[i]);
  return length;
}

}  // namespace sluice
