// Here, because operators/ asks nothing of the system by itself.

#include <sys/mman.h>

#include <cstdint>
#include <sluice/operators/detail/large_pages.hpp>

namespace sluice::detail {

void prefer_large_pages(void* block, std::size_t bytes) noexcept {
  constexpr std::uintptr_t page = 4096;
  auto const first = (reinterpret_cast<std::uintptr_t>(block) + page - 1) / page * page;
  auto const end = (reinterpret_cast<std::uintptr_t>(block) + bytes) / page * page;
  if (first < end) ::madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
}

}  // namespace sluice::detail
