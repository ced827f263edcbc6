#include "allocations.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

// A line of its own for each thread, so that counting threads do not wait for each other; a counter
// outlives its thread. Threads that come late share the last one.
struct alignas(64) counter {
  std::atomic<std::uint64_t> calls{0};
};
constinit std::array<counter, 256> counters{};
constinit std::atomic<std::size_t> threads{0};
constinit thread_local counter* own = nullptr;

void count() {
  constexpr auto relaxed = std::memory_order_relaxed;
  auto& shared = counters.back();
  if (own == nullptr) own = &counters[std::min(threads.fetch_add(1, relaxed), counters.size() - 1)];
  // Who has a counter for itself need not lock the bus.
  if (own == &shared)
    own->calls.fetch_add(1, relaxed);
  else
    own->calls.store(own->calls.load(relaxed) + 1, relaxed);
}

void* allocate(std::size_t bytes) noexcept {
  count();
  return std::malloc(bytes == 0 ? 1 : bytes);
}

void* allocate(std::size_t bytes, std::align_val_t alignment) noexcept {
  count();
  auto const align = static_cast<std::size_t>(alignment);
  return std::aligned_alloc(align, (bytes + align - 1) / align * align);
}

// Nobody here installs a new handler: there is none to ask.
void* required(void* found) {
  if (found == nullptr) throw std::bad_alloc{};
  return found;
}

}  // namespace

namespace bench {

std::uint64_t heap_allocations() {
  std::uint64_t all = 0;
  for (auto const& each : counters) all += each.calls.load(std::memory_order_relaxed);
  return all;
}

}  // namespace bench

// The global forms, which the whole program gets.

void* operator new(std::size_t bytes) { return required(allocate(bytes)); }
void* operator new[](std::size_t bytes) { return required(allocate(bytes)); }
void* operator new(std::size_t bytes, std::nothrow_t const&) noexcept { return allocate(bytes); }
void* operator new[](std::size_t bytes, std::nothrow_t const&) noexcept { return allocate(bytes); }
void* operator new(std::size_t bytes, std::align_val_t align) {
  return required(allocate(bytes, align));
}
void* operator new[](std::size_t bytes, std::align_val_t align) {
  return required(allocate(bytes, align));
}
void* operator new(std::size_t bytes, std::align_val_t align, std::nothrow_t const&) noexcept {
  return allocate(bytes, align);
}
void* operator new[](std::size_t bytes, std::align_val_t align, std::nothrow_t const&) noexcept {
  return allocate(bytes, align);
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::nothrow_t const&) noexcept { std::free(memory); }
void operator delete[](void* memory, std::nothrow_t const&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t, std::nothrow_t const&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t, std::nothrow_t const&) noexcept {
  std::free(memory);
}
