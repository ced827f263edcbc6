#include "output.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <ostream>
#include <stdexcept>

namespace bench {

namespace {

struct spread {
  double median;
  double least;
  double most;
};

spread spread_of(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  auto const half = samples.size() / 2;
  auto const middle =
      samples.size() % 2 == 1 ? samples[half] : (samples[half - 1] + samples[half]) / 2;
  return {middle, samples.front(), samples.back()};
}

// A claim needs the whole range on the right side of its bar; `noisy` is a median that has it
// alone.
char const* verdict(finding const& f, spread const& s) {
  auto const holds = [&](double x) { return f.at_most ? x <= *f.bar : x >= *f.bar; };
  if (holds(s.least) && holds(s.most)) return "holds";
  return holds(s.median) ? "noisy" : "MISSED";
}

// Missing an aim is no fault: it is named only where its median is reached.
bool reached(finding const& f, spread const& s) {
  return f.aim && (f.at_most ? s.median <= *f.aim : s.median >= *f.aim);
}

std::string format(char const* pattern, double x) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, x);
  return text;
}

// Counts per record are far below the ratios that the table is made for.
std::string number(double x, char const* pattern) {
  return format(x != 0 && std::abs(x) < 0.01 ? "%.2g" : pattern, x);
}

std::string quoted(std::string const& text) {
  std::string result = "\"";
  for (auto c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

}  // namespace

void print_table(std::ostream& out, bench_case const& which, report const& results) {
  out << which.name << ": " << which.question << '\n';
  std::size_t width = 0;
  for (auto const& f : results.findings()) width = std::max(width, f.what.size());
  for (auto const& f : results.findings()) {
    auto const s = spread_of(f.samples);
    char row[160];
    std::snprintf(row, sizeof row, "  %-6s %8s  [%s .. %s]", f.of.c_str(),
                  number(s.median, "%.3f").c_str(), number(s.least, "%.3f").c_str(),
                  number(s.most, "%.3f").c_str());
    out << "  " << f.what << std::string(width - f.what.size(), ' ') << row;
    if (f.bar)
      out << "  bar " << (f.at_most ? "<= " : ">= ") << number(*f.bar, "%.2f") << ' '
          << verdict(f, s);
    if (f.aim) out << ", aim " << number(*f.aim, "%.2f") << (reached(f, s) ? " reached" : "");
    out << '\n';
  }
  for (auto const& note : results.notes()) out << "  note: " << note << '\n';
  out << std::endl;
}

void append_json(std::string const& file, bench_case const& which, report const& results) {
  std::ofstream out{file, std::ios::app};
  for (auto const& f : results.findings()) {
    auto const s = spread_of(f.samples);
    out << "{\"case\":" << quoted(which.name) << ",\"ratio\":" << quoted(f.what)
        << ",\"of\":" << quoted(f.of) << ",\"median\":" << format("%.6g", s.median)
        << ",\"min\":" << format("%.6g", s.least) << ",\"max\":" << format("%.6g", s.most)
        << ",\"samples\":" << f.samples.size()
        << ",\"mode\":" << (results.how().quick ? "\"quick\"" : "\"full\"");
    if (f.bar || f.aim) out << ",\"bar_is\":" << (f.at_most ? "\"at most\"" : "\"at least\"");
    if (f.bar)
      out << ",\"bar\":" << format("%.6g", *f.bar) << ",\"verdict\":" << quoted(verdict(f, s));
    if (f.aim)
      out << ",\"aim\":" << format("%.6g", *f.aim)
          << ",\"aim_reached\":" << (reached(f, s) ? "true" : "false");
    for (auto const& [name, value] : f.data)
      out << ',' << quoted(name) << ':' << format("%.10g", value);
    out << "}\n";
  }
  if (!out.flush()) throw std::runtime_error{"cannot write " + file + "; is the directory there?"};
}

}  // namespace bench
