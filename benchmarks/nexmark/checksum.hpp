/// What the rows of a query add up to, whatever their order.
///
/// Thread rule: pure functions. Promise: every column is read, of text the length and both ends; a
/// value in another row or another column gives another sum.
#pragma once

#include <cstdint>
#include <cstring>
#include <sluice/operators/time.hpp>
#include <string_view>
#include <tuple>

namespace bench::nexmark {

struct checksum {
  std::uint64_t rows = 0;
  std::uint64_t hash = 0;

  checksum& operator+=(checksum const& other) {
    rows += other.rows;
    hash += other.hash;
    return *this;
  }
  bool operator==(checksum const&) const = default;
};
inline checksum operator+(checksum a, checksum const& b) { return a += b; }

inline std::uint64_t number_of(std::int64_t value) { return static_cast<std::uint64_t>(value); }
inline std::uint64_t number_of(sluice::batch_time value) {
  return static_cast<std::uint64_t>(value.time_since_epoch().count());
}
inline std::uint64_t number_of(std::string_view text) {
  auto const n = text.size();
  if (n < 8) {
    std::uint64_t all = 0;
    for (auto const c : text) all = all << 8U | static_cast<unsigned char>(c);
    return all << 8U | n;
  }
  std::uint64_t first = 0, last = 0;
  std::memcpy(&first, text.data(), 8);
  std::memcpy(&last, text.data() + n - 8, 8);
  return first ^ (last << 1U) ^ n;
}

template <class... Columns>
checksum checksum_of(std::tuple<Columns...> const& row) {
  std::uint64_t sum = 0;
  auto const add = [&sum](std::uint64_t x) {
    sum = (sum ^ x) * 0x9e3779b97f4a7c15U;
    sum ^= sum >> 32U;
  };
  std::apply([&](auto const&... column) { (add(number_of(column)), ...); }, row);
  return {1, sum};
}

}  // namespace bench::nexmark
