// The one source that holds the hash function: it is a header that is compiled in as a whole.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <sluice/supervision/checksum.hpp>

namespace sluice {

std::uint64_t checksum(std::string_view bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t checksum(std::string_view first, std::string_view second) noexcept {
  if (first.empty()) return checksum(second);
  if (second.empty()) return checksum(first);
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, first.data(), first.size());
  XXH3_64bits_update(&state, second.data(), second.size());
  return XXH3_64bits_digest(&state);
}

}  // namespace sluice
