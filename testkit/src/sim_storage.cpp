#include <sluice/operators/error.hpp>
#include <sluice/supervision/durability_error.hpp>
#include <sluice/testkit/sim_events.hpp>
#include <sluice/testkit/sim_storage.hpp>
#include <utility>

#include "sim_disk.hpp"
#include "sim_file.hpp"

namespace sluice::testkit {
namespace {

io_error error(std::string resource, std::errc why) {
  return {make_error_code(why), std::move(resource)};
}

// Moving a directory below itself would cut it off from the root.
bool is_below(sim_node_ptr node, sim_node const& ancestor) {
  for (; node; node = node->parent.lock()) {
    if (node.get() == &ancestor) return true;
  }
  return false;
}

// What POSIX says about the two ends of a rename; 0 if it may happen.
std::errc check_rename(sim_place const& from, sim_place const& to) {
  if (!from.node) return std::errc::no_such_file_or_directory;
  if (!from.directory || !to.directory) return std::errc::device_or_resource_busy;
  if (is_below(to.directory, *from.node)) return std::errc::invalid_argument;
  if (!to.node) return {};
  if (to.node->is_directory && !from.node->is_directory) return std::errc::is_a_directory;
  if (!to.node->is_directory && from.node->is_directory) return std::errc::not_a_directory;
  if (!to.node->children.empty()) return std::errc::directory_not_empty;
  return {};
}

// Adds a node below `place.directory` and tells who watches there.
void add_node(sim_disk& disk, sim_place& place, bool directory) {
  place.node = std::make_shared<sim_node>(directory);
  place.node->modified = disk.now();
  disk.tree().change_names({{place.directory, place.name, place.node}});
  disk.tell(place.directory);
}

// Missing directories up to the last `/` or, with `whole`, the whole path.
std::optional<io_error> add_directories(sim_disk& disk, std::string const& path, bool whole) {
  for (auto end = path.find('/', 1);; end = path.find('/', end + 1)) {
    if (end == std::string::npos && !whole) return std::nullopt;
    auto const prefix = path.substr(0, end);
    auto place = disk.tree().locate(prefix);
    if (!place) return error(prefix, place.error());
    if (!place->node) add_node(disk, *place, true);
    if (!place->node->is_directory) return error(prefix, std::errc::not_a_directory);
    if (end == std::string::npos) return std::nullopt;
  }
}

}  // namespace

sim_storage::sim_storage(clock const& time, sim_events& events, random_stream chance)
    : disk_{std::make_shared<sim_disk>(time, events, chance)} {}

sim_storage::~sim_storage() { disk_->end_life(); }

io_result<std::vector<directory_entry>> sim_storage::list(std::string const& directory) {
  if (auto const failed = disk_->gate(storage_operation::list, directory)) {
    return error(directory, *failed);
  }
  auto const node = disk_->tree().find_directory(directory);
  if (!node) return error(directory, node.error());
  auto entries = std::vector<directory_entry>{};
  for (auto const& [name, child] : (*node)->children) {
    entries.push_back({.name = name,
                       .is_directory = child->is_directory,
                       .size = child->bytes.size(),
                       .modified = child->modified});
  }
  return entries;
}

io_result<std::unique_ptr<readable_file>> sim_storage::open_read(std::string const& path) {
  if (auto const failed = disk_->gate(storage_operation::open_read, path)) {
    return error(path, *failed);
  }
  auto const node = disk_->tree().find(path);
  if (!node) return error(path, node.error());
  if ((*node)->is_directory) return error(path, std::errc::is_a_directory);
  return std::make_unique<sim_readable_file>(sim_handle{disk_, *node, path, disk_->life()});
}

io_result<std::unique_ptr<writable_file>> sim_storage::open_write(std::string const& path,
                                                                  write_mode mode) {
  if (auto const failed = disk_->gate(storage_operation::open_write, path)) {
    return error(path, *failed);
  }
  auto place = disk_->tree().locate(path);
  if (!place) return error(path, place.error());
  if (!place->node) {
    add_node(*disk_, *place, false);
  } else if (mode == write_mode::create_new) {
    return error(path, std::errc::file_exists);
  } else if (place->node->is_directory) {
    return error(path, std::errc::is_a_directory);
  } else if (mode == write_mode::truncate) {
    sim_tree::truncate(*place->node);
    place->node->modified = disk_->now();
  }
  return std::make_unique<sim_writable_file>(sim_handle{disk_, place->node, path, disk_->life()});
}

io_result<void> sim_storage::create_directories(std::string const& path) {
  if (auto const failed = disk_->gate(storage_operation::create_directory, path)) {
    return error(path, *failed);
  }
  if (auto const failed = add_directories(*disk_, path, true)) return *failed;
  return {};
}

io_result<void> sim_storage::create_directory(std::string const& path) {
  if (auto const failed = disk_->gate(storage_operation::create_directory, path)) {
    return error(path, *failed);
  }
  auto place = disk_->tree().locate(path);
  if (!place) return error(path, place.error());
  if (place->node) return error(path, std::errc::file_exists);
  add_node(*disk_, *place, true);
  return {};
}

io_result<void> sim_storage::rename(std::string const& from, std::string const& to) {
  auto const resource = from + " -> " + to;
  if (auto const failed = disk_->gate(storage_operation::rename, from, to)) {
    return error(resource, *failed);
  }
  auto const source = disk_->tree().locate(from);
  if (!source) return error(resource, source.error());
  auto const target = disk_->tree().locate(to);
  if (!target) return error(resource, target.error());
  if (source->node && source->node == target->node) return {};
  if (auto const why = check_rename(*source, *target); why != std::errc{}) {
    return error(resource, why);
  }
  disk_->tree().change_names({{source->directory, source->name, nullptr},
                              {target->directory, target->name, source->node}});
  disk_->tell(target->directory);
  disk_->tell(source->node);
  return {};
}

io_result<void> sim_storage::remove(std::string const& path) {
  if (auto const failed = disk_->gate(storage_operation::remove, path)) {
    return error(path, *failed);
  }
  auto const place = disk_->tree().locate(path);
  if (!place) return error(path, place.error());
  if (!place->node) return error(path, std::errc::no_such_file_or_directory);
  if (!place->directory) return error(path, std::errc::device_or_resource_busy);
  if (!place->node->children.empty()) return error(path, std::errc::directory_not_empty);
  disk_->tree().change_names({{place->directory, place->name, nullptr}});
  disk_->tell(place->node);
  return {};
}

io_result<void> sim_storage::sync_directory(std::string const& path) {
  if (auto const failed = disk_->gate(storage_operation::sync_directory, path)) {
    return error(path, *failed);
  }
  auto const node = disk_->tree().find_directory(path);
  if (!node) return error(path, node.error());
  disk_->tree().sync_names(*node);
  return {};
}

io_result<std::unique_ptr<file_lock>> sim_storage::lock(std::string const& path) {
  if (auto const failed = disk_->gate(storage_operation::lock, path)) return error(path, *failed);
  auto place = disk_->tree().locate(path);
  if (!place) return error(path, place.error());
  if (!place->node) add_node(*disk_, *place, false);
  if (place->node->is_directory) return error(path, std::errc::is_a_directory);
  if (!disk_->locked.insert(place->node).second)
    return io_error{make_error_code(durability_errc::in_use),
                    path + ", held by process " + std::to_string(disk_->life() + 1)};
  return std::make_unique<sim_lock>(sim_handle{disk_, place->node, path, disk_->life()});
}

io_result<std::unique_ptr<watch>> sim_storage::watch_directory(std::string const& directory,
                                                               std::function<void()> changed) {
  if (auto const failed = disk_->gate(storage_operation::watch, directory)) {
    return error(directory, *failed);
  }
  auto const node = disk_->tree().find_directory(directory);
  if (!node) return error(directory, node.error());
  return disk_->add_watch(*node, std::move(changed));
}

void sim_storage::crash(crash_loss loss) {
  disk_->end_life();
  disk_->tree().crash(loss, disk_->chance());
}

void sim_storage::set_capacity(std::optional<std::uint64_t> bytes) { disk_->capacity = bytes; }

std::uint64_t sim_storage::used() const { return disk_->tree().used(); }

void sim_storage::inject(storage_fault fault) {
  if (fault.times > 0) disk_->faults.push_back(std::move(fault));
}

std::size_t sim_storage::faults_left() const {
  auto left = std::size_t{0};
  for (auto const& fault : disk_->faults) left += fault.times;
  return left;
}

void sim_storage::stop(crash_loss loss) { disk_->stop(loss); }
void sim_storage::stop_at(std::uint64_t operation, crash_loss loss) {
  disk_->stops_at = {operation, loss};
}
bool sim_storage::stopped() const { return disk_->stopped(); }
void sim_storage::start_again() {
  disk_->stops_at.reset();
  disk_->start_again();
}

void sim_storage::set_director(probe before_operation) {
  disk_->director = std::move(before_operation);
}
void sim_storage::set_probe(probe before_operation) { disk_->probe = std::move(before_operation); }

std::uint64_t sim_storage::operations() const { return disk_->operations; }

std::optional<std::string> sim_storage::contents(std::string const& path) const {
  auto const node = disk_->tree().find(path);
  if (!node || (*node)->is_directory) return std::nullopt;
  return (*node)->bytes;
}

void sim_storage::put(std::string const& path, std::string_view bytes) {
  if (auto const failed = add_directories(*disk_, path, false)) {
    throw usage_error{"sim_storage::put " + path + ": " + failed->message()};
  }
  auto place = disk_->tree().locate(path);
  if (!place || !place->directory || (place->node && place->node->is_directory)) {
    throw usage_error{"sim_storage::put " + path + ": not the name of a file; add one"};
  }
  add_node(*disk_, *place, false);
  place->node->bytes = bytes;
  sim_tree::sync_bytes(*place->node);
  for (auto directory = place->directory; directory; directory = directory->parent.lock()) {
    disk_->tree().sync_names(directory);
  }
}

void sim_storage::flip_bit(std::string const& path, std::uint64_t offset, unsigned bit) {
  auto const node = disk_->tree().find(path);
  if (!node || offset >= (*node)->bytes.size() || bit > 7) {
    throw usage_error{"sim_storage::flip_bit " + path + ": there is no bit " + std::to_string(bit) +
                      " of byte " + std::to_string(offset)};
  }
  (*node)->bytes[static_cast<std::size_t>(offset)] ^= static_cast<char>(1U << bit);
}

char const* to_string(storage_operation operation) {
  switch (operation) {
    case storage_operation::list: return "list";
    case storage_operation::open_read: return "open_read";
    case storage_operation::read: return "read";
    case storage_operation::open_write: return "open_write";
    case storage_operation::append: return "append";
    case storage_operation::sync: return "sync";
    case storage_operation::close: return "close";
    case storage_operation::create_directory: return "create_directory";
    case storage_operation::rename: return "rename";
    case storage_operation::remove: return "remove";
    case storage_operation::sync_directory: return "sync_directory";
    case storage_operation::watch: return "watch";
    case storage_operation::lock: return "lock";
  }
  return "?";
}

}  // namespace sluice::testkit
