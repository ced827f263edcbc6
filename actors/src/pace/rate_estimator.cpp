#include "rate_estimator.hpp"

#include <algorithm>

namespace sluice {

namespace {

double seconds(duration d) { return std::chrono::duration<double>{d}.count(); }

}  // namespace

std::optional<double> rate_estimator::learn(batch_measure const& batch) {
  if (latest_ && batch.ended <= latest_->time) return std::nullopt;
  if (batch.records == 0 || batch.processing <= duration{0}) return std::nullopt;
  auto const rate = static_cast<double>(batch.records) / seconds(batch.processing);
  if (!latest_) {
    latest_ = knowledge{batch.ended, rate, 0.0};
    return std::nullopt;
  }
  auto const error = latest_->rate - rate;
  // Records that have piled up while the batch waited, spread over one interval.
  auto const piled_up = seconds(batch.scheduling) * rate / seconds(interval_);
  auto const change = (error - latest_->error) / seconds(batch.ended - latest_->time);
  auto const next = std::max(latest_->rate - how_.proportional * error - how_.integral * piled_up -
                                 how_.derivative * change,
                             how_.min_rate);
  latest_ = knowledge{batch.ended, next, error};
  return next;
}

}  // namespace sluice
