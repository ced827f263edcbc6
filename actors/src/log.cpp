#include "log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <algorithm>
#include <array>
#include <sluice/operators/error.hpp>

namespace sluice {

namespace {

constexpr std::array names{"trace", "debug", "info", "warn", "error", "off"};
constexpr std::array<std::string_view, 9> components{"context",   "guardian", "driver",
                                                     "generator", "receiver", "stage",
                                                     "sink",      "listener", "faults"};

log_level parse_level(std::string_view word) {
  auto const found = std::find(names.begin(), names.end(), word);
  if (found == names.end())
    throw usage_error{"log_level: \"" + std::string{word} +
                      "\" is no level; use trace, debug, info, warn, error or off"};
  return static_cast<log_level>(found - names.begin());
}

spdlog::level::level_enum to_spdlog(log_level level) {
  constexpr std::array levels{spdlog::level::trace, spdlog::level::debug, spdlog::level::info,
                              spdlog::level::warn,  spdlog::level::err,   spdlog::level::off};
  return levels[static_cast<std::size_t>(level)];
}

}  // namespace

struct log::sink {
  spdlog::logger logger{"sluice", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()};
};

log::log(std::string_view app_name, std::string_view spec)
    : app_name_{app_name}, sink_{std::make_unique<sink>()} {
  while (!spec.empty()) {
    auto const comma = spec.find(',');
    auto const word = spec.substr(0, comma);
    spec = comma == std::string_view::npos ? std::string_view{} : spec.substr(comma + 1);
    auto const equals = word.find('=');
    if (equals == std::string_view::npos) {
      default_ = parse_level(word);
      continue;
    }
    auto const component = word.substr(0, equals);
    if (std::find(components.begin(), components.end(), component) == components.end())
      throw usage_error{"log_level: \"" + std::string{component} +
                        "\" is no component; use context, guardian, driver, generator, receiver, "
                        "stage, sink, listener or faults"};
    levels_[std::string{component}] = parse_level(word.substr(equals + 1));
  }
  sink_->logger.set_level(spdlog::level::trace);
  sink_->logger.set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
}

log::~log() = default;

bool log::enabled(std::string_view component, log_level level) const {
  auto const found = levels_.find(component);
  return level >= (found == levels_.end() ? default_ : found->second);
}

void log::write(std::string_view component, log_level level, std::string_view text) const {
  if (enabled(component, level))
    sink_->logger.log(to_spdlog(level), "{}/{}: {}", app_name_, component, text);
}

}  // namespace sluice
