/// The simulated disk's contents, as they are and as they would be after a crash.
///
/// Thread rule: one thread. Promise: `children` and `bytes` are what programs see now; what a crash
/// leaves is told by the durable members and the journal of name changes.
#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sluice/operators/time.hpp>
#include <sluice/supervision/world.hpp>
#include <sluice/testkit/sim_storage.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace sluice::testkit {

struct sim_node;
using sim_node_ptr = std::shared_ptr<sim_node>;
using sim_names = std::map<std::string, sim_node_ptr, std::less<>>;

/// A file or a directory.
struct sim_node {
  explicit sim_node(bool directory) : is_directory{directory} {}

  bool const is_directory;
  batch_time modified{};
  std::weak_ptr<sim_node> parent;

  // File: the first `durable` bytes survive a crash; `replaced` is what survives instead if there
  // was a truncation that no sync has covered.
  std::string bytes;
  std::size_t durable = 0;
  std::optional<std::string> replaced;

  // Directory: `durable_children` is what the journal has been settled into so far.
  sim_names children;
  sim_names durable_children;
};

/// One name of one directory gets a node, or loses it (null).
struct sim_name_edit {
  sim_node_ptr directory;
  std::string name;
  sim_node_ptr node;
};

/// What one operation does to names: all of it survives or none.
struct sim_name_change {
  std::vector<sim_name_edit> edits;
  /// Directories whose sync is still missing.
  std::set<sim_node*> unsynced;
};

/// Where a path leads: `node` is null if the last name does not exist in `directory`; `directory`
/// is null for the root.
struct sim_place {
  sim_node_ptr directory;
  std::string name;
  sim_node_ptr node;
};

template <class T>
using errc_result = boost::system::result<T, std::errc>;

/// All nodes below one root.
class sim_tree {
 public:
  sim_node_ptr const& root() const { return root_; }
  errc_result<sim_place> locate(std::string_view path) const;
  /// The node at `path`, which must exist.
  errc_result<sim_node_ptr> find(std::string_view path) const;
  /// The directory at `path`, which must exist.
  errc_result<sim_node_ptr> find_directory(std::string_view path) const;
  std::uint64_t used() const;

  /// Makes the edits, to be settled by syncs of their directories.
  void change_names(std::vector<sim_name_edit> edits);
  void sync_names(sim_node_ptr const& directory);

  static void truncate(sim_node& file);
  static void sync_bytes(sim_node& file);

  void crash(crash_loss loss, random_stream& chance);

 private:
  void settle_names(std::vector<bool> kept);

  sim_node_ptr root_ = std::make_shared<sim_node>(true);
  std::deque<sim_name_change> journal_;
};

}  // namespace sluice::testkit
