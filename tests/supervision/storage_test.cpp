// One table of behaviour for both storages: what the simulation lets pass, the disk must let pass.
#include <doctest/doctest.h>
#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <sluice/supervision/storage.hpp>
#include <sluice/supervision/world.hpp>
#include <sluice/testkit/sim_world.hpp>
#include <string>
#include <vector>

#include "tests/print_results.hpp"
#include "tests/temporary_directory.hpp"

using namespace sluice;

namespace {

// Rung by a watch, on whatever thread.
class bell {
 public:
  void ring() {
    auto const lock = std::scoped_lock{mutex_};
    rung_ = true;
    changed_.notify_all();
  }
  // Was it rung since the last question? Waits for it up to `patience`.
  bool rung(std::chrono::seconds patience) {
    auto lock = std::unique_lock{mutex_};
    auto const was = changed_.wait_for(lock, patience, [this] { return rung_; });
    rung_ = false;
    return was;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
};

class real_files {
 public:
  storage& files() { return world_->storage(); }
  std::string path(std::string const& name) const { return root_ / name; }
  bool told(bell& changed) { return changed.rung(std::chrono::seconds{30}); }

 private:
  tests::temporary_directory root_;
  std::unique_ptr<world> world_ = make_real_world();
};

class simulated_files {
 public:
  simulated_files() { REQUIRE(files().create_directories("tmp/storage")); }

  storage& files() { return world_.storage(); }
  std::string path(std::string const& name) const { return "/tmp/storage/" + name; }
  bool told(bell& changed) {
    while (world_.events().run_one(choice_)) {
    }
    return changed.rung({});
  }

 private:
  testkit::sim_world world_{1};
  random_stream choice_{1};
};

template <class Fixture>
class scene : public Fixture {
 public:
  using Fixture::files;
  using Fixture::path;

  void write(std::string const& name, std::string_view bytes,
             write_mode mode = write_mode::create_new) {
    auto file = files().open_write(path(name), mode);
    REQUIRE(file);
    REQUIRE((*file)->append(bytes));
    REQUIRE((*file)->close());
  }

  std::string read(std::string const& name) {
    auto file = files().open_read(path(name));
    REQUIRE(file);
    auto text = std::string(64, '\0');
    auto const count = (*file)->read_at(0, text);
    REQUIRE(count);
    text.resize(*count);
    return text;
  }

