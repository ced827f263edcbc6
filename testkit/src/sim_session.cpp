#include <algorithm>
#include <sluice/testkit/sim_events.hpp>
#include <sluice/testkit/sim_session.hpp>
#include <utility>

namespace sluice::testkit {

sim_script& sim_script::send(std::string bytes, duration after) {
  steps_.push_back({action::send, std::move(bytes), after});
  return *this;
}

sim_script& sim_script::close(duration after) {
  steps_.push_back({action::close, {}, after});
  return *this;
}

sim_script& sim_script::reset(duration after) {
  steps_.push_back({action::reset, {}, after});
  return *this;
}

std::size_t sim_read_sizes::draw(std::size_t available) {
  return split ? 1 + static_cast<std::size_t>(chance.below(available)) : available;
}

sim_session::sim_session(sim_events& events, std::string peer, std::size_t buffer,
                         std::shared_ptr<sim_read_sizes> sizes)
    : events_{&events}, peer_{std::move(peer)}, buffer_limit_{buffer}, sizes_{std::move(sizes)} {}

void sim_session::play(sim_script const& script) {
  steps_.insert(steps_.end(), script.steps().begin(), script.steps().end());
  next_step();
}

void sim_session::next_step() {
  if (events_ == nullptr || !open() || step_pending_ || steps_.empty() || bytes_blocked() > 0) {
    return;
  }
  step_pending_ = true;
  events_->post(
      "peer " + peer_, [self = shared_from_this()] { self->run_step(); }, steps_.front().after);
}

void sim_session::run_step() {
  step_pending_ = false;
  if (!open()) return;
  auto step = std::move(steps_.front());
  steps_.pop_front();
  switch (step.what) {
    case sim_script::action::send:
      backlog_ = std::move(step.bytes);
      backlog_at_ = 0;
      break;
    case sim_script::action::close: ended_ = true; break;
    case sim_script::action::reset: return cut();
  }
  pump();
}

void sim_session::cut() {
  if (events_ == nullptr) return;
  reset_ = true;
  drop_bytes();
  pump();
}

void sim_session::drop_bytes() {
  backlog_.clear();
  backlog_at_ = 0;
  buffer_.clear();
}

void sim_session::pump() {
  auto const moved = std::min(bytes_blocked(), buffer_limit_ - buffer_.size());
  buffer_.append(backlog_, backlog_at_, moved);
  backlog_at_ += moved;
  if (read_ && (!buffer_.empty() || !open())) complete_later();
  next_step();
}

void sim_session::read(io_buffer buffer, std::size_t offset,
                       std::function<void(read_result)> done) {
  if (events_ == nullptr) return;
  auto request = read_request{std::move(buffer), offset, std::move(done)};
  if (offset >= request.buffer.capacity) {
    return fail_later(std::move(request), std::errc::invalid_argument);
  }
  if (read_) return fail_later(std::move(request), std::errc::operation_in_progress);
  read_ = std::move(request);
  pump();
}

void sim_session::close() {
  if (events_ == nullptr || closed_) return;
  closed_ = true;
  drop_bytes();
  pump();
}

void sim_session::abandon() {
  events_ = nullptr;
  closed_ = true;
  // The completion may own the connection, whose destructor comes back here.
  auto const forgotten = std::exchange(read_, std::nullopt);
}

void sim_session::complete_later() {
  if (completing_) return;
  completing_ = true;
  events_->post("read " + peer_, [self = shared_from_this()] { self->complete(); });
}

void sim_session::complete() {
  completing_ = false;
  if (!read_) return;
  auto request = *std::exchange(read_, std::nullopt);
  auto result = read_result{};
  if (closed_) {
    result.failed = error(std::errc::operation_canceled);
  } else if (reset_) {
    result.failed = error(std::errc::connection_reset);
  } else if (!buffer_.empty()) {
    take(request, result);
  }
  result.buffer = std::move(request.buffer);
  request.done(std::move(result));
}

void sim_session::take(read_request& request, read_result& result) {
  auto const room = request.buffer.capacity - request.offset;
  result.bytes = sizes_->draw(std::min(room, buffer_.size()));
  buffer_.copy(request.buffer.data.get() + request.offset, result.bytes);
  buffer_.erase(0, result.bytes);
  taken_ += result.bytes;
  pump();
}

void sim_session::fail_later(read_request request, std::errc why) {
  auto shared = std::make_shared<read_request>(std::move(request));
  events_->post("read " + peer_, [shared, failed = error(why)] {
    shared->done({.buffer = std::move(shared->buffer), .bytes = 0, .failed = failed});
  });
}

io_error sim_session::error(std::errc why) const { return {make_error_code(why), peer_}; }

}  // namespace sluice::testkit
