#include "supervise/settings.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <iostream>
#include <sluice/operators/error.hpp>
#include <string_view>

#include "supervise/durations.hpp"
#include "supervise/help.hpp"

namespace supervise {

namespace {

// The options as they are written, with their defaults.
struct texts {
  std::string max_restarts = "5";
  std::string within = "1min";
  std::string backoff_min = "100ms";
  std::string backoff_max = "30s";
  std::string jitter = "full";
  std::string healthy_after = "10s";
  std::string final_exit = "2,64,78";
  std::string stop_timeout = "25s";
};

void declare_options(CLI::App& app, texts& t) {
  app.set_help_flag("--help,-h");
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_option("--max-restarts", t.max_restarts)->type_name("value");
  app.add_option("--within", t.within)->type_name("value");
  app.add_option("--backoff-min", t.backoff_min)->type_name("value");
  app.add_option("--backoff-max", t.backoff_max)->type_name("value");
  app.add_option("--jitter", t.jitter)->type_name("value");
  app.add_option("--healthy-after", t.healthy_after)->type_name("value");
  app.add_option("--final-exit", t.final_exit)->type_name("value");
  app.add_option("--stop-timeout", t.stop_timeout)->type_name("value");
}

int parse_number(std::string const& option, std::string_view text, int most) {
  int value = -1;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value < 0 || value > most)
    throw settings_error{option + " \"" + std::string{text} +
                         "\": write a whole number from 0 to " + std::to_string(most)};
  return value;
}

std::set<int> parse_statuses(std::string_view text) {
  std::set<int> statuses;
  if (text == "none") return statuses;
  for (;;) {
    auto const comma = text.find(',');
    statuses.insert(parse_number("--final-exit", text.substr(0, comma), 255));
    if (comma == std::string_view::npos) return statuses;
    text.remove_prefix(comma + 1);
  }
}

sluice::backoff_jitter parse_jitter(std::string const& text) {
  using enum sluice::backoff_jitter;
  if (text == "none") return none;
  if (text == "full") return full;
  if (text == "equal") return equal;
  if (text == "decorrelated") return decorrelated;
  throw settings_error{"--jitter \"" + text + "\": write none, full, equal or decorrelated"};
}

settings read(texts const& t) {
  settings s;
  s.policy = {.max_restarts = parse_number("--max-restarts", t.max_restarts, 1'000'000),
              .within = parse_duration("--within", t.within),
              .lifetime_cap = {},
              .backoff = {.min = parse_duration("--backoff-min", t.backoff_min),
                          .max = parse_duration("--backoff-max", t.backoff_max),
                          .jitter = parse_jitter(t.jitter)},
              .healthy_after = parse_duration("--healthy-after", t.healthy_after)};
  s.stop_timeout = parse_duration("--stop-timeout", t.stop_timeout);
  s.final_exits = parse_statuses(t.final_exit);
  try {
    sluice::validate(s.policy, "options");
  } catch (sluice::usage_error const& wrong) {
    throw settings_error{wrong.what()};
  }
  return s;
}

}  // namespace

std::optional<settings> parse(int argc, char const* const* argv) {
  auto const* const* const end = argv + argc;
  auto const* const* const dashes = std::find(argv, end, std::string_view{"--"});
  texts given;
  CLI::App app;
  declare_options(app, given);
  try {
    app.parse(static_cast<int>(dashes - argv), argv);
  } catch (CLI::CallForHelp const&) {
    std::cout << help;
    return {};
  } catch (CLI::ParseError const& wrong) {
    throw settings_error{std::string{wrong.what()} +
                         "; the program comes after --, and sluice-supervise --help lists the "
                         "options"};
  }
  auto wanted = read(given);
  if (end - dashes < 2)
    throw settings_error{"there is no program; write it behind the options, after --"};
  wanted.command.assign(dashes + 1, end);
  return wanted;
}

}  // namespace supervise
