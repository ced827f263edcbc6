/// Lines of a text.
///
/// Thread rule: pure functions, safe everywhere. Promise: no copy; lines are views into the text.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace sluice {

/// The number of '\\n' in `text`.
[[nodiscard]] std::size_t count_lines(std::string_view text) noexcept;

/// Calls `visit` with each line of `text`, without its '\\n'. A '\\r' before it stays; a last line
/// without '\\n' is a line; nothing behind the last '\\n' is none.
template <class Visit>
void for_each_line(std::string_view text, Visit&& visit) {
  while (!text.empty()) {
    auto const found = static_cast<char const*>(std::memchr(text.data(), '\n', text.size()));
    if (found == nullptr) {
      visit(text);
      return;
    }
    auto const length = static_cast<std::size_t>(found - text.data());
    visit(text.substr(0, length));
    text.remove_prefix(length + 1);
  }
}

}  // namespace sluice
