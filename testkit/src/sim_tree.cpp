#include "sim_tree.hpp"

#include <algorithm>
#include <utility>

namespace sluice::testkit {
namespace {

std::vector<std::string_view> split_path(std::string_view path) {
  auto parts = std::vector<std::string_view>{};
  while (!path.empty()) {
    auto const part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (!part.empty() && part != ".") parts.push_back(part);
  }
  return parts;
}

sim_node_ptr child_of(sim_node const& directory, std::string_view name) {
  auto const found = directory.children.find(name);
  return found == directory.children.end() ? nullptr : found->second;
}

void set_name(sim_names& names, sim_name_edit const& edit) {
  if (edit.node) {
    names.insert_or_assign(edit.name, edit.node);
  } else {
    names.erase(edit.name);
  }
}

std::uint64_t used_below(sim_node const& node) {
  auto sum = static_cast<std::uint64_t>(node.bytes.size());
  for (auto const& [name, child] : node.children) sum += used_below(*child);
  return sum;
}

// How many of `count` things survive that no sync has covered.
std::size_t survivors(std::size_t count, crash_loss loss, random_stream& chance) {
  if (loss == crash_loss::everything || count == 0) return 0;
  if (loss == crash_loss::nothing) return count;
  switch (chance.below(3)) {
    case 0: return 0;
    case 1: return count;
    default: return static_cast<std::size_t>(chance.below(count + 1));
  }
}

void crash_bytes(sim_node& file, crash_loss loss, random_stream& chance) {
  // A truncation counts as one more thing to survive, before the bytes that came after it.
  auto const tail = file.bytes.size() - file.durable + (file.replaced ? 1 : 0);
  auto const kept = survivors(tail, loss, chance);
  if (!file.replaced) {
    file.bytes.resize(file.durable + kept);
  } else if (kept == 0) {
    file.bytes = *std::move(file.replaced);
  } else {
    file.bytes.resize(kept - 1);
  }
  sim_tree::sync_bytes(file);
}

void crash_below(sim_node_ptr const& directory, crash_loss loss, random_stream& chance) {
  directory->children = directory->durable_children;
  for (auto const& [name, child] : directory->children) {
    child->parent = directory;
    if (child->is_directory) {
      crash_below(child, loss, chance);
    } else {
      crash_bytes(*child, loss, chance);
    }
  }
}

bool touches(sim_name_change const& change, std::set<sim_node*> const& directories) {
  return std::ranges::any_of(
      change.edits, [&](auto const& edit) { return directories.contains(edit.directory.get()); });
}

}  // namespace

errc_result<sim_place> sim_tree::locate(std::string_view path) const {
  if (path.empty()) return std::errc::no_such_file_or_directory;
  auto place = sim_place{.directory = nullptr, .name = {}, .node = root_};
  for (auto const part : split_path(path)) {
    if (!place.node) return std::errc::no_such_file_or_directory;
    if (!place.node->is_directory) return std::errc::not_a_directory;
    if (part == "..") {
      auto const parent = place.node->parent.lock();
      place = {.directory = nullptr, .name = {}, .node = parent ? parent : root_};
    } else {
      auto child = child_of(*place.node, part);
      place = {.directory = place.node, .name = std::string{part}, .node = std::move(child)};
    }
  }
  return place;
}

errc_result<sim_node_ptr> sim_tree::find(std::string_view path) const {
  auto place = locate(path);
  if (!place) return place.error();
  if (!place->node) return std::errc::no_such_file_or_directory;
  return place->node;
}

errc_result<sim_node_ptr> sim_tree::find_directory(std::string_view path) const {
  auto node = find(path);
  if (node && !(*node)->is_directory) return std::errc::not_a_directory;
  return node;
}

std::uint64_t sim_tree::used() const { return used_below(*root_); }

void sim_tree::change_names(std::vector<sim_name_edit> edits) {
  auto change = sim_name_change{};
  for (auto const& edit : edits) {
    set_name(edit.directory->children, edit);
    if (edit.node) edit.node->parent = edit.directory;
    change.unsynced.insert(edit.directory.get());
  }
  change.edits = std::move(edits);
  journal_.push_back(std::move(change));
}

void sim_tree::sync_names(sim_node_ptr const& directory) {
  auto kept = std::vector<bool>{};
  for (auto& change : journal_) {
    change.unsynced.erase(directory.get());
    kept.push_back(change.unsynced.empty());
  }
  settle_names(std::move(kept));
}

// A change that survives carries the earlier ones of its directories with it, as in the journal of
// a file system: without that, a name could come back that a later change had already replaced.
void sim_tree::settle_names(std::vector<bool> kept) {
  auto carried = std::set<sim_node*>{};
  for (auto at = journal_.size(); at-- > 0;) {
    kept[at] = kept[at] || touches(journal_[at], carried);
    if (!kept[at]) continue;
    for (auto const& edit : journal_[at].edits) carried.insert(edit.directory.get());
  }
  auto rest = std::deque<sim_name_change>{};
  for (std::size_t at = 0; at < journal_.size(); ++at) {
    if (!kept[at]) {
      rest.push_back(std::move(journal_[at]));
      continue;
    }
    for (auto const& edit : journal_[at].edits) set_name(edit.directory->durable_children, edit);
  }
  journal_ = std::move(rest);
}

void sim_tree::truncate(sim_node& file) {
  if (!file.replaced) file.replaced = file.bytes.substr(0, file.durable);
  file.bytes.clear();
  file.durable = 0;
}

void sim_tree::sync_bytes(sim_node& file) {
  file.durable = file.bytes.size();
  file.replaced.reset();
}

void sim_tree::crash(crash_loss loss, random_stream& chance) {
  // Changes that were synced completely have been settled, so the whole journal is at stake.
  auto kept = std::vector<bool>(journal_.size());
  std::fill_n(kept.begin(), survivors(journal_.size(), loss, chance), true);
  settle_names(std::move(kept));
  journal_.clear();
  crash_below(root_, loss, chance);
}

}  // namespace sluice::testkit
