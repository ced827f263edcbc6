// A checkpoint directory on a simulated machine, for its tests.
#pragma once

#include <doctest/doctest.h>
#include <map>
#include <memory>
#include <sluice/supervision/checkpoint_store.hpp>
#include <sluice/supervision/durability_error.hpp>
#include <sluice/testkit/sim_world.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/print_results.hpp"

namespace sluice::tests {

using blobs = std::map<std::string, std::string>;
using values = std::map<std::string, std::string, std::less<>>;

struct checkpoint_scene {
  explicit checkpoint_scene(std::uint64_t seed = 1) : world{seed} {}

  testkit::sim_world world;
  testkit::sim_storage& files = world.storage();
  checkpoint_store_options options{};

  io_result<std::unique_ptr<checkpoint_store>> try_open() {
    return checkpoint_store::open(files, "ckpt", options);
  }
  std::unique_ptr<checkpoint_store> open() {
    auto store = try_open();
    REQUIRE(store);
    return std::move(*store);
  }
  static io_result<committed_checkpoint> try_commit(checkpoint_store& store, blobs const& content,
                                                    values with = {}) {
    auto draft = store.begin();
    for (auto const& [name, bytes] : content)
      if (auto added = draft.add(name, bytes); !added) return added.error();
    return draft.commit(std::move(with));
  }
  static checkpoint_id commit(checkpoint_store& store, blobs const& content, values with = {}) {
    auto const done = try_commit(store, content, std::move(with));
    REQUIRE(done);
    CHECK_FALSE(done->cleanup_failed);
    return done->id;
  }
  // All blobs of the newest checkpoint.
  static blobs content(checkpoint_store& store) {
    auto found = blobs{};
    if (store.current() == nullptr) return found;
    for (auto const& [name, blob] : store.current()->blobs) {
      auto bytes = store.read(name);
      REQUIRE(bytes);
      found.emplace(name, *bytes);
    }
    return found;
  }
  // Names in the directory that begin like this.
  std::vector<std::string> names(std::string const& prefix = "") {
    auto found = std::vector<std::string>{};
    for (auto const& entry : *files.list("ckpt"))
      if (entry.name.starts_with(prefix)) found.push_back(entry.name);
    return found;
  }
};

inline std::string path_of(std::string const& kind, int id, std::string const& suffix = "") {
  return "ckpt/" + kind + "-0000000000000000000" + std::to_string(id) + suffix;
}

}  // namespace sluice::tests
