#include "supervise/durations.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "supervise/settings.hpp"

namespace supervise {

namespace {

using std::chrono::milliseconds;

struct unit {
  std::string_view name;
  milliseconds length;
};

constexpr std::array units{unit{"h", std::chrono::hours{1}}, unit{"min", std::chrono::minutes{1}},
                           unit{"s", std::chrono::seconds{1}}, unit{"ms", milliseconds{1}}};

constexpr milliseconds longest = std::chrono::hours{24};

}  // namespace

milliseconds parse_duration(std::string_view option, std::string_view text) {
  auto const digits = std::min(text.find_first_not_of("0123456789"), text.size());
  milliseconds::rep value = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + digits, value);
  for (auto const& known : units)
    if (digits != 0 && failed == std::errc{} && text.substr(digits) == known.name &&
        value <= longest / known.length)
      return known.length * value;
  throw settings_error{std::string{option} + " \"" + std::string{text} +
                       "\": write a whole number with its unit, such as 500ms, 30s, 5min or 1h, "
                       "up to 24h"};
}

std::string show_duration(std::chrono::microseconds time) {
  auto const seconds = std::chrono::duration<double>{time}.count();
  std::array<char, 32> text{};
  if (seconds < 1)
    std::snprintf(text.data(), text.size(), "%.0fms", seconds * 1000);
  else
    std::snprintf(text.data(), text.size(), "%.1fs", seconds);
  return text.data();
}

}  // namespace supervise
