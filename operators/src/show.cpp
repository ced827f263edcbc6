#include <charconv>
#include <sluice/operators/show.hpp>
#include <sstream>

namespace sluice::detail {

namespace {

// Long enough for every number but a long double of extreme magnitude in fixed form, which the
// shortest form never chooses.
constexpr std::size_t longest_number = 64;

template <class Number>
void append_chars(std::string& out, Number value) {
  char text[longest_number];
  auto const end = std::to_chars(text, text + longest_number, value).ptr;
  out.append(text, end);
}

}  // namespace

void append_number(std::string& out, long long value) { append_chars(out, value); }
void append_number(std::string& out, unsigned long long value) { append_chars(out, value); }
void append_number(std::string& out, float value) { append_chars(out, value); }
void append_number(std::string& out, double value) { append_chars(out, value); }
void append_number(std::string& out, long double value) { append_chars(out, value); }

void append_unit(std::string& out, long long num, long long den) {
  struct unit {
    long long num;
    long long den;
    std::string_view name;
  };
  static constexpr unit units[] = {
      {1, 1'000'000'000, "ns"}, {1, 1'000'000, "us"}, {1, 1'000, "ms"}, {1, 1, "s"},
      {60, 1, "min"},           {3'600, 1, "h"},      {86'400, 1, "d"},
  };
  for (auto const& known : units) {
    if (known.num == num && known.den == den) {
      out += known.name;
      return;
    }
  }
  out += '[';
  append_chars(out, num);
  if (den != 1) {
    out += '/';
    append_chars(out, den);
  }
  out += "]s";
}

void append_streamed(std::string& out, void const* value, void (*put)(std::ostream&, void const*)) {
  std::ostringstream stream;
  stream.imbue(std::locale::classic());
  put(stream, value);
  out += stream.view();
}

void write_text(std::ostream& out, std::string_view text) {
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

}  // namespace sluice::detail
