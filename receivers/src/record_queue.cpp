#include "record_queue.hpp"

#include <utility>

namespace sluice {

void record_queue::push(chunk_ptr chunk) {
  if (chunk->records() == 0) return;
  records_ += chunk->records();
  chunks_.push_back(std::move(chunk));
}

bool record_queue::take(std::uint64_t records, std::vector<chunk_ptr>& into) {
  while (records > 0) {
    if (chunks_.front()->records() > records && !split_front(static_cast<std::size_t>(records)))
      return false;
    auto const taken = chunks_.front()->records();
    into.push_back(std::move(chunks_.front()));
    chunks_.pop_front();
    records_ -= taken;
    records -= taken;
  }
  return true;
}

bool record_queue::split_front(std::size_t first) {
  auto parts = split_(chunks_.front(), first);
  if (parts.size() < 2) return false;
  chunks_.pop_front();
  chunks_.insert(chunks_.begin(), parts.begin(), parts.end());
  return true;
}

void record_queue::clear() {
  chunks_.clear();
  records_ = 0;
}

}  // namespace sluice
