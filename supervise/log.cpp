#include "supervise/log.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace supervise {

namespace {

std::string now() {
  using namespace std::chrono;
  auto const time = floor<milliseconds>(system_clock::now());
  auto const whole = system_clock::to_time_t(time);
  std::tm parts{};
  localtime_r(&whole, &parts);
  std::array<char, 32> text{};
  auto const size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  std::snprintf(text.data() + size, text.size() - size, ".%03d",
                static_cast<int>((time.time_since_epoch() % seconds{1}).count()));
  return text.data();
}

char const* name(level how) {
  switch (how) {
    case level::info: return "info";
    case level::warning: return "warning";
    case level::error: return "error";
  }
  return "unknown";
}

}  // namespace

void say(level how, std::string const& text) {
  auto const line = now() + ' ' + name(how) + " sluice-supervise/child: " + text + '\n';
  [[maybe_unused]] auto const written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace supervise
