// What a batch without records costs: once cut as fast as possible, once by a clock of 1 ms.

#include <atomic>
#include <caf/all.hpp>
#include <chrono>
#include <thread>

#include "cases.hpp"
#include "harness/block_stream.hpp"

namespace bench {

namespace {

constexpr double bar_seconds = 10e-6;

/// Three fused steps and an output that counts batches.
class idle_stream {
 public:
  explicit idle_stream(sluice::options const& how) : context_{how} {
    context_.queue_stream(queue_)
        .map([](std::uint64_t x) { return x + 1; })
        .filter([](std::uint64_t x) { return x != 0; })
        .map([](std::uint64_t x) { return x * 2; })
        .foreach_rdd([this](auto const&) { batches_.fetch_add(1, std::memory_order_relaxed); });
    context_.start();
  }
  void run(std::uint64_t batches) {
    auto const before = this->batches();
    for (std::uint64_t i = 0; i != batches; ++i) queue_->push({});
    context_.run_until_idle();
    expect("the number of batches", batches, this->batches() - before);
  }
  [[nodiscard]] std::uint64_t batches() const { return batches_.load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<sluice::batch_queue<std::uint64_t>> queue_ =
      std::make_shared<sluice::batch_queue<std::uint64_t>>();
  std::atomic<std::uint64_t> batches_ = 0;
  sluice::streaming_context context_;
};

// The fewest messages that can cut, process and commit a batch: ask the input, its answer, record
// it, recorded, data, result, ready, commit, committed, free again.
constexpr int messages_per_batch = 10;
constexpr int actors_in_ring = 5;

/// Actors that pass a number around until it is 0.
class message_ring {
 public:
  message_ring() : system_{config_} {
    // CAF 0.17 trips a library assertion over function actors that take no argument.
    for (int i = 0; i != actors_in_ring; ++i)
      ring_.push_back(system_.spawn(
          [](caf::event_based_actor* self, int) -> caf::behavior {
            return {[self, next = caf::actor{}](caf::actor const& after) mutable {
              next = after;
              self->become([self, next](std::uint64_t left, caf::actor const& done) {
                if (left == 0)
                  self->send(done, true);
                else
                  self->send(next, left - 1, done);
              });
            }};
          },
          i));
    for (std::size_t i = 0; i != ring_.size(); ++i)
      caf::anon_send(ring_[i], ring_[(i + 1) % ring_.size()]);
  }
  ~message_ring() {
    for (auto const& each : ring_) caf::anon_send_exit(each, caf::exit_reason::kill);
  }
  message_ring(message_ring const&) = delete;
  message_ring& operator=(message_ring const&) = delete;

  void run(std::uint64_t messages) {
    caf::scoped_actor self{system_};
    self->send(ring_.front(), messages, caf::actor_cast<caf::actor>(self));
    self->receive([](bool) {});
  }

 private:
  struct one_thread : caf::actor_system_config {
    one_thread() {
      set("scheduler.max-threads", std::size_t{1});
      set("scheduler.max-throughput", std::size_t{50});
    }
  };
  one_thread config_;
  caf::actor_system system_;
  std::vector<caf::actor> ring_;
};

/// One thread sleeps to the next millisecond and wakes another: no clock that starts work on a
/// worker thread is cheaper.
class bare_ticker {
 public:
  bare_ticker() : worker_{[this] { work(); }}, clock_{[this] { tick(); }} {}
  ~bare_ticker() {
    ended_ = true;
    clock_.join();
    worker_.join();
  }
  bare_ticker(bare_ticker const&) = delete;
  bare_ticker& operator=(bare_ticker const&) = delete;

 private:
  void tick() {
    auto next = std::chrono::steady_clock::now();
    while (!ended_) {
      std::this_thread::sleep_until(next += std::chrono::milliseconds{1});
      ++ticks_;
      ticks_.notify_one();
    }
    ticks_ = 0;
    ticks_.notify_one();
  }
  void work() {
    for (std::uint64_t seen = 0; !ended_; seen = ticks_) ticks_.wait(seen);
  }

  std::atomic<bool> ended_ = false;
  std::atomic<std::uint64_t> ticks_ = 0;
  std::thread worker_;
  std::thread clock_;
};

void back_to_back(report& results) {
  std::uint64_t const batches = results.how().quick ? 2'000 : 50'000;
  idle_stream stream{stream_options(1)};
  message_ring ring;
  finding cost_of_one{"CPU per empty batch / 10 us", "cpu", {}, 1.0};
  cost_of_one.at_most = true;
  finding to_messages{"empty batch / 10 messages of bare actors", "cpu", {}};
  stream.run(batches / 10);
  ring.run(batches / 10 * messages_per_batch);
  for (std::size_t round = 0; round != results.how().rounds; ++round) {
    stopwatch const first;
    stream.run(batches);
    auto const own = first.passed();
    stopwatch const second;
    ring.run(batches * messages_per_batch);
    auto const bare = second.passed();
    auto const seconds = own.cpu / static_cast<double>(batches);
    cost_of_one.samples.push_back(seconds / bar_seconds);
    cost_of_one.data["foreign_load"] = own.foreign;
    to_messages.samples.push_back(own.cpu / bare.cpu);
  }
  results.add(std::move(cost_of_one));
  results.add(std::move(to_messages));
}

/// CPU time per wall time of what runs by itself for a while.
cost idle_for(std::chrono::milliseconds period) {
  stopwatch const watch;
  std::this_thread::sleep_for(period);
  return watch.passed();
}

void by_clock(report& results) {
  auto how = stream_options(1);
  how.trigger = sluice::every(std::chrono::milliseconds{1});
  std::chrono::milliseconds const period{results.how().quick ? 100 : 1'000};
  finding to_ticker{"empty batch / two bare threads, clock of 1 ms", "cpu", {}};
  for (std::size_t round = 0; round != results.how().rounds; ++round) {
    cost own, bare;
    std::uint64_t batches = 0;
    {
      idle_stream const stream{how};
      std::this_thread::sleep_for(period / 10);
      auto const before = stream.batches();
      own = idle_for(period);
      batches = stream.batches() - before;
    }
    {
      bare_ticker const ticker;
      std::this_thread::sleep_for(period / 10);
      bare = idle_for(period);
    }
    to_ticker.samples.push_back(own.cpu / bare.cpu);
    to_ticker.data["batches_per_second"] = static_cast<double>(batches) / own.wall;
    to_ticker.data["core_share"] = own.cpu / own.wall;
    to_ticker.data["foreign_load"] = own.foreign;
  }
  results.add(std::move(to_ticker));
}

}  // namespace

void empty_batch(report& results) {
  back_to_back(results);
  by_clock(results);
  results.note("the first figure is the one that is bounded in time and not by another program");
}

}  // namespace bench
