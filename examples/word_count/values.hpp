// Values on the command line, from text.
//
// Thread rule: pure functions. Promise: a text is taken as a whole or refused with a
// `settings_error` that names `option`, the text and the remedy.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "settings.hpp"

namespace word_count {

/// A whole number from `least` to `most`.
std::uint64_t parse_number(std::string_view option, std::string_view text, std::uint64_t least,
                           std::uint64_t most);

/// `500ms`, `30s`, `5min` or `1h`: more than nothing, a day at most.
std::chrono::milliseconds parse_duration(std::string_view option, std::string_view text);

/// The same or `demand`, which is none.
std::optional<std::chrono::milliseconds> parse_interval(std::string_view option,
                                                        std::string_view text);

/// `host:port` or `[IPv6 address]:port`.
socket_input parse_peer(std::string_view option, std::string_view text);

/// A duration as `parse_duration` reads it, in the largest unit that is exact.
std::string show_duration(std::chrono::milliseconds time);

}  // namespace word_count
