/// Checkpoints in a directory: named blobs and a manifest that vouches for them.
///
/// Thread rule: one thread at a time. Promise: a checkpoint whose commit was confirmed is found by
/// the next `open`, or `open` says what it skipped and why, or refuses; what is read is what was
/// written. Whatever fails while one is written, the older ones stay as they were.
///
/// The directory holds `lock`, the markers `initialised`, `committed` and `clean`, and for each
/// checkpoint `manifest-<id>` and `blob-<id>-<name>`. What is missing means nothing by itself: only
/// the markers tell a fresh directory from one that lost its files. Files and directories of others
/// may be added once it is initialised; they are left alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sluice/supervision/storage.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Number of a checkpoint in its directory: it rises, and no two that were committed share one.
using checkpoint_id = std::uint64_t;

/// What to do if there were checkpoints and none can be used.
enum class unusable_checkpoints {
  refuse,      ///< `open` fails and says what is wrong with each
  start_fresh  ///< go on without; what is there stays until a new one was committed
};

struct checkpoint_store_options {
  unusable_checkpoints if_unusable = unusable_checkpoints::refuse;
};

/// What a manifest says.
struct checkpoint_manifest {
  struct blob {
    std::uint64_t length = 0;
    std::uint64_t checksum = 0;
  };
  checkpoint_id id = 0;
  std::map<std::string, blob, std::less<>> blobs{};
  std::map<std::string, std::string, std::less<>> values{};  ///< keys and bytes of the driver
};

/// A checkpoint that was passed over, newest first.
struct skipped_checkpoint {
  checkpoint_id id = 0;
  std::string reason;  ///< with the file
};

/// What `open` decided.
struct checkpoint_decision {
  bool fresh = false;      ///< the directory was empty and was initialised now
  bool clean = false;      ///< the last process has closed the store after its last checkpoint
  bool discarded = false;  ///< `start_fresh` was needed
  std::optional<checkpoint_id> restored{};
  std::vector<skipped_checkpoint> skipped{};
  std::string note{};  ///< what else was odd; empty if nothing

  /// One line for people: what was restored, what was skipped and why.
  std::string message() const;
};

/// Outcome of a commit.
struct committed_checkpoint {
  checkpoint_id id = 0;
  /// Old files that could not be removed; the next commit tries again.
  std::optional<io_error> cleanup_failed{};
};

class checkpoint_store;

/// A checkpoint that is being written. Destroyed before its commit, it leaves nothing but files
/// that the next one or the next `open` removes.
class checkpoint_draft {
 public:
  checkpoint_id id() const { return manifest_.id; }
  /// Writes a blob. The first error is final for the draft.
  /// @throws usage_error if the name is taken, or has not 1 to 128 letters, digits, `.`, `_`, `-`,
  /// or
  ///     if this was committed or another draft was begun
  io_result<void> add(std::string_view name, std::string_view bytes);
  /// Makes the checkpoint the newest one, and removes all but it and the one before. After an error
  /// it may be found by the next `open` all the same, complete, unless another was committed.
  /// @throws usage_error if it was called before or another draft was begun
  io_result<committed_checkpoint> commit(
      std::map<std::string, std::string, std::less<>> values = {});

 private:
  friend class checkpoint_store;
  checkpoint_draft(checkpoint_store& store, checkpoint_id id) : store_{store} { manifest_.id = id; }
  void check_usable(char const* call) const;

  checkpoint_store& store_;
  checkpoint_manifest manifest_{};
  std::optional<io_error> failed_{};
  bool done_ = false;
};

/// The directory; see the head of this file.
class checkpoint_store {
 public:
  /// Locks the directory, which is made if it is missing, and finds the newest checkpoint of which
  /// every byte verifies.
  ///
  /// Errors: `in_use` with the process, `foreign_directory`, `newer_format`, `checkpoints_missing`,
  /// `no_checkpoint_usable` with a reason for each, and those of the storage. A file that the
  /// storage cannot read is such an error and no reason to fall back: it may be readable tomorrow.
  static io_result<std::unique_ptr<checkpoint_store>> open(
      storage& files, std::string directory, checkpoint_store_options const& options = {});
  ~checkpoint_store();
  checkpoint_store(checkpoint_store const&) = delete;
  checkpoint_store& operator=(checkpoint_store const&) = delete;

  checkpoint_decision const& decision() const { return decision_; }
  /// The newest checkpoint, restored or committed; null if there is none.
  checkpoint_manifest const* current() const;
  /// The checkpoint to which a later `open` may have to fall back: what that one needs elsewhere
  /// must stay. Null if there is only one or none.
  checkpoint_manifest const* previous() const;
  /// A blob of the current checkpoint, verified.
  io_result<std::string> read(std::string_view name);
  /// Begins the next checkpoint, which ends the one before if that was not committed. The store
  /// must outlive it.
  checkpoint_draft begin();
  /// Marks the directory as cleanly closed and unlocks it. Without it, the next `open` sees a
  /// crash. After it the store is not used again.
  io_result<void> close();

 private:
  friend class checkpoint_draft;

  checkpoint_store(storage& files, std::string directory, checkpoint_store_options const& options);
  io_result<void> recover();
  io_result<void> initialise();
  io_result<void> choose(std::vector<checkpoint_id> const& ids);
  io_result<void> check_restored();
  io_result<void> begin_new_life(bool marked_clean);
  io_result<checkpoint_manifest> read_manifest(checkpoint_id id);
  io_result<std::string> read_blob(checkpoint_manifest const& manifest, std::string_view name);
  io_result<void> verify_blobs(checkpoint_manifest const& manifest);
  io_result<void> commit(checkpoint_manifest manifest);
  io_result<void> mark_committed();
  io_result<void> write_marker(std::string const& name, std::string const& text);
  std::optional<io_error> tidy_up();
  std::optional<io_error> remove_old();
  io_result<void> remove_unfinished();
  io_result<void> withdraw_unconfirmed();
  std::string path_of(std::string_view name) const;

  storage& files_;
  std::string const directory_;
  checkpoint_store_options const options_;
  std::unique_ptr<file_lock> lock_{};
  checkpoint_decision decision_{};
  std::vector<checkpoint_manifest> kept_{};  // at most two, older first
  checkpoint_id last_id_ = 0;                // the highest that was ever seen here
  bool marked_committed_ = false;
  bool draft_left_ = false;                 // files of a draft that was not committed
  std::vector<std::string> unconfirmed_{};  // manifests whose commit failed; they may be there
};

}  // namespace sluice
