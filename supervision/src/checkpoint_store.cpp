#include <algorithm>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/checkpoint_store.hpp>
#include <sluice/supervision/checksum.hpp>
#include <utility>

#include "checkpoint_names.hpp"
#include "files.hpp"
#include "manifest.hpp"

namespace sluice {
namespace {

// No program writes a manifest this large; it bounds what a damaged directory makes us read.
constexpr auto max_manifest_bytes = std::uint64_t{1} << 30;

// What makes a checkpoint unusable, as opposed to unreadable at the moment.
bool is_unusable(io_error const& failed) {
  return failed.code == durability_errc::damaged ||
         failed.code == std::errc::no_such_file_or_directory;
}

std::string text_of(std::vector<skipped_checkpoint> const& skipped) {
  auto text = std::string{};
  for (auto const& one : skipped)
    text +=
        (text.empty() ? "" : "; ") + ("checkpoint " + std::to_string(one.id)) + ": " + one.reason;
  return text;
}

}  // namespace

std::string checkpoint_decision::message() const {
  auto text = fresh       ? std::string{"a fresh checkpoint directory"}
              : restored  ? "restored checkpoint " + std::to_string(*restored)
              : discarded ? "started fresh, as if_unusable says"
                          : "no checkpoint yet";
  if (!fresh) text += clean ? " after a clean stop" : " after a crash";
  if (!skipped.empty()) text += "; skipped " + text_of(skipped);
  if (!note.empty()) text += "; " + note;
  return text;
}

checkpoint_store::checkpoint_store(storage& files, std::string directory,
                                   checkpoint_store_options const& options)
    : files_{files}, directory_{std::move(directory)}, options_{options} {}

checkpoint_store::~checkpoint_store() = default;

io_result<std::unique_ptr<checkpoint_store>> checkpoint_store::open(
    storage& files, std::string directory, checkpoint_store_options const& options) {
  auto store =
      std::unique_ptr<checkpoint_store>{new checkpoint_store{files, std::move(directory), options}};
  if (auto done = store->recover(); !done) return done.error();
  return store;
}

io_result<void> checkpoint_store::recover() {
  if (auto done = make_durable_directory(files_, directory_); !done) return done;
  // A foreign directory is left alone, without so much as a lock.
  auto found = list_checkpoints(files_, directory_);
  if (!found) return found.error();
  auto lock = files_.lock(path_of(lock_name));
  if (!lock) return lock.error();
  lock_ = std::move(*lock);
  // The process that held the lock until now may have changed the directory.
  found = list_checkpoints(files_, directory_);
  if (!found) return found.error();
  if (!found->initialised) return initialise();
  marked_committed_ = found->committed;
  last_id_ = found->last_id;
  auto const closed_with = read_clean_marker(files_, directory_, *found, decision_.note);
  if (!closed_with) return closed_with.error();
  auto const newest = found->manifests.empty() ? 0 : found->manifests.back();
  if (closed_with->value_or(0) > newest)
    decision_.skipped.push_back({**closed_with, path_of(manifest_name(**closed_with)) +
                                                    ": missing, though it was there at the end"});
  if (auto done = choose(found->manifests); !done) return done;
  if (auto done = check_restored(); !done) return done;
  decision_.clean = *closed_with == decision_.restored.value_or(0);
  return begin_new_life(found->clean);
}

io_result<void> checkpoint_store::initialise() {
  decision_.fresh = true;
  return write_marker(std::string{initialised_name},
                      "This directory holds checkpoints of sluice. Keep its files together.\n");
}

// The newest of which every byte verifies, and the one before as far as its manifest goes.
io_result<void> checkpoint_store::choose(std::vector<checkpoint_id> const& ids) {
  for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
    auto manifest = read_manifest(*id);
    if (!kept_.empty()) {
      if (manifest) {
        kept_.insert(kept_.begin(), *std::move(manifest));
      } else if (!is_unusable(manifest.error())) {
        return manifest.error();
      }
      return {};
    }
    auto failed = std::optional<io_error>{};
    if (!manifest) {
      failed = manifest.error();
    } else if (auto const verified = verify_blobs(*manifest); !verified) {
      failed = verified.error();
    }
    if (!failed) {
      decision_.restored = *id;
      kept_.push_back(*std::move(manifest));
    } else if (is_unusable(*failed)) {
      decision_.skipped.push_back({*id, failed->message()});
    } else {
      return *failed;
    }
  }
  return {};
}

