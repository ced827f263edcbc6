// Lengths of time on the command line and in the log.
//
// Thread rule: pure functions. Promise: a text is taken as a whole or refused with a
// `settings_error` that names the option, the text and the remedy.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace supervise {

/// `0s`, `500ms`, `30s`, `5min` or `1h`: a day at most.
std::chrono::milliseconds parse_duration(std::string_view option, std::string_view text);

/// `57ms` or `1.2s`.
std::string show_duration(std::chrono::microseconds time);

}  // namespace supervise
