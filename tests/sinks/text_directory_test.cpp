// `write_text_directory` under failures and crashes at every single operation.
#include <doctest/doctest.h>
#include <sluice/operators/error.hpp>
#include <sluice/sinks/text_files.hpp>
#include <sluice/testkit/sim_world.hpp>

using namespace sluice;
using testkit::crash_loss;
using testkit::sim_storage;
using testkit::sim_world;
using testkit::storage_operation;

namespace {

std::vector<partition> parts(std::vector<std::string> const& texts) {
  std::vector<partition> result;
  for (auto const& text : texts) result.push_back({{make_chunk(std::vector<std::string>{text})}});
  return result;
}

std::vector<std::string> const texts{"one\n", "two\nthree\n", "four\n"};
std::vector<std::string> const old_texts{"old\n", "older\n", "oldest\n", "left over\n"};

/// What the directory holds, if it says that it is complete.
std::optional<std::vector<std::string>> complete(sim_storage& files, std::string const& directory) {
  if (!files.contents(directory + "/_SUCCESS")) return {};
  std::vector<std::string> found;
  for (auto const& entry : files.list(directory).value())
    if (entry.name.starts_with("part-"))
      found.push_back(files.contents(directory + '/' + entry.name).value());
  return found;
}

/// Fails every operation from number `last` on, as a program that is being killed.
void die_after(sim_storage& files, std::uint64_t last) {
  files.set_probe(
      [left = last](storage_operation, std::string const&) mutable -> std::optional<std::errc> {
        if (left == 0) return std::errc::io_error;
        --left;
        return {};
      });
}

/// @return whether all was written
bool write(sim_storage& files, std::string const& directory, existing policy) {
  try {
    write_text_directory(files, directory, parts(texts), policy);
    return true;
  } catch (runtime_failure const&) {
    return false;
  }
}

}  // namespace

TEST_CASE("text directory that is written is there after a crash that loses all it may") {
  for (std::string const path : {"out", "a/b/c/out"}) {
    CAPTURE(path);
    sim_world world{1};
    write_text_directory(world.storage(), path, parts(texts), existing::refuse);
    world.crash(crash_loss::everything);
    CHECK(complete(world.storage(), path) == texts);
  }
}

TEST_CASE("text directory is complete or not marked so, wherever the program dies") {
  for (std::uint64_t operations = 0;; ++operations) {
    CAPTURE(operations);
    bool all = false;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      CAPTURE(seed);
      sim_world world{seed};
      auto& files = world.storage();
      die_after(files, operations);
      all = write(files, "a/out", existing::refuse);
      files.set_probe({});
      world.crash(crash_loss::chosen);
      auto const found = complete(files, "a/out");
      CHECK((!found || *found == texts));
      CHECK((found || !all));
    }
    if (all) break;
  }
}

TEST_CASE("text directory that is replaced is the old one, the new one, or not marked complete") {
  for (std::uint64_t operations = 0;; ++operations) {
    CAPTURE(operations);
    bool all = false;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      CAPTURE(seed);
      sim_world world{seed};
      auto& files = world.storage();
      write_text_directory(files, "out", parts(old_texts), existing::refuse);
      die_after(files, operations);
      all = write(files, "out", existing::replace);
      files.set_probe({});
      world.crash(crash_loss::chosen);
      auto const found = complete(files, "out");
      CHECK((!found || *found == texts || *found == old_texts));
      CHECK((!all || found == texts));
      // Whatever is left, the next attempt makes it good.
      CHECK(write(files, "out", existing::replace));
      CHECK(complete(files, "out") == texts);
    }
    if (all) break;
  }
}

TEST_CASE("text directory that is complete stays as it is when it is written again") {
  sim_world world{1};
  auto& files = world.storage();
  write_text_directory(files, "out", parts(texts), existing::refuse);
  files.set_probe([](storage_operation operation, std::string const&) -> std::optional<std::errc> {
    if (operation == storage_operation::remove || operation == storage_operation::rename ||
        operation == storage_operation::open_write)
      return std::errc::operation_not_permitted;
    return {};
  });
  CHECK(write(files, "out", existing::replace));
  CHECK(complete(files, "out") == texts);
}

TEST_CASE("text directory that is complete but not durable is made so when it is written again") {
  sim_world world{1};
  auto& files = world.storage();
  std::uint64_t const before = files.operations();
  write_text_directory(files, "out", parts(texts), existing::refuse);
  auto const all = files.operations() - before;
  sim_world second{1};
  auto& other = second.storage();
  die_after(other, all - 1);
  CHECK_FALSE(write(other, "out", existing::refuse));
  other.set_probe({});
  CHECK(complete(other, "out") == texts);
  CHECK(write(other, "out", existing::replace));
  second.crash(crash_loss::everything);
  CHECK(complete(other, "out") == texts);
}

TEST_CASE("text directory with other parts or left-over files is replaced") {
  std::vector<std::pair<std::string, std::string>> const others{
      {"out/part-00001", "two\nthree"},
      {"out/part-00001", "two\nthree\n\n"},
      {"out/part-00001", "owt\nthree\n"},
      {"out/part-00003", ""},
      {"out/.part-00001", "two\n"}};
  for (auto const& [path, text] : others) {
    CAPTURE(path);
    CAPTURE(text);
    sim_world world{1};
    auto& files = world.storage();
    write_text_directory(files, "out", parts(texts), existing::refuse);
    files.put(path, text);
    CHECK(write(files, "out", existing::replace));
    CHECK(complete(files, "out") == texts);
    CHECK(files.list("out").value().size() == texts.size() + 1);
  }
}

// A file system may make names durable in another order than they changed in, unless it is told to
// flush in between. The simulated one keeps the order, so that the order is looked at here.
TEST_CASE("text directory has its mark only between flushes of the directory") {
  sim_world world{1};
  auto& files = world.storage();
  write_text_directory(files, "out", parts(old_texts), existing::refuse);
  std::string order;
  files.set_probe([&](storage_operation operation, std::string const& path) {
    auto const mark = path.ends_with("_SUCCESS") && !path.ends_with("._SUCCESS");
    if (operation == storage_operation::remove) order += mark ? "remove-mark " : "remove-part ";
    if (operation == storage_operation::rename)
      order += path.ends_with("_SUCCESS") ? "name-mark " : "name-part ";
    if (operation == storage_operation::sync_directory && path == "out") order += "flush ";
    return std::optional<std::errc>{};
  });
  CHECK(write(files, "out", existing::replace));
  CHECK(order ==
        "remove-mark flush remove-part remove-part remove-part remove-part "
        "name-part name-part name-part flush name-mark flush ");
}

TEST_CASE("text directory failures name the file") {
  for (auto [operation, words] : {std::pair{storage_operation::open_write, "cannot write"},
                                  std::pair{storage_operation::append, "cannot write"},
                                  std::pair{storage_operation::sync, "cannot flush"},
                                  std::pair{storage_operation::rename, "cannot rename"}}) {
    CAPTURE(words);
    sim_world world{1};
    world.storage().inject({operation, "out/*part-00001", std::errc::io_error, 1, 0});
    std::string text;
    try {
      write_text_directory(world.storage(), "out", parts(texts), existing::refuse);
    } catch (runtime_failure const& failed) {
      text = failed.what();
    }
    CHECK_MESSAGE(text.find(words) != std::string::npos, text);
    CHECK_MESSAGE(text.find("part-00001") != std::string::npos, text);
    CHECK_FALSE(complete(world.storage(), "out").has_value());
  }
}
