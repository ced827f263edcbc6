#include <sluice/operators/slot_marks.hpp>
#include <stdexcept>

namespace sluice {

slot_marks::position slot_marks::next() {
  if (auto const at = free_.lowest(); at != none) return at;
  if (positions_ >= none)
    throw std::length_error{"keyed state: more than 2^32 - 1 keys in one partition"};
  auto const at = static_cast<position>(positions_);
  reach(at);
  return at;
}

void slot_marks::reach(position at) {
  for (; positions_ <= at; ++positions_) free_.insert(static_cast<position>(positions_));
}

}  // namespace sluice
