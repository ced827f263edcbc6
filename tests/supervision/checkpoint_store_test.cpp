#include <doctest/doctest.h>
#include <unistd.h>

#include <sluice/operators/error.hpp>
#include <sluice/supervision/checksum.hpp>
#include <sluice/supervision/world.hpp>
#include <string>

#include "checkpoint_scene.hpp"
#include "tests/temporary_directory.hpp"

using namespace sluice;
using namespace sluice::testkit;
using namespace sluice::tests;

namespace {

std::string const restore_or_fresh =
    "restore the files from a copy, or set if_unusable to start_fresh to go on without them";
std::string const not_what_was_written =
    ": damaged: the bytes are not what was written; restore the file from a copy";

// Two checkpoints and a crash of the process.
void fill(checkpoint_scene& at) {
  auto const store = at.open();
  at.commit(*store, {{"a", "old"}}, {{"batch", "1"}});
  at.commit(*store, {{"a", "new"}, {"b", ""}}, {{"batch", "2"}});
}

}  // namespace

TEST_CASE("checkpoint_store initialises an empty directory and says so") {
  checkpoint_scene at;
  auto const store = at.open();
  CHECK(store->decision().fresh);
  CHECK(store->decision().message() == "a fresh checkpoint directory");
  CHECK(store->current() == nullptr);
  CHECK(at.names() == std::vector<std::string>{"initialised", "lock"});
}

TEST_CASE("checkpoint_store tells a directory without a checkpoint from a fresh one") {
  checkpoint_scene at;
  at.open();
  auto const store = at.open();
  CHECK_FALSE(store->decision().fresh);
  CHECK_FALSE(store->decision().restored);
  CHECK(store->decision().message() == "no checkpoint yet after a crash");
}

