/// Memory that is not written before its owner writes it.
///
/// Thread rule: stateless. Promise: elements that get no value keep what the memory held.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace sluice::detail {

/// As `std::allocator`, but leaves elements without a value unwritten.
template <class T>
struct unwritten : std::allocator<T> {
  static_assert(std::is_trivially_default_constructible_v<T>);

  unwritten() = default;
  template <class U>
  explicit(false) unwritten(unwritten<U> const&) noexcept {}

  template <class U>
  struct rebind {
    using other = unwritten<U>;
  };

  template <class U>
  void construct(U*) noexcept {}
  template <class U, class... Args>
  void construct(U* at, Args&&... args) {
    ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
  }

  friend bool operator==(unwritten const&, unwritten const&) { return true; }
};

}  // namespace sluice::detail
