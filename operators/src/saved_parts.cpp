#include <algorithm>
#include <sluice/operators/saved_parts.hpp>

namespace sluice {

void saved_parts::add(std::unique_ptr<state_part> part) { parts_.push_back(std::move(part)); }

std::uint64_t saved_parts::save(byte_writer& out, std::uint64_t number) {
  try {
    auto needed = number;
    for (auto& part : parts_) needed = std::min(needed, part->save(out, number));
    return needed;
  } catch (...) {
    // Some parts take themselves for saved.
    start_over();
    throw;
  }
}

void saved_parts::start_over() {
  for (auto& part : parts_) part->start_over();
}

void saved_parts::load(byte_reader& in, std::uint64_t number) {
  for (auto& part : parts_) part->load(in, number);
}

}  // namespace sluice
