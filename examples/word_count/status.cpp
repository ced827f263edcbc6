#include "status.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace word_count {

namespace {

// `1234567` as `1,234,567`.
std::string grouped(std::uint64_t n) {
  auto text = std::to_string(n);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

// The time of day here, for people; the result has the exact time.
std::string clock_time(sluice::batch_time time) {
  auto const whole = std::chrono::floor<std::chrono::seconds>(time);
  auto const ms = std::chrono::floor<std::chrono::milliseconds>(time - whole);
  auto const seconds = std::chrono::system_clock::to_time_t(whole);
  std::tm parts{};
  localtime_r(&seconds, &parts);
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%02d:%02d:%02d.%03d", parts.tm_hour, parts.tm_min,
                parts.tm_sec, static_cast<int>(ms.count()));
  return text.data();
}

std::string shown(std::optional<sluice::duration> delay) {
  if (!delay) return "unknown";
  auto const ms = std::chrono::duration<double, std::milli>{*delay}.count();
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), ms < 10 ? "%.1f ms" : "%.0f ms", ms);
  return text.data();
}

}  // namespace

std::string counted(std::uint64_t n, std::string const& one) {
  return grouped(n) + ' ' + one + (n == 1 ? "" : one.ends_with("ch") ? "es" : "s");
}

status_lines::status_lines(console& out, sluice::batch_id last, std::function<void()> done)
    : out_{out}, last_{last}, done_{std::move(done)} {}

void status_lines::on_batch_completed(sluice::batch_info const& batch) {
  if (batch.batch.id > last_) return;
  ++batches_;
  lines_ += batch.records;
  out_.say("batch " + grouped(batch.batch.id) + " at " + clock_time(batch.batch.time) + ": " +
               counted(batch.records, "line") + " in, scheduling delay " +
               shown(batch.scheduling_delay()) + ", processing delay " +
               shown(batch.processing_delay()) + ", " + counted(batch.buffered, "line") +
               " buffered",
           tone::quiet);
  if (batch.batch.id == last_) done_();
}

void receiver_lines::on_receiver_started(sluice::receiver_info const& receiver) {
  out_.say("input: " + receiver.message);
}

void receiver_lines::on_receiver_restarted(sluice::receiver_info const& receiver) {
  out_.say("input: " + receiver.message);
}

void receiver_lines::on_receiver_error(sluice::receiver_info const& receiver) {
  out_.say("input: " + receiver.message, tone::alarm);
}

}  // namespace word_count
