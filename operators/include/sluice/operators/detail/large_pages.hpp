/// Memory that lives long and is looked up at random.
///
/// Thread rule: stateless. Promise: as `std::allocator`; blocks of 4 MiB and more ask for large
/// pages, with which the processor finds more of them without a walk through its tables. Not for
/// what is soon given back: the first touch of a large page can cost more than it saves.
#pragma once

#include <cstddef>
#include <memory>

namespace sluice::detail {

/// Asks the system for large pages where they fit; a request, nothing more. In supervision/.
void prefer_large_pages(void* block, std::size_t bytes) noexcept;

/// See above.
template <class T>
struct large_pages {
  using value_type = T;

  large_pages() = default;
  template <class U>
  explicit(false) large_pages(large_pages<U> const&) noexcept {}

  [[nodiscard]] T* allocate(std::size_t n) {
    constexpr std::size_t large = std::size_t{4} << 20;
    auto* const block = std::allocator<T>{}.allocate(n);
    if (n * sizeof(T) >= large) prefer_large_pages(block, n * sizeof(T));
    return block;
  }
  void deallocate(T* block, std::size_t n) noexcept { std::allocator<T>{}.deallocate(block, n); }

  friend bool operator==(large_pages const&, large_pages const&) { return true; }
};

}  // namespace sluice::detail
