/// Logging with a level per component, in front of spdlog.
///
/// Thread rule: any thread. Promise: writes to stderr only, never touches the host's default
/// logger, and costs one comparison when the level is off.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace sluice {

enum class log_level { trace, debug, info, warn, error, off };

class log {
 public:
  /// @param spec  `warn` or `warn,receiver=debug,driver=info`
  /// @throws usage_error naming the word that is no level or component
  log(std::string_view app_name, std::string_view spec);
  ~log();

  bool enabled(std::string_view component, log_level level) const;
  void write(std::string_view component, log_level level, std::string_view text) const;

 private:
  struct sink;
  std::string app_name_;
  log_level default_ = log_level::warn;
  std::map<std::string, log_level, std::less<>> levels_;
  std::unique_ptr<sink> sink_;
};

}  // namespace sluice
