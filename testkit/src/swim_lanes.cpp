#include <algorithm>
#include <map>
#include <sluice/testkit/swim_lanes.hpp>
#include <vector>

namespace sluice::testkit {

namespace {

constexpr std::size_t column_width = 20;

/// Lanes from left to right, in the order in which they first do something.
class lane_list {
 public:
  explicit lane_list(std::span<run_step const> steps) {
    for (auto const& s : steps)
      if (index_.try_emplace(s.lane, names_.size()).second) names_.push_back(s.lane);
  }
  std::vector<std::string> const& names() const { return names_; }
  std::size_t index(std::string const& lane) const { return index_.at(lane); }
  bool has(std::string const& lane) const { return index_.contains(lane); }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::size_t> index_;
};

std::string fitted(std::string text) {
  text.resize(column_width - 1, ' ');
  return text + ' ';
}

std::string milliseconds(std::chrono::nanoseconds at) {
  auto const us = std::chrono::duration_cast<std::chrono::microseconds>(at).count();
  auto fraction = std::to_string(us % 1000);
  return std::to_string(us / 1000) + '.' + std::string(3 - fraction.size(), '0') + fraction;
}

std::string right(std::string text, std::size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (auto const c : text) switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += c;
    }
  return safe;
}

/// Where things are in the picture, in pixels.
struct layout {
  static constexpr std::size_t lane = 150;
  static constexpr std::size_t row = 18;
  static constexpr std::size_t left = 110;
  static constexpr std::size_t top = 40;
  static std::string x(std::size_t index) { return std::to_string(left + index * lane); }
  static std::string y(std::size_t step) { return std::to_string(top + step * row); }
};

std::string lane_lines(lane_list const& lanes, std::size_t steps) {
  std::string svg;
  for (std::size_t i = 0; i != lanes.names().size(); ++i)
    svg += "<line class='lane' x1='" + layout::x(i) + "' x2='" + layout::x(i) + "' y1='30' y2='" +
           layout::y(steps) + "'/><text class='name' x='" + layout::x(i) + "' y='20'>" +
           escaped(lanes.names()[i]) + "</text>\n";
  return svg;
}

std::string step_mark(lane_list const& lanes, run_step const& s, std::size_t row) {
  auto const x = layout::x(lanes.index(s.lane));
  auto const y = layout::y(row);
  std::string svg = "<g>";
  if (!s.from.empty() && s.from != s.lane && lanes.has(s.from))
    svg += "<line class='message' marker-end='url(#tip)' x1='" + layout::x(lanes.index(s.from)) +
           "' x2='" + x + "' y1='" + y + "' y2='" + y + "'/>";
  svg += "<circle class='" + std::string{s.fault.empty() ? "step" : "fault"} + "' cx='" + x +
         "' cy='" + y + "' r='4'/><text x='" +
         std::to_string(layout::left + 8 + lanes.index(s.lane) * layout::lane) + "' y='" + y +
         "' dy='-6' class='" + (s.fault.empty() ? "what" : "what struck") + "'>" +
         escaped(s.fault.empty() ? s.what.substr(0, 24) : s.fault + ": " + s.what.substr(0, 24)) +
         "</text><title>" + milliseconds(s.at) + " ms, " + escaped(s.lane) + ": " +
         escaped(s.what) + (s.from.empty() ? "" : " from " + escaped(s.from)) +
         (s.fault.empty() ? "" : ", " + escaped(s.fault)) + "</title></g>\n";
  return svg;
}

constexpr auto style = R"(<style>
body{font:13px sans-serif;margin:16px;background:#fff;color:#222}
pre{white-space:pre-wrap}
svg text{font:11px sans-serif;dominant-baseline:middle}
.name{font-weight:bold;text-anchor:middle}
.time{fill:#888}
.lane{stroke:#ccc}
.message{stroke:#69c}
.step{fill:#369}.fault{fill:#d22}
.what{fill:#333}.struck{fill:#d22;font-weight:bold}
</style>
)";

}  // namespace

std::string swim_lanes_text(std::span<run_step const> steps) {
  lane_list const lanes{steps};
  auto out = right("ms", 12) + "  ";
  for (auto const& name : lanes.names()) out += fitted(name);
  out += '\n';
  for (auto const& s : steps) {
    out += right(milliseconds(s.at), 12) + "  ";
    out += std::string(lanes.index(s.lane) * column_width, ' ');
    out += (s.fault.empty() ? "" : "*" + s.fault + "* ") + s.what;
    if (!s.from.empty()) out += " < " + s.from;
    out += '\n';
  }
  return out;
}

std::string swim_lanes_html(std::span<run_step const> steps, std::string const& title) {
  lane_list const lanes{steps};
  auto const width = layout::left + (lanes.names().size() + 1) * layout::lane;
  auto const height = layout::top + (steps.size() + 1) * layout::row;
  auto page = "<!doctype html><html><head><meta charset='utf-8'><title>a simulated run</title>" +
              std::string{style} + "</head><body><pre>" + escaped(title) + "</pre>\n<svg width='" +
              std::to_string(width) + "' height='" + std::to_string(height) +
              "'><defs><marker id='tip' markerWidth='6' markerHeight='6' refX='9' refY='3' "
              "orient='auto'><path d='M0,0L6,3L0,6z' fill='#69c'/></marker></defs>\n" +
              lane_lines(lanes, steps.size());
  for (std::size_t i = 0; i != steps.size(); ++i) {
    auto const new_time = i == 0 || steps[i].at != steps[i - 1].at;
    if (new_time)
      page += "<text class='time' x='4' y='" + layout::y(i) + "'>" + milliseconds(steps[i].at) +
              " ms</text>";
    page += step_mark(lanes, steps[i], i);
  }
  return page + "</svg></body></html>\n";
}

}  // namespace sluice::testkit
