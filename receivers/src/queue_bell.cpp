#include <atomic>
#include <sluice/receivers/batch_queue.hpp>
#include <sluice/receivers/input.hpp>
#include <string>

namespace sluice::detail {

struct queue_bell::state {
  std::weak_ptr<input_host> reader;
  std::atomic<bool> ringing = false;
};

void queue_bell::attach(std::shared_ptr<input_host> const& reader) {
  auto const lock = std::scoped_lock{mutex_};
  if (state_) {
    throw usage_error{
        "queue: this batch_queue is read by another queue_stream already; give each its own"};
  }
  state_ = std::make_shared<struct state>();
  state_->reader = reader;
}

void queue_bell::detach() {
  auto const lock = std::scoped_lock{mutex_};
  state_.reset();
}

std::shared_ptr<struct queue_bell::state> queue_bell::state() {
  auto const lock = std::scoped_lock{mutex_};
  return state_;
}

void queue_bell::ring() {
  auto const bell = state();
  if (!bell) return;
  auto const reader = bell->reader.lock();
  if (!reader || bell->ringing.exchange(true)) return;
  reader->post([bell] {
    bell->ringing = false;
    if (auto const listener = bell->reader.lock()) listener->changed();
  });
}

void refuse_push(char const* why, std::size_t max_batches) {
  throw usage_error{std::string{"queue: the batch was not taken, the batch_queue "} + why +
                    " (max_batches = " + std::to_string(max_batches) +
                    "); use try_push to wait for room, or a larger bound"};
}

std::size_t checked_queue_bound(std::size_t max_batches) {
  if (max_batches == 0)
    throw usage_error{"batch_queue: max_batches is 0; a queue needs room for at least one batch"};
  return max_batches;
}

}  // namespace sluice::detail
