#include "allocations.hpp"

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

// A line of its own for each thread, so that counting threads do not wait for each other. A counter
// outlives its thread; two threads may share one.
struct alignas(64) counter {
  std::atomic<std::uint64_t> calls{0};
};
constinit std::array<counter, 64> counters{};
constinit std::atomic<unsigned> threads{0};
constinit thread_local counter* own = nullptr;

void count() {
  if (own == nullptr)
    own = &counters[threads.fetch_add(1, std::memory_order_relaxed) % counters.size()];
  own->calls.fetch_add(1, std::memory_order_relaxed);
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