TEST_CASE("checkpoint_store gives back blobs and values of the newest checkpoint") {
  checkpoint_scene at;
  auto const large = std::string(300'000, 'L');
  CHECK(at.commit(*at.open(), {{"state-1", "abc"}, {"empty", ""}, {"large", large}},
                  {{"batch", std::string("\0\x01", 2)}, {"", ""}}) == 1);
  auto const store = at.open();
  CHECK(store->decision().restored == 1);
  CHECK(store->decision().message() == "restored checkpoint 1 after a crash");
  CHECK(at.content(*store) == blobs{{"state-1", "abc"}, {"empty", ""}, {"large", large}});
  CHECK(store->current()->values == values{{"batch", std::string("\0\x01", 2)}, {"", ""}});
  CHECK(store->read("none").error().message() ==
        "ckpt, blob none of checkpoint 1: No such file or directory");
}

TEST_CASE("checkpoint_store can hold a checkpoint without blobs") {
  checkpoint_scene at;
  at.commit(*at.open(), {}, {{"k", "v"}});
  CHECK(at.open()->current()->values == values{{"k", "v"}});
}

TEST_CASE("checkpoint_store keeps the two newest checkpoints") {
  checkpoint_scene at;
  auto const store = at.open();
  CHECK(store->previous() == nullptr);
  for (int i = 1; i <= 4; ++i) {
    at.commit(*store, {{"a", std::to_string(i)}});
    CHECK(at.names("manifest-").size() == static_cast<std::size_t>(std::min(i, 2)));
    CHECK(at.names("blob-").size() == static_cast<std::size_t>(std::min(i, 2)));
  }
  CHECK(store->current()->id == 4);
  CHECK(store->previous()->id == 3);
  auto const again = [&] {
    at.files.crash(crash_loss::everything);
    return at.open();
  }();
  CHECK(again->current()->id == 4);
  CHECK(again->previous()->id == 3);
  CHECK(at.content(*again) == blobs{{"a", "4"}});
}

TEST_CASE("checkpoint_store knows a clean stop from a crash") {
  checkpoint_scene at;
  fill(at);
  {
    auto const store = at.open();
    CHECK_FALSE(store->decision().clean);
    REQUIRE(store->close());
    CHECK_THROWS_AS(store->close(), usage_error);
  }
  {
    auto const store = at.open();
    CHECK(store->decision().clean);
    CHECK(store->decision().message() == "restored checkpoint 2 after a clean stop");
  }
  CHECK_FALSE(at.open()->decision().clean);
}

TEST_CASE("checkpoint_store knows a clean stop before the first checkpoint") {
  checkpoint_scene at;
  REQUIRE(at.open()->close());
  CHECK(at.open()->decision().message() == "no checkpoint yet after a clean stop");
}

TEST_CASE("checkpoint_store does not trust a damaged marker of a clean stop") {
  checkpoint_scene at;
  fill(at);
  REQUIRE(at.open()->close());
  at.files.flip_bit("ckpt/clean", 0);
  CHECK(at.open()->decision().message() ==
        "restored checkpoint 2 after a crash; ckpt/clean is damaged and does not count");
}

TEST_CASE("checkpoint_store belongs to one process at a time") {
  checkpoint_scene at;
  auto first = at.open();
  auto const second = at.try_open();
  REQUIRE_FALSE(second);
  CHECK(second.error().message() ==
        "ckpt/lock, held by process 1: in use; stop that process or choose another directory");
  SUBCASE("released by its end") { first.reset(); }
  SUBCASE("released by closing") { REQUIRE(first->close()); }
  SUBCASE("taken over from the dead") { at.files.crash(crash_loss::nothing); }
  CHECK(at.try_open());
}

TEST_CASE("checkpoint_store leaves a directory of something else alone") {
  for (auto const* name : {"ckpt/data.txt", "ckpt/sub/file", "ckpt/manifest-1", "ckpt/x.tmp",
                           "ckpt/committed", "ckpt/manifest-00000000000000000001"}) {
    CAPTURE(name);
    checkpoint_scene at;
    at.files.put(name, "x");
    for (auto choice : {unusable_checkpoints::refuse, unusable_checkpoints::start_fresh}) {
      at.options.if_unusable = choice;
      auto const opened = at.try_open();
      REQUIRE_FALSE(opened);
      CHECK(opened.error().code == durability_errc::foreign_directory);
    }
    CHECK(at.names().size() == 1);
  }
}

TEST_CASE("checkpoint_store tolerates what others add after it was initialised") {
  checkpoint_scene at;
  fill(at);
  at.files.put("ckpt/log/log-1", "x");
  at.files.put("ckpt/notes.tmp", "x");
  at.commit(*at.open(), {});
  CHECK(at.files.contents("ckpt/log/log-1"));
  CHECK(at.files.contents("ckpt/notes.tmp"));
}

TEST_CASE("checkpoint_store falls back to the checkpoint before and says what it skipped and why") {
  struct row {
    std::string what;
    std::string reason;
    std::function<void(sim_storage&)> harm;
  };
  auto const manifest = path_of("manifest", 2);
  auto const blob = path_of("blob", 2, "-a");
  auto const rows = std::vector<row>{
      {"a rotten manifest", manifest + not_what_was_written,
       [&](auto& files) { files.flip_bit(manifest, 30); }},
      {"a torn manifest", manifest + not_what_was_written,
       [&](auto& files) { files.put(manifest, files.contents(manifest)->substr(0, 40)); }},
      {"an empty manifest", manifest + not_what_was_written,
       [&](auto& files) { files.put(manifest, ""); }},
      {"another one's manifest", manifest + not_what_was_written,
       [&](auto& files) { files.put(manifest, *files.contents(path_of("manifest", 1))); }},
      {"a rotten blob", blob + not_what_was_written,
       [&](auto& files) { files.flip_bit(blob, 2, 7); }},
      {"a short blob", blob + " of 2 bytes" + not_what_was_written,
       [&](auto& files) { files.put(blob, "ne"); }},
      {"a missing blob", blob + ": No such file or directory",
       [&](auto& files) { REQUIRE(files.remove(blob)); }}};
  for (auto const& row : rows) {
    CAPTURE(row.what);
    checkpoint_scene at;
    fill(at);
    row.harm(at.files);
    {
      auto const store = at.open();
      REQUIRE(store->decision().restored == 1);
      REQUIRE(store->decision().skipped.size() == 1);
      CHECK(store->decision().skipped[0].id == 2);
      CHECK(store->decision().skipped[0].reason == row.reason);
      CHECK(at.content(*store) == blobs{{"a", "old"}});
      // Nothing is used twice, and the bad one goes when there are two good ones.
      CHECK(at.commit(*store, {{"a", "next"}}) == 3);
    }
    CHECK(at.names("manifest-").size() == 2);
    CHECK(at.content(*at.open()) == blobs{{"a", "next"}});
  }
}

TEST_CASE("checkpoint_store misses the checkpoint that it was closed with") {
  checkpoint_scene at;
  fill(at);
  REQUIRE(at.open()->close());
  REQUIRE(at.files.remove(path_of("manifest", 2)));
  auto const store = at.open();
  CHECK(store->decision().message() ==
        "restored checkpoint 1 after a crash; skipped checkpoint 2: " + path_of("manifest", 2) +
            ": missing, though it was there at the end");
  CHECK(at.commit(*store, {}) == 3);
}

TEST_CASE("checkpoint_store refuses when no checkpoint can be used, and starts fresh if told to") {
  checkpoint_scene at;
  fill(at);
  at.files.flip_bit(path_of("manifest", 2), 0);
  REQUIRE(at.files.remove(path_of("blob", 1, "-a")));
  auto const refused = at.try_open();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == durability_errc::no_checkpoint_usable);
  CHECK(refused.error().message() ==
        "ckpt with checkpoint 2: " + path_of("manifest", 2) + not_what_was_written +
            "; checkpoint 1: " + path_of("blob", 1, "-a") +
            ": No such file or directory: no checkpoint can be used; " + restore_or_fresh);
  at.options.if_unusable = unusable_checkpoints::start_fresh;
  auto store = at.open();
  CHECK(store->decision().discarded);
  CHECK(store->decision().skipped.size() == 2);
  CHECK(store->current() == nullptr);
  CHECK(at.names("manifest-").size() == 2);  // until there is a new one
  CHECK(at.commit(*store, {{"a", "fresh"}}) == 3);
  CHECK(at.names("manifest-").size() == 1);
  store.reset();
  at.options.if_unusable = unusable_checkpoints::refuse;
  CHECK(at.content(*at.open()) == blobs{{"a", "fresh"}});
}

