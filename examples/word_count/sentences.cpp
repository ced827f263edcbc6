#include "sentences.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace word_count {

namespace {

using std::string_view_literals::operator""sv;

// The most frequent first.
constexpr std::array words{
    "the"sv,     "of"sv,      "and"sv,     "a"sv,       "to"sv,         "in"sv,      "water"sv,
    "river"sv,   "is"sv,      "it"sv,      "over"sv,    "through"sv,    "gate"sv,    "stream"sv,
    "with"sv,    "from"sv,    "as"sv,      "under"sv,   "mill"sv,       "that"sv,    "stone"sv,
    "by"sv,      "bridge"sv,  "runs"sv,    "at"sv,      "wheel"sv,      "down"sv,    "green"sv,
    "bank"sv,    "rain"sv,    "along"sv,   "open"sv,    "boat"sv,       "slow"sv,    "valley"sv,
    "turns"sv,   "weir"sv,    "deep"sv,    "lock"sv,    "before"sv,     "hill"sv,    "winter"sv,
    "carries"sv, "reed"sv,    "bright"sv,  "meadow"sv,  "after"sv,      "flood"sv,   "rises"sv,
    "quiet"sv,   "channel"sv, "old"sv,     "timber"sv,  "falls"sv,      "heron"sv,   "spring"sv,
    "narrow"sv,  "pool"sv,    "between"sv, "waits"sv,   "silver"sv,     "shore"sv,   "keeper"sv,
    "morning"sv, "ford"sv,    "lifts"sv,   "current"sv, "toward"sv,     "willow"sv,  "wide"sv,
    "harbour"sv, "grain"sv,   "early"sv,   "delta"sv,   "crosses"sv,    "ferry"sv,   "summer"sv,
    "otter"sv,   "gravel"sv,  "swift"sv,   "lowland"sv, "closes"sv,     "brook"sv,   "cold"sv,
    "barge"sv,   "tide"sv,    "measure"sv, "evening"sv, "kingfisher"sv, "clear"sv,   "basin"sv,
    "against"sv, "sluice"sv,  "cloud"sv,   "rudder"sv,  "island"sv,     "estuary"sv, "beneath"sv,
    "lantern"sv, "anchor"sv};

constexpr std::size_t table_size = 1U << 14U;
constexpr std::uint32_t shortest = 4;
constexpr std::uint32_t lengths = 8;

}  // namespace

sentences::sentences(std::uint32_t seed) : random_{seed} {
  double sum = 0;
  for (std::size_t rank = 1; rank <= words.size(); ++rank) sum += 1.0 / static_cast<double>(rank);
  for (std::size_t rank = 1; rank <= words.size(); ++rank) {
    auto const share = static_cast<double>(table_size) / (static_cast<double>(rank) * sum);
    by_frequency_.insert(by_frequency_.end(), std::max<std::size_t>(1, std::lround(share)),
                         words[rank - 1]);
  }
}

void sentences::append_to(std::string& text) {
  // Multiply and shift instead of a distribution: the same numbers with every standard library.
  auto const below = [this](std::size_t n) {
    return static_cast<std::size_t>(std::uint64_t{random_()} * n >> 32U);
  };
  for (auto left = shortest + below(lengths); left != 0; --left) {
    text += by_frequency_[below(by_frequency_.size())];
    text += left == 1 ? '\n' : ' ';
  }
}

}  // namespace word_count
