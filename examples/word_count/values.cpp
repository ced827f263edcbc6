#include "values.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace word_count {

namespace {

using std::chrono::milliseconds;

struct unit {
  std::string_view name;
  milliseconds length;
};

// The largest first.
constexpr std::array units{unit{"h", std::chrono::hours{1}}, unit{"min", std::chrono::minutes{1}},
                           unit{"s", std::chrono::seconds{1}}, unit{"ms", milliseconds{1}}};

constexpr milliseconds longest = std::chrono::hours{24};

[[noreturn]] void refuse(std::string_view option, std::string_view text, std::string_view remedy) {
  throw settings_error{std::string{option} + " \"" + std::string{text} +
                       "\": " + std::string{remedy}};
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t value = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

std::optional<milliseconds> duration_of(std::string_view text) {
  auto const digits = std::min(text.find_first_not_of("0123456789"), text.size());
  auto const value = whole_number(text.substr(0, digits));
  for (auto const& known : units) {
    if (text.substr(digits) != known.name) continue;
    auto const most = static_cast<std::uint64_t>(longest / known.length);
    if (!value || *value == 0 || *value > most) return {};
    return known.length * static_cast<milliseconds::rep>(*value);
  }
  return {};
}

}  // namespace

std::uint64_t parse_number(std::string_view option, std::string_view text, std::uint64_t least,
                           std::uint64_t most) {
  auto const value = whole_number(text);
  if (!value || *value < least || *value > most)
    refuse(option, text,
           "write a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return *value;
}

milliseconds parse_duration(std::string_view option, std::string_view text) {
  if (auto const value = duration_of(text)) return *value;
  refuse(option, text,
         "write a whole number with its unit, such as 500ms, 30s, 5min or 1h, up to 24h");
}

std::optional<milliseconds> parse_interval(std::string_view option, std::string_view text) {
  if (text == "demand") return {};
  if (auto const value = duration_of(text)) return *value;
  refuse(option, text,
         "write a whole number with its unit, such as 500ms, 1s or 5min, up to 24h, or demand");
}

socket_input parse_peer(std::string_view option, std::string_view text) {
  static constexpr auto remedy = "write host:port, such as localhost:9999 or [::1]:9999";
  auto const colon = text.rfind(':');
  if (colon == std::string_view::npos) refuse(option, text, remedy);
  auto host = text.substr(0, colon);
  auto const bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.empty() || (!bracketed && host.find_first_of("[]:") != std::string_view::npos))
    refuse(option, text, remedy);
  auto const port = whole_number(text.substr(colon + 1));
  if (!port || *port == 0 || *port > 65'535)
    refuse(option, text, "the port must be a number from 1 to 65535, as in localhost:9999");
  return {std::string{host}, static_cast<std::uint16_t>(*port)};
}

std::string show_duration(milliseconds time) {
  for (auto const& known : units)
    if (time % known.length == milliseconds{0})
      return std::to_string(time / known.length) + std::string{known.name};
  return std::to_string(time.count()) + "ms";
}

}  // namespace word_count