TEST_CASE("checkpoint_store does not take a directory that lost its checkpoints for a new one") {
  checkpoint_scene at;
  fill(at);
  for (auto const& name : at.names("manifest-")) REQUIRE(at.files.remove("ckpt/" + name));
  auto const refused = at.try_open();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message() ==
        "ckpt: checkpoints were committed here, but they are gone; " + restore_or_fresh);
  at.options.if_unusable = unusable_checkpoints::start_fresh;
  CHECK(at.open()->decision().message() == "started fresh, as if_unusable says after a crash");
}

TEST_CASE("checkpoint_store does not fall back from a newer format") {
  checkpoint_scene at;
  fill(at);
  auto header = at.files.contents(path_of("manifest", 2))->substr(0, 20);
  header[8] = 9;
  auto const check = static_cast<std::uint32_t>(checksum(header));
  for (unsigned i = 0; i < 4; ++i) header += static_cast<char>(check >> (8 * i));
  at.files.put(path_of("manifest", 2), header + "whatever comes then");
  at.options.if_unusable = unusable_checkpoints::start_fresh;
  CHECK(at.try_open().error().message() ==
        path_of("manifest", 2) +
            " of format 9, newest known 1: written by a newer version, which "
            "this one cannot read; run that version");
}

TEST_CASE("checkpoint_store does not fall back because a file cannot be read at the moment") {
  checkpoint_scene at;
  fill(at);
  for (auto operation : {storage_operation::open_read, storage_operation::read}) {
    for (auto const& path : {path_of("manifest", 2), path_of("blob", 2, "-a")}) {
      at.files.inject({.operation = operation, .path = path});
      CHECK(at.try_open().error().message() == path + ": Input/output error");
    }
  }
  CHECK(at.open()->decision().restored == 2);
}

TEST_CASE("checkpoint_store removes what drafts have left behind") {
  checkpoint_scene at;
  fill(at);
  auto const store = at.open();
  {
    auto draft = store->begin();
    CHECK(draft.id() == 3);
    REQUIRE(draft.add("left", "bytes"));
  }
  auto draft = store->begin();
  CHECK(draft.id() == 4);
  CHECK(at.names("blob-00000000000000000003").empty());
  at.files.inject({.operation = storage_operation::sync});
  auto const failed = draft.add("a", "x");
  REQUIRE_FALSE(failed);
  CHECK(draft.add("b", "x").error().message() == failed.error().message());
  CHECK(draft.commit().error().message() == failed.error().message());
  CHECK(at.commit(*store, {{"a", "5"}}) == 5);
  CHECK(at.names("blob-").size() == 3);
}

