#include "counting.hpp"

#include <chrono>
#include <stdexcept>

#include "harness/bench.hpp"

namespace bench {

void checkpoint_watch::on_checkpoint(sluice::checkpoint_info const& info) {
  if (!info.failure.empty()) failed_ = true;
  newest_ = info.batch;
  ++seen_;
  seen_.notify_all();
}

void checkpoint_watch::await(std::uint64_t n) const {
  for (auto now = seen_.load(); now < n; now = seen_.load()) seen_.wait(now);
  if (failed_) throw std::runtime_error{"a checkpoint has failed; is the disk full?"};
}

sluice::options durable_options(std::string directory, std::chrono::milliseconds interval) {
  auto o = stream_options(1);
  o.checkpoint_dir = std::move(directory);
  o.checkpoints.interval = interval;
  o.listener_queue = 1'000'000;  // what is dropped could be a checkpoint
  return o;
}

counting_stream::counting_stream(key_space keys, sluice::options const& how)
    : keys_{keys},
      counted_(keys.size),
      queue_{std::make_shared<sluice::batch_queue<key_range>>()},
      checkpoints_{std::make_shared<checkpoint_watch>()},
      context_{how} {
  counts_of(context_.queue_stream(queue_), keys).foreach_rdd([this](auto const& counts) {
    sum_ += counts.fold(std::uint64_t{0}, std::plus<>{});
    commits.push_back(wall_seconds());
  });
  context_.add_listener(checkpoints_);
  context_.start();
}

void counting_stream::load() {
  auto const part = keys_.size / 10;
  for (std::uint32_t at = 0; at != keys_.size; at += part) send({at, part});
  run();
}

void counting_stream::send(key_range const& range) {
  sent_.push_back(range);
  queue_->push({range});
}

void counting_stream::check(std::uint32_t before) {
  std::uint64_t expected = 0;
  for (auto const& r : std::exchange(sent_, {}))
    for (std::uint32_t i = 0; i != r.count; ++i)
      expected += before + ++counted_[keys_.number(r, i)];
  expect("the sum of the counts", expected, std::exchange(sum_, 0));
}

}  // namespace bench
