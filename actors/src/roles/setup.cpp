#include "setup.hpp"

#include <algorithm>

namespace sluice {

namespace {

std::size_t links_of(stage const& s) {
  std::size_t n = s.input_index ? s.partitions : 0;
  for (auto const& port : s.ports) n += port.upstream_partitions * s.partitions;
  return n;
}

}  // namespace

void setup::publish(std::vector<dead_letter> letters, std::uint64_t skipped) const {
  auto const n = letters.size();
  core->log().write("driver", log_level::warn,
                    std::to_string(n + skipped) + " records passed over, " + std::to_string(n) +
                        " of them as dead letters");
  if (n != 0 && dead_letters && !dead_letters->try_push(std::move(letters)))
    core->log().write("driver", log_level::error,
                      std::to_string(n) + " dead letters lost: too many wait to be read");
}

link_numbers::link_numbers(plan const& p) : plan_{p} {
  link_id next = 0;
  for (auto const& s : p.stages) {
    first_.push_back(next);
    next += static_cast<link_id>(links_of(s));
  }
}

link_id link_numbers::of(std::size_t to_stage, std::size_t port, std::size_t sender,
                         std::size_t receiver) const {
  auto const& s = plan_.stages[to_stage];
  auto at = static_cast<std::size_t>(first_[to_stage]);
  for (std::size_t p = 0; p != port; ++p) at += s.ports[p].upstream_partitions * s.partitions;
  return static_cast<link_id>(at + sender * s.partitions + receiver);
}

link_numbers::place link_numbers::find(link_id link) const {
  auto const next = std::upper_bound(first_.begin(), first_.end(), link);
  place at{static_cast<std::size_t>(next - first_.begin()) - 1, {}, 0, 0};
  auto const& s = plan_.stages[at.to_stage];
  auto offset = static_cast<std::size_t>(link - first_[at.to_stage]);
  at.sender = offset / s.partitions;
  at.receiver = offset % s.partitions;
  if (s.input_index) return at;
  at.port = 0;
  for (; at.sender >= s.ports[*at.port].upstream_partitions; ++*at.port)
    at.sender -= s.ports[*at.port].upstream_partitions;
  return at;
}

link_id link_numbers::of_input(std::size_t stage, std::size_t receiver) const {
  return first_[stage] + static_cast<link_id>(receiver);
}

}  // namespace sluice
