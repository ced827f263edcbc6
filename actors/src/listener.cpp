#include <sluice/actors/listener.hpp>

namespace sluice {

std::optional<duration> batch_info::scheduling_delay() const {
  if (!started) return {};
  return *started - submitted;
}

std::optional<duration> batch_info::processing_delay() const {
  if (!started || !ended) return {};
  return *ended - *started;
}

std::optional<duration> batch_info::total_delay() const {
  auto const processing = processing_delay();
  if (!processing) return {};
  return *scheduling_delay() + *processing;
}

}  // namespace sluice
