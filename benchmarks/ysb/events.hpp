/// Advertising events, as JSON and as binary records, and what counting their views must give.
///
/// Thread rule: built by one thread, then only read. Promise: the same description gives the same
/// bytes; the counts of each campaign and window are known from the generation.
#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <sluice/operators/hash.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// What to generate.
struct ad_plan {
  std::size_t bytes = std::size_t{256} << 20U;
  std::uint32_t campaigns = 100;
  std::uint32_t ads_per_campaign = 10;
  bool zipf = false;  ///< ads by Zipf's law with exponent 1, else evenly
  std::uint64_t seed = 1;
};

/// An event as a record of 64 bytes.
struct binary_event {
  static constexpr std::uint64_t view = 0;
  std::int64_t time;  ///< milliseconds since the epoch
  std::uint64_t user, page, ad, ad_type, type, ip, pad;
};
static_assert(sizeof(binary_event) == 64);

/// Bytes of a block, of either form; JSON has less by part of a line.
inline constexpr std::size_t ad_block_bytes = std::size_t{256} << 10U;

/// Which campaign counts in which window, as one number.
using window_key = std::uint64_t;
inline constexpr std::int64_t window_milliseconds = 10'000;
inline window_key window_of(std::uint32_t campaign, std::int64_t time) {
  return std::uint64_t{campaign} << 32U | static_cast<std::uint64_t>(time / window_milliseconds);
}

/// The table of campaigns, by ad.
template <class Ad>
using campaign_table =
    boost::unordered_flat_map<Ad, std::uint32_t, sluice::key_hash<Ad>, sluice::key_equal<Ad>>;

/// Views by campaign and window.
class window_counts {
 public:
  explicit window_counts(std::uint32_t campaigns) : campaigns_{campaigns} {}
  /// The number of a window's views; it is 0 until it is written.
  std::uint64_t& of(window_key key);
  /// @throws unless `found` has `times` as many views as this, in each window of each campaign
  void check(window_counts const& found, std::uint64_t times) const;
  [[nodiscard]] std::uint64_t views() const;

 private:
  std::uint32_t campaigns_;
  std::vector<std::uint64_t> counts_;  // by window, then by campaign
};

/// Common to both forms.
struct ad_data {
  std::uint32_t campaigns = 0;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  window_counts expected{0};
};

struct json_ads : ad_data {
  explicit json_ads(ad_plan const& plan);
  std::vector<std::string> blocks;             ///< of whole lines
  std::vector<std::array<char, 36>> ad_names;  ///< what the table's keys point to
  campaign_table<std::string_view> campaign_of;
};

struct binary_ads : ad_data {
  explicit binary_ads(ad_plan const& plan);
  std::vector<std::vector<binary_event>> blocks;
  campaign_table<std::uint64_t> campaign_of;
};

}  // namespace bench
