#include <algorithm>
#include <sluice/operators/text_lines.hpp>

#ifdef __SSE2__
#  include <emmintrin.h>
#endif

namespace sluice {

std::size_t count_lines(std::string_view text) noexcept {
  std::size_t count = 0;
#ifdef __SSE2__
  constexpr std::size_t lanes = 16;
  constexpr std::size_t longest_run = 255;  // a lane counts in a byte
  auto const zero = _mm_setzero_si128();
  while (text.size() >= lanes) {
    auto const run = std::min(text.size() / lanes, longest_run);
    auto counts = zero;
    for (std::size_t i = 0; i != run; ++i) {
      auto const at = reinterpret_cast<__m128i const*>(text.data() + i * lanes);
      // Equal is -1 in a lane: subtracting it counts.
      counts = _mm_sub_epi8(counts, _mm_cmpeq_epi8(_mm_loadu_si128(at), _mm_set1_epi8('\n')));
    }
    auto const halves = _mm_sad_epu8(counts, zero);
    count += static_cast<std::size_t>(_mm_cvtsi128_si64(halves)) +
             static_cast<std::size_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(halves, halves)));
    text.remove_prefix(run * lanes);
  }
#endif
  return count + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace sluice
