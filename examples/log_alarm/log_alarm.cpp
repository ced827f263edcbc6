// An alarm on a live log: the share of errors among the lines of the last two minutes. The log's
// segments are moved into a directory when they are full, as log rotation does it.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sluice/sluice.hpp>

using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct tally {
  long lines = 0;
  long errors = 0;
};

tally of_line(std::string_view line) { return {1, line.starts_with("ERROR") ? 1 : 0}; }
tally plus(tally a, tally b) { return {a.lines + b.lines, a.errors + b.errors}; }
tally minus(tally a, tally b) { return {a.lines - b.lines, a.errors - b.errors}; }

void report(sluice::rdd<tally> const& window) {
  for (auto const& [lines, errors] : window.collect()) {
    auto const percent = lines == 0 ? 0 : 100 * errors / lines;
    std::cout << errors << " of " << lines << " lines are errors"
              << (percent >= 50 ? ": ALARM" : "") << '\n';
  }
}

}  // namespace

int main() {
  auto const scratch = (fs::temp_directory_path() / "log_alarm_XXXXXX").string();
  auto name = scratch;
  if (!mkdtemp(name.data())) return 1;
  fs::path const root{name};
  fs::create_directory(root / "full");

  {
    sluice::streaming_context ssc{{.app_name = "log-alarm", .trigger = sluice::every(1min)}};
    ssc.text_file_stream((root / "full").string())
        .map(of_line)
        .reduce_by_window(plus, minus, 2min)
        .foreach_rdd(report);
    ssc.start();

    int segment = 0;
    for (auto const* text : {"INFO up\nINFO ready\n", "INFO hello\nERROR disk\n",
                             "ERROR disk\nERROR disk\n", "INFO disk replaced\n", ""}) {
      auto const file = std::to_string(++segment) + ".log";
      std::ofstream{root / file} << text;
      fs::rename(root / file, root / "full" / file);
      ssc.run_until_idle();  // a minute passes
    }
  }
  fs::remove_all(root);
}
