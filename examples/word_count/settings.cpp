#include "settings.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "help.hpp"
#include "values.hpp"

namespace word_count {

namespace {

// The options as they are written, with their defaults.
struct texts {
  std::optional<std::string> connect;
  std::optional<std::string> dir;
  std::string rate = "100";
  std::string interval = "1s";
  std::optional<std::string> window;
  std::optional<std::string> batches;
  std::string top = "10";
  std::string parallelism = "0";
  std::string log = "warn,receiver=error";
};

void declare_options(CLI::App& app, texts& t) {
  app.set_help_flag("--help,-h");
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_option("--rate", t.rate)->type_name("value");
  app.add_option("--connect", t.connect)->type_name("value");
  app.add_option("--dir", t.dir)->type_name("value");
  app.add_option("--interval", t.interval)->type_name("value");
  app.add_option("--window", t.window)->type_name("value");
  app.add_option("--batches", t.batches)->type_name("value");
  app.add_option("--top", t.top)->type_name("value");
  app.add_option("--log", t.log)->type_name("value");
  app.add_option("--parallelism", t.parallelism)->type_name("value");
}

void check_one_input(CLI::App const& app) {
  std::string first;
  for (auto const* name : {"--rate", "--connect", "--dir"}) {
    if (app.count(name) == 0) continue;
    if (!first.empty())
      throw settings_error{first + " and " + name + " are two inputs; give only one of them"};
    first = name;
  }
}

std::string existing_directory(std::string const& path) {
  std::error_code failed;
  auto const status = std::filesystem::status(path, failed);
  if (!std::filesystem::exists(status))
    throw settings_error{"--dir \"" + path + "\": there is no such directory; create it first"};
  if (!std::filesystem::is_directory(status))
    throw settings_error{"--dir \"" + path +
                         "\": this is no directory; name the directory that files are moved into"};
  return path;
}

void check_window(settings const& s) {
  if (!s.window || !s.interval || *s.window % *s.interval == std::chrono::milliseconds{0}) return;
  auto const less = *s.window - *s.window % *s.interval;
  auto const more = less + *s.interval;
  throw settings_error{"--window \"" + show_duration(*s.window) +
                       "\" is no multiple of the interval of " + show_duration(*s.interval) +
                       "; write " + (less.count() != 0 ? show_duration(less) + " or " : "") +
                       show_duration(more)};
}

settings read(texts const& t) {
  settings s;
  if (t.connect)
    s.input = parse_peer("--connect", *t.connect);
  else if (t.dir)
    s.input = directory_input{existing_directory(*t.dir)};
  else
    s.input = feed_input{static_cast<double>(parse_number("--rate", t.rate, 1, 100'000'000))};
  s.interval = parse_interval("--interval", t.interval);
  if (t.window) s.window = parse_duration("--window", *t.window);
  if (t.batches) s.batches = parse_number("--batches", *t.batches, 1, 1'000'000'000);
  s.top = parse_number("--top", t.top, 1, 1'000'000);
  s.parallelism = parse_number("--parallelism", t.parallelism, 0, 1'024);
  s.log_level = t.log;
  check_window(s);
  return s;
}

}  // namespace

std::optional<settings> parse(int argc, char const* const* argv) {
  texts given;
  CLI::App app;
  declare_options(app, given);
  try {
    app.parse(argc, argv);
  } catch (CLI::CallForHelp const&) {
    std::cout << help;
    return {};
  } catch (CLI::ParseError const& wrong) {
    throw settings_error{std::string{wrong.what()} + "; word_count --help lists the options"};
  }
  check_one_input(app);
  return read(given);
}

}  // namespace word_count
