#include <sluice/operators/slot_marks.hpp>
#include <stdexcept>

namespace sluice {

slot_marks::position slot_marks::next() const {
  if (auto const at = free_.lowest(); at != none) return at;
  if (positions_ >= none)
    throw std::length_error{"keyed state: more than 2^32 - 1 keys in one partition"};
  return static_cast<position>(positions_);
}

}  // namespace sluice
