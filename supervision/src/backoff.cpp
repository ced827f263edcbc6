#include <algorithm>
#include <sluice/supervision/backoff.hpp>
#include <utility>

namespace sluice {

backoff::backoff(backoff_policy const& policy, duration healthy_after, random_source random)
    : policy_{policy},
      healthy_after_{healthy_after},
      random_{std::move(random)},
      last_{policy.min} {}

duration backoff::next() {
  healthy_since_.reset();
  auto wait = base();
  switch (policy_.jitter) {
    case backoff_jitter::none: break;
    case backoff_jitter::full: wait = uniform(duration::zero(), wait); break;
    case backoff_jitter::equal: wait = uniform(wait / 2, wait); break;
    case backoff_jitter::decorrelated:
      wait = uniform(policy_.min, last_ > duration::max() / 3 ? duration::max() : last_ * 3);
      break;
  }
  ++in_a_row_;
  // Last of all, so that no jitter gets past it.
  last_ = std::min(wait, policy_.max);
  return last_;
}

void backoff::progress(time_point now) {
  if (in_a_row_ == 0) return;
  if (!healthy_since_) healthy_since_ = now;
  if (now - *healthy_since_ >= healthy_after_) start_over();
}

void backoff::start_over() {
  healthy_since_.reset();
  in_a_row_ = 0;
  last_ = policy_.min;
}

// min * 2^n. It stops at the maximum before the jitter is drawn as well: drawn from an ever larger
// range, nearly every wait would be the maximum, and what chance had spread would meet again.
duration backoff::base() const {
  auto base = policy_.min;
  for (std::uint64_t n = 0; n < in_a_row_ && base < policy_.max; ++n) {
    base = base > policy_.max / 2 ? policy_.max : base * 2;
    if (base == duration::zero()) break;
  }
  return base;
}

duration backoff::uniform(duration from, duration to) {
  auto const choices = static_cast<std::uint64_t>((to - from).count()) + 1;
  return from + duration{static_cast<duration::rep>(random_() % choices)};
}

}  // namespace sluice
