/// Which of eight numbers equal a given one, as bits.
///
/// Thread rule: pure functions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#ifdef __SSE2__
#  include <emmintrin.h>
#endif

namespace sluice::detail {

/// Bit i tells whether `numbers[i]` is `wanted`.
[[nodiscard]] inline std::uint32_t equal_mask(std::array<std::uint32_t, 8> const& numbers,
                                              std::uint32_t wanted) noexcept {
#ifdef __SSE2__
  auto const* const at = reinterpret_cast<__m128i const*>(numbers.data());
  auto const same = _mm_set1_epi32(static_cast<int>(wanted));
  auto const words = _mm_packs_epi32(_mm_cmpeq_epi32(_mm_loadu_si128(at), same),
                                     _mm_cmpeq_epi32(_mm_loadu_si128(at + 1), same));
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(words, _mm_setzero_si128())));
#else
  std::uint32_t mask = 0;
  for (std::size_t i = 0; i != numbers.size(); ++i)
    mask |= std::uint32_t{numbers[i] == wanted} << i;
  return mask;
#endif
}

}  // namespace sluice::detail
