#include <array>
#include <charconv>
#include <optional>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/fault_script.hpp>
#include <utility>

namespace sluice {

namespace {

struct kind_name {
  fault_kind what;
  std::string_view text;
  enum class with { nothing, number, milliseconds, code } argument = with::nothing;
};

using with = kind_name::with;

// Of two names of which one begins with the other, the longer comes first.
constexpr std::array<kind_name, 14> kinds{{
    {fault_kind::hold, "hold", with::number},
    {fault_kind::kill_after, "kill afterwards"},
    {fault_kind::kill, "kill"},
    {fault_kind::repeat, "repeat"},
    {fault_kind::lose, "lose"},
    {fault_kind::defer, "defer"},
    {fault_kind::spoil, "spoil"},
    {fault_kind::end_process, "end the process"},
    {fault_kind::end_machine, "end the machine"},
    {fault_kind::raise, "throw"},
    {fault_kind::fail, "fail", with::code},
    {fault_kind::cut, "cut connections"},
    {fault_kind::jump, "jump", with::milliseconds},
    {fault_kind::pause, "pause", with::milliseconds},
}};

constexpr std::array<std::pair<std::errc, std::string_view>, 5> codes{{
    {std::errc::io_error, "io_error"},
    {std::errc::no_space_on_device, "no_space_on_device"},
    {std::errc::permission_denied, "permission_denied"},
    {std::errc::read_only_file_system, "read_only_file_system"},
    {std::errc::too_many_files_open, "too_many_files_open"},
}};

std::string decimal(double value) {
  std::array<char, 32> digits{};
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

/// Reads one line from left to right.
class line_reader {
 public:
  line_reader(std::string_view line, std::size_t number) : left_{line}, number_{number} {}

  fault read() {
    fault read;
    expect("at");
    read.point = quoted();
    if (take("pass"))
      read.passage = number<std::uint64_t>("a passage from 1");
    else if (take("chance"))
      read.chance = number<double>("a chance from 0 to 1");
    if (read.chance < 0 || read.chance > 1) refuse("a chance from 0 to 1");
    expect(":");
    read.action = action();
    skip_blanks();
    if (!left_.empty() && left_.front() != '#') refuse("the end of the line");
    return read;
  }

 private:
  void skip_blanks() {
    auto const text = left_.find_first_not_of(" \t\r");
    left_.remove_prefix(text == std::string_view::npos ? left_.size() : text);
  }
  bool take(std::string_view word) {
    skip_blanks();
    if (!left_.starts_with(word)) return false;
    left_.remove_prefix(word.size());
    return true;
  }
  void expect(std::string_view word) {
    if (!take(word)) refuse("'" + std::string{word} + "'");
  }
  std::string quoted() {
    expect("\"");
    auto const end = left_.find('"');
    if (end == std::string_view::npos || end == 0) refuse("the name of a point in quotes");
    std::string text{left_.substr(0, end)};
    left_.remove_prefix(end + 1);
    return text;
  }
  template <class N>
  N number(char const* what) {
    skip_blanks();
    N value{};
    auto const [end, failed] = std::from_chars(left_.data(), left_.data() + left_.size(), value);
    if (failed != std::errc{}) refuse(what);
    left_.remove_prefix(static_cast<std::size_t>(end - left_.data()));
    return value;
  }
  fault_action action() {
    for (auto const& kind : kinds) {
      if (!take(kind.text)) continue;
      fault_action read{kind.what, 0, std::errc::io_error};
      if (kind.argument == with::number) read.amount = number<std::int64_t>("a number");
      if (kind.argument == with::milliseconds) {
        read.amount = number<std::int64_t>("a number of milliseconds");
        expect("ms");
      }
      if (kind.argument == with::code) read.code = code();
      return read;
    }
    refuse("an action: " + known(kinds, [](kind_name const& kind) { return kind.text; }));
  }
  std::errc code() {
    for (auto const& [code, name] : codes)
      if (take(name)) return code;
    refuse("an error: " + known(codes, [](auto const& code) { return code.second; }));
  }
  template <class List, class Name>
  static std::string known(List const& list, Name name) {
    std::string text;
    for (auto const& one : list) text += (text.empty() ? "" : ", ") + std::string{name(one)};
    return text;
  }
  [[noreturn]] void refuse(std::string const& expected) const {
    throw usage_error{"fault script, line " + std::to_string(number_) + ": expected " + expected +
                      " before '" + std::string{left_.substr(0, 40)} + "'"};
  }

  std::string_view left_;
  std::size_t number_;
};

}  // namespace

std::string to_string(fault_action const& action) {
  for (auto const& kind : kinds) {
    if (kind.what != action.what) continue;
    std::string text{kind.text};
    if (kind.argument == with::number) text += ' ' + std::to_string(action.amount);
    if (kind.argument == with::milliseconds) text += ' ' + std::to_string(action.amount) + " ms";
    for (auto const& [code, name] : codes)
      if (kind.argument == with::code && code == action.code) text += ' ' + std::string{name};
    return text;
  }
  return {};
}

std::string to_string(fault const& f) {
  auto text = "at \"" + f.point + '"';
  if (f.passage != 0)
    text += " pass " + std::to_string(f.passage);
  else if (f.chance < 1)
    text += " chance " + decimal(f.chance);
  return text + ": " + to_string(f.action);
}

std::string fault_script::text() const {
  std::string lines;
  for (auto const& f : faults) lines += to_string(f) + '\n';
  return lines;
}

fault_script fault_script::parse(std::string_view text) {
  fault_script read;
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto const end = text.find('\n');
    auto const line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    auto const first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] == '#') continue;
    read.faults.push_back(line_reader{line, number}.read());
  }
  return read;
}

// Goes back to the last star only: what an earlier one could still take, the last one can as well.
bool fits(std::string_view pattern, std::string_view text) {
  auto star = std::string_view::npos;
  auto retry = std::size_t{0};
  auto in_pattern = std::size_t{0};
  auto in_text = std::size_t{0};
  while (in_text < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      retry = in_text;
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == text[in_text]) {
      ++in_pattern;
      ++in_text;
    } else if (star != std::string_view::npos) {
      in_pattern = star + 1;
      in_text = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

}  // namespace sluice
