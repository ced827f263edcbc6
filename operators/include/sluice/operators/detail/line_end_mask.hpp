/// Where among 64 characters lines end, as bits.
///
/// Thread rule: pure functions. Promise: reads no byte but these. Only with SSE2.
#pragma once

#ifdef __SSE2__

#  include <emmintrin.h>
#  include <cstdint>

namespace sluice::detail {

/// -1 for each of 16 characters that is '\\n', 0 for the others.
[[nodiscard]] inline __m128i line_end_lanes(char const* at) noexcept {
  auto const text = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
  return _mm_cmpeq_epi8(text, _mm_set1_epi8('\n'));
}

/// Bit i tells whether `at[i]` is '\\n'.
[[nodiscard]] inline std::uint64_t line_end_mask(char const* at) noexcept {
  auto const lanes = [at](int first) {
    return std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(line_end_lanes(at + first)))}
           << static_cast<unsigned>(first);
  };
  return lanes(0) | lanes(16) | lanes(32) | lanes(48);
}

}  // namespace sluice::detail

#endif
