/// Counting the views of each campaign in windows of event time: by the library and by hand.
///
/// Thread rule: an object is used by one thread. Promise: the same records, the same parser, the
/// same table, the same counts; those go on from run to run.
#pragma once

#include <atomic>
#include <charconv>
#include <chrono>
#include <functional>
#include <sluice/sluice.hpp>
#include <utility>

#include "events.hpp"
#include "json_event.hpp"

namespace bench {

inline bool is_view(json_event const& event) { return detail::is(event.type, "view"); }
inline bool is_view(binary_event const& event) { return event.type == binary_event::view; }

/// What is left of an event that counts.
template <class Ad>
struct ad_view {
  Ad ad;
  std::int64_t time;
};
inline ad_view<std::string_view> projected(json_event const& e) {
  ad_view<std::string_view> result{e.ad, 0};
  std::from_chars(e.time.data(), e.time.data() + e.time.size(), result.time);
  return result;
}
inline ad_view<std::uint64_t> projected(binary_event const& e) { return {e.ad, e.time}; }

/// A row of the result: views of a campaign in a window, so far.
using window_row = std::pair<window_key, std::uint64_t>;

inline window_row count_on(window_key key, std::optional<std::uint64_t> fresh,
                           sluice::state<std::uint64_t>& views) {
  views.update((views.exists() ? views.get() : 0) + fresh.value_or(0));
  return {key, views.get()};
}

/// The pipeline: with every batch, the windows that have changed. A window is over long after its
/// last event; the runs here end before.
template <class Events, class Ad>
auto count_views(Events const& events, campaign_table<Ad> const& campaign_of) {
  constexpr std::chrono::hours long_after{10'000};
  return events.filter([](auto const& event) { return is_view(event); })
      .map([](auto const& event) { return projected(event); })
      .template flat_map<window_row>([&campaign_of](ad_view<Ad> const& view, auto&& emit) {
        if (auto const found = campaign_of.find(view.ad); found != campaign_of.end())
          emit(window_row{window_of(found->second, view.time), 1});
      })
      .reduce_by_key(std::plus<>{})
      .map_with_state(sluice::state_spec(count_on).timeout(long_after));
}

/// The reader of the rows: knows the newest count of every window.
class window_table {
 public:
  explicit window_table(std::uint32_t campaigns) : newest_{campaigns} {}
  void take(sluice::rdd<window_row> const& rows) {
    std::uint64_t more = 0;
    for (auto const& [key, views] : rows.collect()) {
      auto& known = newest_.of(key);
      more += views - known;
      known = views;
    }
    views_ += more;
    views_.notify_one();
  }
  /// Returns once so many views have been counted.
  void await(std::uint64_t views) const {
    for (auto now = views_.load(); now < views; now = views_.load()) views_.wait(now);
  }
  [[nodiscard]] window_counts const& newest() const { return newest_; }

 private:
  window_counts newest_;
  std::atomic<std::uint64_t> views_ = 0;
};

/// The loop: one table for all windows.
template <class Ad>
class hand_counter {
 public:
  explicit hand_counter(campaign_table<Ad> const& campaign_of) : campaign_of_{campaign_of} {}

  template <class Event>
  void count(Event const& event) {
    if (!is_view(event)) return;
    auto const view = projected(event);
    if (auto const found = campaign_of_.find(view.ad); found != campaign_of_.end())
      ++views_[window_of(found->second, view.time)];
  }
  /// @throws unless each window has what `runs` runs give
  void check(ad_data const& data, std::uint64_t runs) const {
    window_counts found{data.campaigns};
    for (auto const& [key, views] : views_) found.of(key) = views;
    data.expected.check(found, runs);
  }

 private:
  campaign_table<Ad> const& campaign_of_;
  boost::unordered_flat_map<window_key, std::uint64_t, sluice::key_hash<window_key>> views_;
};

}  // namespace bench
