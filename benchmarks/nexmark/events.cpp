#include "events.hpp"

#include <algorithm>

namespace bench::nexmark {

std::span<char> text_arena::room(std::size_t length) {
  constexpr std::size_t slab = std::size_t{1} << 20U;
  if (left_ < length) {
    left_ = std::max(slab, length);
    slabs_.push_back(std::make_unique_for_overwrite<char[]>(left_));
    slab_ = slabs_.back().get();
  }
  auto* const begin = slab_;
  slab_ += length;
  left_ -= length;
  return {begin, length};
}

std::string_view text_arena::keep(std::string_view text) {
  auto const kept = room(text.size());
  std::copy(text.begin(), text.end(), kept.begin());
  return {kept.data(), kept.size()};
}

void event_block::add(person const& one) {
  people_.push_back(one);
  kinds_.push_back(0);
}

void event_block::add(auction const& one) {
  auctions_.push_back(one);
  kinds_.push_back(1);
}

void event_block::add(bid const& one) {
  bids_.push_back(one);
  kinds_.push_back(2);
}

void event_block::seal() {
  auto const* next_person = people_.data();
  auto const* next_auction = auctions_.data();
  auto const* next_bid = bids_.data();
  events_.reserve(kinds_.size());
  for (auto const kind : kinds_) {
    if (kind == 0)
      events_.emplace_back(next_person++);
    else if (kind == 1)
      events_.emplace_back(next_auction++);
    else
      events_.emplace_back(next_bid++);
  }
  std::vector<std::uint8_t>{}.swap(kinds_);
}

}  // namespace bench::nexmark
