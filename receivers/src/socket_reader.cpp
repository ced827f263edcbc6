#include "socket_reader.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

socket_reader::socket_reader(std::shared_ptr<connection> from, intake into,
                             std::function<void()> wake)
    : connection_{std::move(from)}, wake_{std::move(wake)}, intake_{std::move(into)} {}

void socket_reader::set_quota(std::size_t blocks) {
  auto const lock = std::scoped_lock{mutex_};
  quota_ = blocks;
  read_next();
}

socket_reader::arrivals socket_reader::fetch() {
  auto const lock = std::scoped_lock{mutex_};
  wake_pending_ = false;
  quota_ -= std::min(quota_, arrivals_.runs.size());
  auto fetched = std::exchange(arrivals_, {});
  arrivals_.ended = fetched.ended;
  return fetched;
}

void socket_reader::close() {
  {
    auto const lock = std::scoped_lock{mutex_};
    closed_ = true;
  }
  connection_->close();
}

std::string socket_reader::take_rest() {
  auto const lock = std::scoped_lock{mutex_};
  return intake_.take_rest();
}

// Called under the mutex. The network promises not to complete inside the call.
void socket_reader::read_next() {
  if (reading_ || closed_ || arrivals_.ended || arrivals_.runs.size() >= quota_) return;
  reading_ = true;
  auto lent = intake_.lend();
  connection_->read(std::move(lent.memory), lent.offset,
                    [weak = weak_from_this()](read_result result) {
                      if (auto const self = weak.lock()) self->completed(std::move(result));
                    });
}

void socket_reader::completed(read_result result) {
  {
    auto const lock = std::scoped_lock{mutex_};
    reading_ = false;
    if (closed_) return;
    note(result);
    // From here and not from the host, so that the socket is read while lines are counted.
    read_next();
    auto const news = arrivals_.bytes > 0 || arrivals_.ended;
    if (!news || std::exchange(wake_pending_, true)) return;
  }
  wake_();
}

void socket_reader::note(read_result& result) {
  arrivals_.bytes += result.bytes;
  auto run = intake_.returned(std::move(result.buffer), result.bytes);
  if (run) arrivals_.runs.push_back(std::move(*run));
  if (result.failed || result.bytes == 0) {
    arrivals_.ended = true;
    arrivals_.failed = std::move(result.failed);
  }
}

}  // namespace sluice