io_result<void> checkpoint_store::check_restored() {
  auto const nothing_lost = !marked_committed_ && decision_.skipped.empty();
  if (decision_.restored || nothing_lost) return {};
  decision_.discarded = true;
  if (options_.if_unusable == unusable_checkpoints::start_fresh) return {};
  if (decision_.skipped.empty())
    return durability_error(directory_, durability_errc::checkpoints_missing);
  return durability_error(directory_ + " with " + text_of(decision_.skipped),
                          durability_errc::no_checkpoint_usable);
}

io_result<void> checkpoint_store::begin_new_life(bool marked_clean) {
  // What was chosen may have its name nowhere but in memory yet, if only the process had died.
  if (auto done = files_.sync_directory(directory_); !done) return done;
  if (marked_clean) {
    if (auto done = files_.remove(path_of(clean_name)); !done) return done;
  }
  if (!kept_.empty() && !marked_committed_) {
    if (auto done = mark_committed(); !done) return done;
  }
  return remove_unfinished();
}

checkpoint_manifest const* checkpoint_store::current() const {
  return kept_.empty() ? nullptr : &kept_.back();
}

checkpoint_manifest const* checkpoint_store::previous() const {
  return kept_.size() < 2 ? nullptr : &kept_.front();
}

io_result<std::string> checkpoint_store::read(std::string_view name) {
  if (auto const* manifest = current(); manifest && manifest->blobs.contains(name))
    return read_blob(*manifest, name);
  return io_error{make_error_code(std::errc::no_such_file_or_directory),
                  directory_ + ", blob " + std::string{name} + " of " +
                      (current() ? "checkpoint " + std::to_string(current()->id)
                                 : std::string{"no checkpoint"})};
}

io_result<checkpoint_manifest> checkpoint_store::read_manifest(checkpoint_id id) {
  auto const path = path_of(manifest_name(id));
  auto const bytes = read_at_most(files_, path, max_manifest_bytes);
  if (!bytes) return bytes.error();
  auto manifest = decode_manifest(*bytes, path);
  if (manifest && manifest->id != id) return durability_error(path, durability_errc::damaged);
  return manifest;
}

io_result<std::string> checkpoint_store::read_blob(checkpoint_manifest const& manifest,
                                                   std::string_view name) {
  auto const& expected = manifest.blobs.find(name)->second;
  auto const path = path_of(blob_name(manifest.id, name));
  auto bytes = read_exactly(files_, path, expected.length);
  if (bytes && checksum(*bytes) != expected.checksum)
    return durability_error(path, durability_errc::damaged);
  return bytes;
}

io_result<void> checkpoint_store::verify_blobs(checkpoint_manifest const& manifest) {
  for (auto const& [name, blob] : manifest.blobs) {
    if (auto const bytes = read_blob(manifest, name); !bytes) return bytes.error();
  }
  return {};
}

checkpoint_draft checkpoint_store::begin() {
  if (!lock_) throw usage_error{"checkpoint_store::begin " + directory_ + ": it is closed"};
  // Left-overs take room, nothing more: if they cannot be removed now, a commit tries again.
  if (std::exchange(draft_left_, true))
    static_cast<void>(withdraw_unconfirmed() && remove_unfinished());
  return {*this, ++last_id_};
}

io_result<void> checkpoint_store::commit(checkpoint_manifest manifest) {
  // The names of the blobs first: a manifest is never there without them.
  if (auto done = files_.sync_directory(directory_); !done) return done;
  auto const path = path_of(manifest_name(manifest.id));
  unconfirmed_.push_back(path);
  if (auto done = write_and_rename(files_, path, encode_manifest(manifest)); !done) return done;
  if (auto done = files_.sync_directory(directory_); !done) return done;
  draft_left_ = false;
  unconfirmed_.clear();
  if (kept_.size() == 2) kept_.erase(kept_.begin());
  kept_.push_back(std::move(manifest));
  return {};
}

// After the manifest: the marker without one would tell of a loss. A checkpoint without the marker
// counts, and the next one tries again.
std::optional<io_error> checkpoint_store::tidy_up() {
  if (!marked_committed_) {
    if (auto done = mark_committed(); !done) return done.error();
  }
  return remove_old();
}

io_result<void> checkpoint_store::mark_committed() {
  auto done = write_marker(std::string{committed_name}, "A checkpoint was committed here.\n");
  marked_committed_ = done.has_value();
  return done;
}

