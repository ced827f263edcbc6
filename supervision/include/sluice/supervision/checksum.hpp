/// The checksum of everything that is written to a disk.
///
/// Thread rule: any thread. Promise: XXH3-64 without a seed, the same on every machine and in every
/// release; it finds damage, it does not keep anyone out.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

/// XXH3-64 of the bytes.
[[nodiscard]] std::uint64_t checksum(std::string_view bytes) noexcept;
/// Of the bytes of both, one after the other.
[[nodiscard]] std::uint64_t checksum(std::string_view first, std::string_view second) noexcept;

}  // namespace sluice
