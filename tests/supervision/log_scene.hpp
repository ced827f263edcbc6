// A log on a simulated machine, for its tests.
#pragma once

#include <doctest/doctest.h>
#include <map>
#include <memory>
#include <sluice/supervision/durability_error.hpp>
#include <sluice/supervision/durable_log.hpp>
#include <sluice/testkit/sim_world.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/print_results.hpp"

namespace sluice::tests {

using payloads = std::vector<std::string>;

inline std::string const fifty(50, 'x');

inline std::string segment(int index) {
  return "log/log-0000000000000000000" + std::to_string(index);
}

struct log_scene {
  explicit log_scene(std::uint64_t seed = 1) : world{seed} {}

  testkit::sim_world world;
  testkit::sim_storage& files = world.storage();
  durable_log_options options{.segment_bytes = 200, .max_bytes = 4000, .buffer_bytes = 0};
  // What the last opening visited, by sequence.
  std::map<std::uint64_t, std::string> read{};

  io_result<std::unique_ptr<durable_log>> try_open() {
    read.clear();
    return durable_log::open(files, "log", options, [&](std::uint64_t at, std::string_view bytes) {
      CHECK(read.emplace(at, bytes).second);
    });
  }
  std::unique_ptr<durable_log> open() {
    auto log = try_open();
    REQUIRE(log);
    return std::move(*log);
  }
  payloads reopen_and_read() {
    open();
    auto found = payloads{};
    for (auto const& [at, bytes] : read) found.push_back(bytes);
    return found;
  }
  std::vector<std::string> segments() {
    auto found = std::vector<std::string>{};
    for (auto const& entry : *files.list("log")) found.push_back("log/" + entry.name);
    return found;
  }
  // Confirmed records, one after another.
  void write(durable_log& log, payloads const& records) {
    for (auto const& record : records) REQUIRE(log.append(record));
    REQUIRE(log.sync());
  }
};

inline std::error_code code_of(auto const& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

}  // namespace sluice::tests
