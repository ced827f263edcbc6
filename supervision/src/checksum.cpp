// The one source that holds the hash function: it is a header that is compiled in as a whole.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <sluice/supervision/checksum.hpp>

namespace sluice {

std::uint64_t checksum(std::string_view bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace sluice
