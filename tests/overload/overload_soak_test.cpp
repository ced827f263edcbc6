// A peer on a real socket sends twice as much as the stream can process. Seconds of each run come
// from SLUICE_SOAK_SECONDS, by default few.

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sluice/sluice.hpp>
#include <vector>

#include "paced_sender.hpp"

using namespace sluice;
using namespace std::chrono_literals;
using tests::paced_sender;

namespace {

constexpr std::size_t buffer = std::size_t{4} << 20;
constexpr auto per_record = 20us;  // 50,000 records per second
constexpr std::uint64_t sent_per_second = 100'000;

std::chrono::milliseconds soak_time() {
  auto const* text = std::getenv("SLUICE_SOAK_SECONDS");
  return text == nullptr ? 1'000ms : std::chrono::milliseconds{1000 * std::atoi(text)};
}

std::size_t resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  std::size_t all = 0;
  std::size_t resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

struct newest_counters final : streaming_listener {
  void on_batch_completed(batch_info const& info) override {
    std::lock_guard const guard{mutex};
    counters = info.inputs.at(0).counters;
  }
  std::uint64_t of(std::string const& name) {
    std::lock_guard const guard{mutex};
    auto const found = counters.find(name);
    return found == counters.end() ? 0 : found->second;
  }
  std::mutex mutex;
  std::map<std::string, std::uint64_t> counters;
};

options overloaded() {
  options o;
  o.app_name = "soak";
  o.parallelism = 2;
  o.trigger = every(50ms);
  o.receiver_buffer.bytes = buffer;
  o.link_buffer.bytes = buffer;
  o.log_level = "off";
  return o;
}

// How old records are when they are processed: batch by batch, the oldest one.
using ages = std::vector<std::chrono::microseconds>;

std::chrono::microseconds median(ages some) {
  auto const half = some.begin() + static_cast<std::ptrdiff_t>(some.size() / 2);
  std::nth_element(some.begin(), half, some.end());
  return *half;
}

// What has become of the age in the last third of the time, in parts of that in the third before.
double rise(ages const& all) {
  auto const third = static_cast<std::ptrdiff_t>(all.size() / 3);
  if (third == 0) return 1;
  auto const before = median({all.end() - 2 * third, all.end() - third});
  return static_cast<double>(median({all.end() - third, all.end()}).count()) /
         static_cast<double>(before.count());
}

struct outcome {
  std::uint64_t sent = 0;
  std::uint64_t processed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t spilled = 0;
  double age_rise = 0;
  double per_second = 0;  ///< processed while the sender sent
  std::size_t base = 0;
  std::size_t peak = 0;
};

outcome overload(sluice::overflow policy) {
  outcome seen;
  paced_sender sender{sent_per_second};
  std::atomic<std::uint64_t> processed = 0;
  ages oldest;  // of the batches while the sender sends; the output's alone until the stop
  std::atomic<bool> sending = true;
  auto const newest = std::make_shared<newest_counters>();
  streaming_context ssc{overloaded()};
  ssc.add_listener(newest);
  ssc.socket_text_stream("127.0.0.1", sender.port(), {.overflow = policy})
      .foreach_rdd([&](auto const& lines) {
        auto const n = lines.count();
        std::this_thread::sleep_for(n * per_record);
        processed += static_cast<std::uint64_t>(n);
        if (n != 0 && sending)
          oldest.push_back(
              lines.map(&paced_sender::age).reduce([](auto a, auto b) { return std::max(a, b); }));
      });
  seen.base = resident_bytes();
  ssc.start();
  auto const look = [&](std::chrono::milliseconds time) {
    ssc.await_termination_for(time);
    seen.peak = std::max(seen.peak, resident_bytes());
  };
  for (auto left = soak_time(); left > 0ms; left -= 20ms) look(20ms);
  sending = false;
  seen.per_second =
      static_cast<double>(processed) / std::chrono::duration<double>{soak_time()}.count();
  // From here on only the end is awaited: the test's time limit is the bound.
  std::thread finishing{[&] { sender.finish(); }};
  while (newest->of("records") != sender.sent() || newest->of("lost_connections") == 0) look(20ms);
  finishing.join();
  ssc.stop(stop_mode::drain);
  seen.sent = sender.sent();
  seen.processed = processed;
  seen.dropped =
      newest->of("dropped_head") + newest->of("dropped_tail") + newest->of("dropped_new");
  seen.spilled = newest->of("spilled_records");
  seen.age_rise = rise(oldest);
  return seen;
}

}  // namespace

TEST_CASE("a stream at twice its capacity stays within its memory and counts every record") {
  // What was allocated once stays with the process: the first run tells the peak and nothing more.
  auto const peak = overload(overflow::backpressure).per_second;
  for (auto policy : {overflow::backpressure, overflow::drop_head, overflow::drop_tail,
                      overflow::drop_new, overflow::spill}) {
    CAPTURE(to_string(policy));
    auto const seen = overload(policy);
    MESSAGE(to_string(policy), ": ", seen.sent, " sent, ", seen.processed, " processed, ",
            seen.dropped, " dropped, ", seen.spilled, " went over the disk, memory ",
            seen.base >> 20U, " to ", seen.peak >> 20U,
            " MiB, throughput / peak: ", seen.per_second / peak,
            ", age of records in the last third of the time / in the second: ", seen.age_rise);
    CHECK(seen.processed + seen.dropped == seen.sent);
    CHECK((seen.dropped != 0) == drops_records(policy));
    // The reader may be blocks ahead of its host, and as many are kept for it.
    auto const beside = std::size_t{8} << 20;
    CHECK(seen.peak <= (seen.base + buffer + beside) * 11 / 10);
  }
}
