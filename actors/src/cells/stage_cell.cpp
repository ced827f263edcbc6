#include "stage_cell.hpp"

#include <algorithm>

namespace sluice {

stage_cell::stage_cell(stage const& of, std::size_t partition_index,
                       record_error_rules const& rules)
    : task_{of, partition_index, &rules}, has_state_{task_.has_state()} {}

stage_cell::outcome stage_cell::run(batch_context const& now,
                                    std::vector<std::vector<partition>> const& by_port,
                                    batch_id committed) {
  while (!finished_.empty() && finished_.front().batch <= committed) finished_.pop_front();
  skipped_.erase(skipped_.begin(), skipped_.upper_bound(committed));
  auto const known = std::find_if(finished_.begin(), finished_.end(),
                                  [&](finished const& f) { return f.batch == now.batch.id; });
  if (known != finished_.end()) return known->result;
  outcome result;
  result.given = skipped_.contains(now.batch.id) ? task_.nothing() : task_.run(now, by_port);
  result.diverted = task_.take_diverted();
  if (has_state_) finished_.push_back({now.batch.id, result});
  return result;
}

}  // namespace sluice