io_result<void> checkpoint_store::write_marker(std::string const& name, std::string const& text) {
  if (auto done = write_and_rename(files_, path_of(name), text); !done) return done;
  return files_.sync_directory(directory_);
}

io_result<void> checkpoint_store::close() {
  if (!lock_) throw usage_error{"checkpoint_store::close " + directory_ + ": it is closed already"};
  auto const lock = std::exchange(lock_, nullptr);
  if (auto done = withdraw_unconfirmed(); !done) return done;
  return write_marker(std::string{clean_name}, clean_text(current() ? current()->id : 0));
}

// Everything but the kept checkpoints: manifests first, so that none is ever without its blobs.
std::optional<io_error> checkpoint_store::remove_old() {
  auto const found = list_checkpoints(files_, directory_);
  if (!found) return found.error();
  auto const is_kept = [&](checkpoint_id id) {
    return std::any_of(kept_.begin(), kept_.end(), [&](auto const& one) { return one.id == id; });
  };
  for (auto const id : found->manifests) {
    if (is_kept(id)) continue;
    if (auto done = files_.remove(path_of(manifest_name(id))); !done) return done.error();
  }
  auto const is_old = [&](auto const& blob) { return !is_kept(blob.first); };
  if (std::any_of(found->blobs.begin(), found->blobs.end(), is_old)) {
    if (auto done = files_.sync_directory(directory_); !done) return done.error();
  }
  for (auto const& [id, name] : found->blobs) {
    if (is_kept(id)) continue;
    if (auto done = files_.remove(path_of(name)); !done) return done.error();
  }
  for (auto const& name : found->temporaries)
    if (auto done = files_.remove(path_of(name)); !done) return done.error();
  return std::nullopt;
}

// A commit that failed at its very end has left a manifest that the next `open` would take.
io_result<void> checkpoint_store::withdraw_unconfirmed() {
  if (unconfirmed_.empty()) return {};
  for (; !unconfirmed_.empty(); unconfirmed_.pop_back()) {
    auto const gone = files_.remove(unconfirmed_.back());
    if (!gone && gone.error().code != std::errc::no_such_file_or_directory) return gone;
  }
  return files_.sync_directory(directory_);
}

// What no manifest vouches for, usable or not.
io_result<void> checkpoint_store::remove_unfinished() {
  auto const found = list_checkpoints(files_, directory_);
  if (!found) return found.error();
  for (auto const& [id, name] : found->blobs) {
    if (std::binary_search(found->manifests.begin(), found->manifests.end(), id)) continue;
    if (auto done = files_.remove(path_of(name)); !done) return done;
  }
  for (auto const& name : found->temporaries)
    if (auto done = files_.remove(path_of(name)); !done) return done;
  return files_.sync_directory(directory_);
}

std::string checkpoint_store::path_of(std::string_view name) const {
  return directory_ + "/" + std::string{name};
}

io_result<void> checkpoint_draft::add(std::string_view name, std::string_view bytes) {
  check_blob_name(name);
  check_usable("add");
  if (failed_) return *failed_;
  auto const blob = checkpoint_manifest::blob{bytes.size(), checksum(bytes)};
  if (!manifest_.blobs.emplace(name, blob).second)
    throw usage_error{"checkpoint_draft::add: there is a blob \"" + std::string{name} +
                      "\" already; give each its own name"};
  auto done = write_and_rename(store_.files_, store_.path_of(blob_name(manifest_.id, name)), bytes);
  if (!done) failed_ = done.error();
  return done;
}

// The blobs of a draft go when another one is begun.
void checkpoint_draft::check_usable(char const* call) const {
  auto const* const why = done_                             ? "it was committed before"
                          : store_.last_id_ != manifest_.id ? "another one was begun since"
                          : !store_.lock_                   ? "the store is closed"
                                                            : nullptr;
  if (why == nullptr) return;
  throw usage_error{std::string{"checkpoint_draft::"} + call + " of checkpoint " +
                    std::to_string(manifest_.id) + ": " + why + "; begin another checkpoint"};
}

io_result<committed_checkpoint> checkpoint_draft::commit(
    std::map<std::string, std::string, std::less<>> values) {
  check_usable("commit");
  done_ = true;
  if (failed_) return *failed_;
  manifest_.values = std::move(values);
  auto const id = manifest_.id;
  if (auto done = store_.commit(std::move(manifest_)); !done) return done.error();
  return committed_checkpoint{.id = id, .cleanup_failed = store_.tidy_up()};
}

}  // namespace sluice
