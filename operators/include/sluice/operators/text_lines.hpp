/// Lines of a text.
///
/// Thread rule: pure functions, safe everywhere. Promise: no copy; lines are views into the text.
#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <sluice/operators/detail/line_end_mask.hpp>
#include <string_view>

namespace sluice {

/// The number of '\\n' in `text`.
[[nodiscard]] std::size_t count_lines(std::string_view text) noexcept;

/// Calls `visit` with each line of `text`, without its '\\n'. A '\\r' before it stays; a last line
/// without '\\n' is a line; nothing behind the last '\\n' is none.
template <class Visit>
void for_each_line(std::string_view text, Visit&& visit) {
  auto line = text.data();
  auto const end = line + text.size();
  auto const visit_up_to = [&](char const* line_end) {
    visit(std::string_view{line, static_cast<std::size_t>(line_end - line)});
  };
#ifdef __SSE2__
  // On lines of a hundred half as fast again as a search for each line's end.
  constexpr std::ptrdiff_t block = 64;
  for (auto at = line; end - at >= block; at += block) {
    for (auto ends = detail::line_end_mask(at); ends != 0; ends &= ends - 1) {
      auto const line_end = at + std::countr_zero(ends);
      visit_up_to(line_end);
      line = line_end + 1;
    }
  }
#endif
  while (line != end) {
    auto const found =
        static_cast<char const*>(std::memchr(line, '\n', static_cast<std::size_t>(end - line)));
    visit_up_to(found == nullptr ? end : found);
    line = found == nullptr ? end : found + 1;
  }
}

}  // namespace sluice
