/// Which of up to 64 characters are white space, as bits.
///
/// Thread rule: pure functions. Promise: reads no byte outside the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#ifdef __SSE2__
#  include <emmintrin.h>
#endif

namespace sluice::detail {

/// Space and \t \n \v \f \r, as `std::isspace` in the C locale.
[[nodiscard]] constexpr bool is_space(char c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

inline constexpr std::size_t space_lanes = 16;  ///< characters looked at together

/// Bit i tells whether `at[i]` is white space.
[[nodiscard]] inline std::uint64_t space_mask_of_lanes(char const* at) noexcept {
#ifdef __SSE2__
  auto const text = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
  auto const spaces = _mm_cmpeq_epi8(text, _mm_set1_epi8(' '));
  // From \t the others are five in a row: unsigned, the distance from \t is at most four.
  auto const distance = _mm_sub_epi8(text, _mm_set1_epi8('\t'));
  auto const others = _mm_cmpeq_epi8(_mm_min_epu8(distance, _mm_set1_epi8(4)), distance);
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(spaces, others)));
#else
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i != space_lanes; ++i) mask |= std::uint64_t{is_space(at[i])} << i;
  return mask;
#endif
}

/// The mask of 64 characters.
[[nodiscard]] inline std::uint64_t space_mask(char const* at) noexcept {
  return space_mask_of_lanes(at) | space_mask_of_lanes(at + 16) << 16U |
         space_mask_of_lanes(at + 32) << 32U | space_mask_of_lanes(at + 48) << 48U;
}

/// The mask of the last `size` characters of `text`, fewer than 64; behind the end is white space.
[[nodiscard]] inline std::uint64_t space_mask_of_end(std::string_view text,
                                                     std::size_t size) noexcept {
  auto const at = text.data() + (text.size() - size);
  auto const lanes = size - size % space_lanes;
  auto const rest = size - lanes;
  std::uint64_t mask = ~std::uint64_t{0} << size;
  for (std::size_t i = 0; i != lanes; i += space_lanes) mask |= space_mask_of_lanes(at + i) << i;
  if (rest == 0) return mask;
  if (text.size() >= space_lanes) {
    // The last sixteen characters, of which those that were seen before are shifted out.
    auto const last = space_mask_of_lanes(text.data() + (text.size() - space_lanes));
    return mask | (last >> (space_lanes - rest)) << lanes;
  }
  for (std::size_t i = lanes; i != size; ++i) mask |= std::uint64_t{is_space(at[i])} << i;
  return mask;
}

}  // namespace sluice::detail
