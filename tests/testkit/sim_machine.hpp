// A simulated machine with an empty disk, for tests of its storage.
#pragma once

#include <doctest/doctest.h>
#include <memory>
#include <sluice/testkit/sim_world.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/print_results.hpp"

namespace sluice::tests {

using names = std::vector<std::string>;

// A machine whose root directory is empty.
struct machine {
  explicit machine(std::uint64_t seed = 1) : world{seed} {}

  testkit::sim_world world;
  testkit::sim_storage& files = world.storage();

  std::unique_ptr<writable_file> open(std::string const& path,
                                      write_mode mode = write_mode::append) {
    auto file = files.open_write(path, mode);
    REQUIRE(file);
    return std::move(*file);
  }
  // Bytes and name durable.
  void save(std::string const& path, std::string_view bytes) {
    auto const file = open(path);
    REQUIRE(file->append(bytes));
    REQUIRE(file->sync());
    REQUIRE(files.sync_directory("/"));
  }
  names children(std::string const& directory = "/") {
    auto found = names{};
    for (auto const& entry : *files.list(directory)) found.push_back(entry.name);
    return found;
  }
  std::size_t run_events() {
    auto choice = random_stream{1};
    auto count = std::size_t{0};
    while (world.events().run_one(choice)) ++count;
    return count;
  }
};

}  // namespace sluice::tests
