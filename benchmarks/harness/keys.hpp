/// Numbers to count: 64-bit keys drawn evenly from a set, in blocks.
///
/// Thread rule: built by one thread, then only read. Promise: the same description gives the same
/// keys, the first `keys` records of which are all different.
#pragma once

#include <cstdint>
#include <vector>

namespace bench {

using key_block = std::vector<std::uint64_t>;

/// A block of these stays in a core's cache of the second level.
inline constexpr std::size_t keys_per_block = std::size_t{16} << 10U;

/// The key with a number: all 64 bits differ, and two numbers never give one key.
inline std::uint64_t key_of(std::uint64_t number) {
  auto x = number + 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

/// `blocks` blocks with keys 0 to, excluding, `keys`: each once in a scattered order, then drawn.
inline std::vector<key_block> make_keys(std::size_t blocks, std::uint64_t keys,
                                        std::uint64_t seed = 1) {
  std::vector<key_block> all(blocks);
  std::uint64_t made = 0;
  for (auto& block : all) {
    block.resize(keys_per_block);
    for (auto& key : block) {
      auto const drawn = (key_of(made + (seed << 40U)) >> 32U) * keys >> 32U;
      key = key_of(made < keys ? made : drawn);
      ++made;
    }
  }
  return all;
}

}  // namespace bench