  std::vector<std::string> names(std::string const& directory = "") {
    auto const entries = files().list(path(directory));
    REQUIRE(entries);
    auto found = std::vector<std::string>{};
    for (auto const& entry : *entries)
      found.push_back(entry.name + (entry.is_directory ? "/" : ""));
    return found;
  }
};

template <class Result>
std::error_code code_of(Result const& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

using names = std::vector<std::string>;

}  // namespace

TYPE_TO_STRING(real_files);
TYPE_TO_STRING(simulated_files);

TEST_CASE_TEMPLATE("storage reads back what was written", Files, real_files, simulated_files) {
  scene<Files> at;
  at.write("a", "one two");
  CHECK(at.read("a") == "one two");
}

TEST_CASE_TEMPLATE("storage refuses to create a file that exists", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  at.write("a", "old");
  CHECK(code_of(at.files().open_write(at.path("a"), write_mode::create_new)) ==
        std::errc::file_exists);
  CHECK(at.read("a") == "old");
}

TEST_CASE_TEMPLATE("storage empties a file that is opened to truncate", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  at.write("a", "old content");
  at.write("a", "new", write_mode::truncate);
  at.write("b", "made", write_mode::truncate);
  CHECK(at.read("a") == "new");
  CHECK(at.read("b") == "made");
}

TEST_CASE_TEMPLATE("storage extends a file that is opened to append", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  at.write("a", "one", write_mode::append);
  at.write("a", " two", write_mode::append);
  CHECK(at.read("a") == "one two");
}

TEST_CASE_TEMPLATE("storage lists names in ascending order with their sizes", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  at.write("b", "22");
  at.write("a", "1");
  at.write("B", "333");
  REQUIRE(at.files().create_directory(at.path("c")));
  CHECK(at.names() == names{"B", "a", "b", "c/"});
  auto const entries = at.files().list(at.path(""));
  CHECK((*entries)[0].size == 3);
  CHECK((*entries)[1].size == 1);
  CHECK((*entries)[1].modified > batch_time{});
}

TEST_CASE_TEMPLATE("storage lists an empty directory as empty", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  CHECK(at.names().empty());
}

TEST_CASE_TEMPLATE("storage tells which path is missing", Files, real_files, simulated_files) {
  scene<Files> at;
  auto const missing = at.path("no/such");
  auto const expected = missing + ": No such file or directory";
  CHECK(at.files().list(missing).error().message() == expected);
  CHECK(at.files().open_read(missing).error().message() == expected);
  CHECK(at.files().open_write(missing, write_mode::append).error().message() == expected);
  CHECK(at.files().create_directory(missing).error().message() == expected);
  CHECK(at.files().remove(missing).error().message() == expected);
  CHECK(at.files().sync_directory(missing).error().message() == expected);
  CHECK(at.files().watch_directory(missing, [] {}).error().message() == expected);
  CHECK(at.files().rename(missing, at.path("a")).error().message() ==
        missing + " -> " + at.path("a") + ": No such file or directory");
}

TEST_CASE_TEMPLATE("storage takes a file for no directory", Files, real_files, simulated_files) {
  scene<Files> at;
  at.write("a", "file");
  auto const no_directory = std::errc::not_a_directory;
  CHECK(code_of(at.files().list(at.path("a"))) == no_directory);
  CHECK(code_of(at.files().open_read(at.path("a/b"))) == no_directory);
  CHECK(code_of(at.files().create_directory(at.path("a/b"))) == no_directory);
  CHECK(code_of(at.files().create_directories(at.path("a"))) == no_directory);
  CHECK(code_of(at.files().create_directories(at.path("a/b/c"))) == no_directory);
  CHECK(code_of(at.files().sync_directory(at.path("a"))) == no_directory);
  CHECK(code_of(at.files().watch_directory(at.path("a"), [] {})) == no_directory);
}

TEST_CASE_TEMPLATE("storage takes a directory for no file", Files, real_files, simulated_files) {
  scene<Files> at;
  REQUIRE(at.files().create_directory(at.path("d")));
  auto const directory = std::errc::is_a_directory;
  CHECK(code_of(at.files().open_read(at.path("d"))) == directory);
  CHECK(code_of(at.files().open_write(at.path("d"), write_mode::append)) == directory);
  CHECK(code_of(at.files().open_write(at.path("d"), write_mode::create_new)) ==
        std::errc::file_exists);
}

TEST_CASE_TEMPLATE("storage creates a directory once", Files, real_files, simulated_files) {
  scene<Files> at;
  CHECK(at.files().create_directory(at.path("d")));
  CHECK(code_of(at.files().create_directory(at.path("d"))) == std::errc::file_exists);
  CHECK(at.names() == names{"d/"});
}

TEST_CASE_TEMPLATE("storage creates missing parents and accepts what exists", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  CHECK(at.files().create_directories(at.path("x/y/z")));
  CHECK(at.files().create_directories(at.path("x/y")));
  CHECK(at.files().create_directories(at.path("x/y//w/")));
  CHECK(at.names("x/y") == names{"w/", "z/"});
}

TEST_CASE_TEMPLATE("storage renames and replaces", Files, real_files, simulated_files) {
  scene<Files> at;
  at.write("a", "new");
  at.write("b", "old");
  CHECK(at.files().rename(at.path("a"), at.path("b")));
  CHECK(at.names() == names{"b"});
  CHECK(at.read("b") == "new");
  CHECK(at.files().rename(at.path("b"), at.path("b")));
  CHECK(at.read("b") == "new");
}

TEST_CASE_TEMPLATE("storage renames a directory with what is in it", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  REQUIRE(at.files().create_directories(at.path("from/deep")));
  at.write("from/a", "kept");
  CHECK(at.files().rename(at.path("from"), at.path("to")));
  CHECK(at.read("to/a") == "kept");
  CHECK(at.names() == names{"to/"});
}

TEST_CASE_TEMPLATE("storage refuses renames that make no sense", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  at.write("file", "");
  REQUIRE(at.files().create_directories(at.path("dir/sub")));
  REQUIRE(at.files().create_directory(at.path("other")));
  auto const rename = [&](char const* from, char const* to) {
    return code_of(at.files().rename(at.path(from), at.path(to)));
  };
  CHECK(rename("file", "dir") == std::errc::is_a_directory);
  CHECK(rename("dir", "file") == std::errc::not_a_directory);
  CHECK(rename("other", "dir") == std::errc::directory_not_empty);
  CHECK(rename("dir", "dir/sub/below") == std::errc::invalid_argument);
  CHECK(rename("file", "none/file") == std::errc::no_such_file_or_directory);
  CHECK(at.names() == names{"dir/", "file", "other/"});
}

TEST_CASE_TEMPLATE("storage removes files and empty directories only", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  REQUIRE(at.files().create_directory(at.path("d")));
  at.write("d/a", "x");
  CHECK(code_of(at.files().remove(at.path("d"))) == std::errc::directory_not_empty);
  CHECK(at.files().remove(at.path("d/a")));
  CHECK(at.files().remove(at.path("d")));
  CHECK(at.names().empty());
}

TEST_CASE_TEMPLATE("storage reads at positions and nothing past the end", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  at.write("a", "0123456789");
  auto const file = at.files().open_read(at.path("a"));
  REQUIRE(file);
  auto four = std::array<char, 4>{};
  CHECK(*(*file)->read_at(2, four) == 4);
  CHECK(std::string_view{four.data(), 4} == "2345");
  CHECK(*(*file)->read_at(8, four) == 2);
  CHECK(std::string_view{four.data(), 2} == "89");
  CHECK(*(*file)->read_at(10, four) == 0);
  CHECK(*(*file)->read_at(1000, four) == 0);
  CHECK(*(*file)->size() == 10);
}

TEST_CASE_TEMPLATE("storage lets a reader see what is appended later", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  auto const writer = at.files().open_write(at.path("a"), write_mode::create_new);
  auto const reader = at.files().open_read(at.path("a"));
  auto text = std::array<char, 8>{};
  CHECK(*(*reader)->read_at(0, text) == 0);
  CHECK((*writer)->append("more"));
  CHECK(*(*reader)->size() == 4);
  CHECK(*(*reader)->read_at(0, text) == 4);
}

TEST_CASE_TEMPLATE("storage keeps a removed file readable for who has it open", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  at.write("a", "still here");
  auto const reader = at.files().open_read(at.path("a"));
  REQUIRE(at.files().remove(at.path("a")));
  auto text = std::array<char, 16>{};
  CHECK(*(*reader)->read_at(0, text) == 10);
}

TEST_CASE_TEMPLATE("storage syncs files and directories", Files, real_files, simulated_files) {
  scene<Files> at;
  auto const file = at.files().open_write(at.path("a"), write_mode::create_new);
  CHECK((*file)->append("durable"));
  CHECK((*file)->sync());
  CHECK((*file)->close());
  CHECK(at.files().sync_directory(at.path("")));
}

TEST_CASE_TEMPLATE("storage closes a file once and for all", Files, real_files, simulated_files) {
  scene<Files> at;
  auto const file = at.files().open_write(at.path("a"), write_mode::create_new);
  CHECK((*file)->close());
  CHECK((*file)->close());
  CHECK(code_of((*file)->append("x")) == std::errc::bad_file_descriptor);
  CHECK(code_of((*file)->sync()) == std::errc::bad_file_descriptor);
}

TEST_CASE_TEMPLATE("storage tells a watch about a file moved into the directory", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  bell changed;
  REQUIRE(at.files().create_directory(at.path("in")));
  at.write("a", "whole");
  auto const watch = at.files().watch_directory(at.path("in"), [&] { changed.ring(); });
  REQUIRE(watch);
  REQUIRE(at.files().rename(at.path("a"), at.path("in/a")));
  CHECK(at.told(changed));
}

TEST_CASE_TEMPLATE("storage tells a watch about a file written in the directory", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  bell changed;
  auto const watch = at.files().watch_directory(at.path(""), [&] { changed.ring(); });
  REQUIRE(watch);
  auto const file = at.files().open_write(at.path("a"), write_mode::create_new);
  CHECK(at.told(changed));
  REQUIRE((*file)->append("x"));
  REQUIRE((*file)->close());
  CHECK(at.told(changed));
}

TEST_CASE_TEMPLATE("storage tells a watch that its directory is gone", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  bell changed;
  REQUIRE(at.files().create_directory(at.path("in")));
  auto const watch = at.files().watch_directory(at.path("in"), [&] { changed.ring(); });
  REQUIRE(at.files().remove(at.path("in")));
  CHECK(at.told(changed));
}

TEST_CASE_TEMPLATE("storage lets a watch be destroyed by its own call", Files, real_files,
                   simulated_files) {
  scene<Files> at;
  bell changed;
  std::unique_ptr<watch> watched;
  // Nothing changes before it is set, so the call finds it set; it is atomic for the sanitizer's
  // sake.
  auto handed_over = std::atomic<bool>{false};
  auto started = at.files().watch_directory(at.path(""), [&] {
    CHECK(handed_over.load());
    watched.reset();
    changed.ring();
  });
  REQUIRE(started);
  watched = std::move(*started);
  handed_over.store(true);
  at.write("a", "x");
  CHECK(at.told(changed));
}
