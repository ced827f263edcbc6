// Runs workloads on command, so that the driver can let both sides take turns in warm processes.

#include <exception>
#include <filesystem>
#include <iostream>
#include <sluice/version.hpp>
#include <sstream>

#include "workloads.hpp"

namespace {

/// Lines of `WORKLOAD INPUT` in, lines of `ok SECONDS CPU RECORDS ANSWER` out.
int serve() {
  auto known = peers::text_workloads();
  known.merge(peers::engine_workloads());
  known.merge(peers::ysb_workloads());
  known.merge(peers::nexmark_workloads());
  std::cout << "ready sluice " << SLUICE_VERSION_STRING << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words{line};
    std::string name, input;
    words >> name >> input;
    try {
      auto const result = known.at(name)(input);
      std::cout << "ok " << result.wall << ' ' << result.cpu << ' ' << result.records << ' '
                << result.answer << std::endl;
    } catch (std::exception const& reason) {
      std::cout << "failed " << name << ": " << reason.what() << std::endl;
    }
  }
  return 0;
}

int generate(std::string const& kind, std::string const& directory, std::size_t bytes,
             std::size_t files) {
  std::filesystem::create_directories(directory);
  if (kind == "text")
    peers::write_text(directory, bytes, files);
  else if (kind == "ysb")
    peers::write_ysb(directory, bytes, files);
  else if (kind == "nexmark")
    peers::write_nexmark(directory, bytes);
  else
    throw std::invalid_argument{"unknown input: " + kind};
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  std::vector<std::string> const args(argv + 1, argv + argc);
  if (args.empty()) return serve();
  if (args.size() == 5 && args[0] == "generate")
    return generate(args[1], args[2], std::stoull(args[3]), std::stoull(args[4]));
  std::cerr << "usage: " << argv[0] << " [generate KIND DIRECTORY BYTES FILES]\n";
  return 2;
} catch (std::exception const& reason) {
  std::cerr << reason.what() << '\n';
  return 1;
}
