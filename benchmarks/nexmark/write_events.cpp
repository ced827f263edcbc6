// Writes NEXMark events as lines of text; see event_lines.hpp.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>

#include "event_lines.hpp"
#include "generator.hpp"

namespace {

constexpr auto usage = R"(usage: nexmark_events --write FILE [--events N] [--rate N] [--disorder N]
                      [--seed N] [--doubled-bidder-offset 0|1]
  --events N    how many (default 1000000)
  --rate N      events per second of their own time (default 100000)
  --disorder N  shuffled within groups of so many (default 1: in order)
)";

using namespace bench::nexmark;

std::uint64_t number_of(std::string const& text) {
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos)
    throw std::invalid_argument{"'" + text + "' is no number"};
  return std::stoull(text);
}

/// A million at a time: an event does not depend on where one begins.
void write(event_plan plan, std::string const& file) {
  std::ofstream out{file, std::ios::binary};
  auto const end = plan.first + plan.events;
  for (; plan.first < end; plan.first += plan.events) {
    plan.events = std::min<std::uint64_t>(1'000'000, end - plan.first);
    write_lines(out, *make_events(plan));
  }
  if (!out.flush()) throw std::runtime_error{"cannot write " + file};
}

}  // namespace

int main(int argc, char** argv) try {
  event_plan plan;
  std::string file;
  std::map<std::string, std::uint64_t*> const numbers{{"--events", &plan.events},
                                                      {"--rate", &plan.events_per_second},
                                                      {"--disorder", &plan.disorder},
                                                      {"--seed", &plan.seed}};
  for (int i = 1; i < argc; i += 2) {
    std::string const option = argv[i];
    if (i + 1 == argc) throw std::invalid_argument{usage};
    if (auto const found = numbers.find(option); found != numbers.end())
      *found->second = number_of(argv[i + 1]);
    else if (option == "--doubled-bidder-offset")
      plan.doubled_bidder_offset = number_of(argv[i + 1]) != 0;
    else if (option == "--write")
      file = argv[i + 1];
    else
      throw std::invalid_argument{usage};
  }
  if (file.empty() || plan.events_per_second == 0 || plan.disorder == 0)
    throw std::invalid_argument{usage};
  write(plan, file);
} catch (std::exception const& failed) {
  std::cerr << argv[0] << ": " << failed.what() << '\n';
  return 1;
}