TEST_CASE("checkpoint_store commits although old files cannot be removed, and tells") {
  checkpoint_scene at;
  fill(at);
  auto const store = at.open();
  at.files.inject({.operation = storage_operation::remove});
  auto const done = at.try_commit(*store, {{"a", "3"}});
  REQUIRE(done);
  REQUIRE(done->cleanup_failed);
  CHECK(at.names("manifest-").size() == 3);
  at.commit(*store, {{"a", "4"}});
  CHECK(at.names("manifest-").size() == 2);
}

TEST_CASE("checkpoint_store keeps a checkpoint whose marker could not be made durable") {
  checkpoint_scene scene;
  auto store = scene.open();
  // Behind the names of the blobs and that of the manifest.
  scene.files.inject(
      {testkit::storage_operation::sync_directory, "ckpt", std::errc::io_error, 1, 2});
  auto const done = checkpoint_scene::try_commit(*store, {{"a", "1"}});
  REQUIRE(done);
  CHECK(done->cleanup_failed);
  static_cast<void>(store->begin());  // takes nothing back
  store.reset();
  scene.world.crash(testkit::crash_loss::everything);
  store = scene.open();
  CHECK(checkpoint_scene::content(*store) == blobs{{"a", "1"}});
}

TEST_CASE("checkpoint_store refuses names that are no file names everywhere, and misuse") {
  checkpoint_scene at;
  auto const store = at.open();
  auto draft = store->begin();
  for (std::string const& name :
       {std::string{""}, std::string{"a/b"}, std::string{"a b"}, std::string{"x.tmp"},
        std::string(129, 'x'), std::string{"\xc3\xa4"}})
    CHECK_THROWS_AS(draft.add(name, ""), usage_error);
  CHECK(draft.add(std::string(128, 'x'), ""));
  CHECK_THROWS_WITH_AS(
      draft.add(std::string(128, 'x'), ""),
      doctest::String{("checkpoint_draft::add: there is a blob \"" + std::string(128, 'x') +
                       "\" already; give each its own name")
                          .c_str()},
      usage_error);
  REQUIRE(draft.commit());
  CHECK_THROWS_WITH_AS(draft.commit(),
                       "checkpoint_draft::commit of checkpoint 1: it was committed before; begin "
                       "another checkpoint",
                       usage_error);
  CHECK_THROWS_AS(draft.add("late", ""), usage_error);
  auto overtaken = store->begin();
  REQUIRE(overtaken.add("a", ""));
  auto last = store->begin();
  CHECK_THROWS_WITH_AS(overtaken.commit(),
                       "checkpoint_draft::commit of checkpoint 2: another one was begun since; "
                       "begin another checkpoint",
                       usage_error);
  REQUIRE(store->close());
  CHECK_THROWS_AS(last.commit(), usage_error);
  CHECK_THROWS_WITH_AS(store->begin(), "checkpoint_store::begin ckpt: it is closed", usage_error);
}

TEST_CASE("checkpoint_store refuses every turned bit of a manifest and its blobs") {
  checkpoint_scene at;
  at.commit(*at.open(), {{"a", "content"}}, {{"key", "value"}});
  for (auto const& path : {path_of("manifest", 1), path_of("blob", 1, "-a")}) {
    for (std::size_t offset = 0; offset < at.files.contents(path)->size(); ++offset) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        CAPTURE(path);
        CAPTURE(offset);
        at.files.flip_bit(path, offset, bit);
        CHECK(at.try_open().error().code == durability_errc::no_checkpoint_usable);
        at.files.flip_bit(path, offset, bit);
      }
    }
  }
}

TEST_CASE("checkpoint_store works on the real file system") {
  tests::temporary_directory root;
  auto const outside = make_real_world();
  auto const open = [&] { return checkpoint_store::open(outside->storage(), root / "deep/ckpt"); };
  {
    auto const store = open();
    REQUIRE(store);
    CHECK((*store)->decision().fresh);
    for (int i = 1; i <= 3; ++i)
      checkpoint_scene::commit(**store, {{"a", std::to_string(i)}}, {{"k", "v"}});
    CHECK(open().error().resource ==
          root / "deep/ckpt/lock" + ", held by process " + std::to_string(::getpid()));
    REQUIRE((*store)->close());
  }
  auto const store = open();
  REQUIRE(store);
  CHECK((*store)->decision().message() == "restored checkpoint 3 after a clean stop");
  CHECK(checkpoint_scene::content(**store) == blobs{{"a", "3"}});
}
