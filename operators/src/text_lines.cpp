#include <algorithm>
#include <sluice/operators/text_lines.hpp>

namespace sluice {

std::size_t count_lines(std::string_view text) noexcept {
  std::size_t count = 0;
#ifdef __SSE2__
  constexpr std::size_t block = 64;
  constexpr std::size_t longest_run = 63;  // a lane counts four of each block in a byte
  auto const zero = _mm_setzero_si128();
  while (text.size() >= block) {
    auto const run = std::min(text.size() / block, longest_run);
    auto counts = zero;
    for (auto at = text.data(); at != text.data() + run * block; at += block) {
      // Equal is -1 in a lane: subtracting it counts.
      auto const front = _mm_add_epi8(detail::line_end_lanes(at), detail::line_end_lanes(at + 16));
      auto const back =
          _mm_add_epi8(detail::line_end_lanes(at + 32), detail::line_end_lanes(at + 48));
      counts = _mm_sub_epi8(counts, _mm_add_epi8(front, back));
    }
    auto const halves = _mm_sad_epu8(counts, zero);
    count += static_cast<std::size_t>(_mm_cvtsi128_si64(halves)) +
             static_cast<std::size_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(halves, halves)));
    text.remove_prefix(run * block);
  }
#endif
  return count + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace sluice
