// A peer on a real socket sends twice as much as the stream can process. Seconds of each run come
// from SLUICE_SOAK_SECONDS, by default few.

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sluice/sluice.hpp>

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

struct outcome {
  std::uint64_t sent = 0;
  std::uint64_t processed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t spilled = 0;
  std::size_t base = 0;
  std::size_t peak = 0;
};

outcome overload(sluice::overflow policy) {
  outcome seen;
  paced_sender sender{sent_per_second};
  std::atomic<std::uint64_t> processed = 0;
  auto const newest = std::make_shared<newest_counters>();
  streaming_context ssc{overloaded()};
  ssc.add_listener(newest);
  ssc.socket_text_stream("127.0.0.1", sender.port(), {.overflow = policy})
      .foreach_rdd([&](auto const& lines) {
        auto const n = lines.count();
        std::this_thread::sleep_for(n * per_record);
        processed += static_cast<std::uint64_t>(n);
      });
  seen.base = resident_bytes();
  ssc.start();
  auto const look = [&](std::chrono::milliseconds time) {
    ssc.await_termination_for(time);
    seen.peak = std::max(seen.peak, resident_bytes());
  };
  for (auto left = soak_time(); left > 0ms; left -= 20ms) look(20ms);
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
  return seen;
}

}  // namespace

TEST_CASE("a stream at twice its capacity stays within its memory and counts every record") {
  // What was allocated once stays with the process: the first run is not measured.
  overload(overflow::backpressure);
  for (auto policy : {overflow::backpressure, overflow::drop_head, overflow::drop_tail,
                      overflow::drop_new, overflow::spill}) {
    CAPTURE(to_string(policy));
    auto const seen = overload(policy);
    MESSAGE(to_string(policy), ": ", seen.sent, " sent, ", seen.processed, " processed, ",
            seen.dropped, " dropped, ", seen.spilled, " went over the disk, memory ",
            seen.base >> 20U, " to ", seen.peak >> 20U, " MiB");
    CHECK(seen.processed + seen.dropped == seen.sent);
    CHECK((seen.dropped != 0) == drops_records(policy));
    // The reader may be blocks ahead of its host, and as many are kept for it.
    auto const beside = std::size_t{8} << 20;
    CHECK(seen.peak <= (seen.base + buffer + beside) * 11 / 10);
  }
}
