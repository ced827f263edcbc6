#include "intake_rate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sluice {

namespace {

double seconds(std::chrono::nanoseconds d) { return std::chrono::duration<double>{d}.count(); }

}  // namespace

void intake_rate::learn(batch_measure const& batch) {
  if (!estimator_) return;
  if (auto const rate = estimator_->learn(batch)) learned_ = static_cast<std::uint64_t>(*rate);
}

std::uint64_t intake_rate::limit() const {
  auto const wanted = learned_.value_or(how_.initial_rate);
  if (wanted == 0 || how_.max_rate == 0) return std::max(wanted, how_.max_rate);
  return std::min(wanted, how_.max_rate);
}

std::uint64_t intake_rate::allowance(std::chrono::nanoseconds now) {
  refill(now);
  if (limit() == 0) return no_limit;
  return tokens_ < 1 ? 0 : static_cast<std::uint64_t>(tokens_);
}

void intake_rate::took(std::uint64_t records) {
  if (limit() != 0) tokens_ = std::max(tokens_ - static_cast<double>(records), -most());
}

std::chrono::nanoseconds intake_rate::until(std::uint64_t records, std::chrono::nanoseconds now) {
  refill(now);
  if (limit() == 0) return std::chrono::nanoseconds{0};
  auto const missing = std::min(static_cast<double>(records), most()) - tokens_;
  if (missing <= 0) return std::chrono::nanoseconds{0};
  return std::chrono::nanoseconds{
      static_cast<std::int64_t>(std::ceil(missing / static_cast<double>(limit()) * 1e9))};
}

void intake_rate::refill(std::chrono::nanoseconds now) {
  auto const since = std::exchange(filled_, now);
  tokens_ = std::min(tokens_ + static_cast<double>(limit()) * seconds(now - since), most());
}

double intake_rate::most() const {
  return std::max(static_cast<double>(limit()) * seconds(how_.burst),
                  static_cast<double>(how_.least_burst));
}

}  // namespace sluice
