#include <sluice/operators/keeping.hpp>
#include <sluice/operators/kernels/keeping.hpp>

namespace sluice {

lineage_hold::lineage_hold(node_ptr of)
    : of_{std::move(of)}, held_{!of_->kept || of_->kept->hold_lineage()} {}

lineage_hold::~lineage_hold() {
  if (held_ && of_->kept) of_->kept->release_lineage(of_->inputs);
}

std::string_view to_string(dependency_kind kind) {
  return kind == dependency_kind::narrow ? "narrow" : "shuffle";
}

namespace detail {

namespace {

std::string name_of(place const& at) {
  return at.steps.empty() ? at.from->who->name() : at.steps.back()->name();
}

/// What the handle's node keeps, unless the handle has left it.
kept_partitions* kept_at(place const& at) {
  return at.steps.empty() ? at.from->kept.get() : nullptr;
}

}  // namespace

void check_level(storage_level level) {
  if (level == storage_level::none)
    throw usage_error{
        "persist: storage_level::none keeps nothing; leave persist out, or name another level"};
}

node_ptr make_keeping_node(session& services, op_ptr who, edge in, storage_level level,
                           partition_codec const* codec) {
  auto const partitions = in.from->partitions;
  auto kept = std::make_shared<kept_partitions>(services.kept(), partitions, level, codec);
  auto make = [kept](std::size_t index) {
    return std::make_unique<kernels::keeping_task>(kept, index);
  };
  auto made = make_node(std::move(who), {std::move(in)}, kernels::make_kernel_by(std::move(make)),
                        partitions);
  made->kept = std::move(kept);
  return made;
}

void mark_checkpoint(session& services, node const& keeping, partition_codec const* codec) {
  if (!keeping.kept->marked()) keeping.kept->mark(services.new_checkpoint(), codec);
}

void unpersist(place const& at) {
  auto* const kept = kept_at(at);
  if (!kept)
    throw usage_error{"unpersist: " + name_of(at) +
                      " is not kept; call it on the handle that cache() returned, or persist()"};
  kept->forget();
}

storage_level level_of(place const& at) {
  auto const* const kept = kept_at(at);
  return kept ? kept->level() : storage_level::none;
}

std::optional<std::string> checkpoint_of(place const& at) {
  auto const* const kept = kept_at(at);
  return kept ? kept->checkpoint() : std::nullopt;
}

std::vector<dependency> dependencies_of(place const& at) {
  if (!at.steps.empty()) {
    auto before = at;
    before.steps.pop_back();
    return {{dependency_kind::narrow, name_of(before), at.from->partitions}};
  }
  lineage_hold const lineage{at.from};
  if (!lineage.held() || checkpoint_of(at)) return {};
  std::vector<dependency> result;
  for (auto const& in : at.from->inputs) {
    auto const kind =
        in.kind == exchange::forward ? dependency_kind::narrow : dependency_kind::shuffle;
    result.push_back({kind, name_of({nullptr, in.from, in.spec->steps}), in.from->partitions});
  }
  return result;
}

std::string lineage(place const& at) {
  std::string text;
  auto const walk = [&](auto const& self, place const& from, std::size_t depth) -> void {
    auto const& n = *from.from;
    text += std::string(2 * depth, ' ') + '(' + std::to_string(n.partitions) + ") ";
    for (auto step = from.steps.rbegin(); step != from.steps.rend(); ++step)
      text += (*step)->name() + " <- ";
    lineage_hold const hold{from.from};
    auto const saved = n.kept ? n.kept->checkpoint() : std::nullopt;
    text += n.who->name();
    if (saved) text += " [checkpoint " + *saved + ']';
    if (!saved && n.kept && n.kept->complete()) text += " [kept]";
    text += '\n';
    if (saved || !hold.held()) return;
    for (auto const& in : n.inputs) self(self, {nullptr, in.from, in.spec->steps}, depth + 1);
  };
  walk(walk, at, 0);
  return text;
}

node_ptr make_remembering_node(graph const& owner, op_ptr who, edge in, storage_level level,
                               partition_codec const* codec) {
  auto const partitions = in.from->partitions;
  auto const grid =
      in.from->slide > duration{0} ? in.from->slide : owner.interval().value_or(duration{0});
  auto kept = std::make_shared<kept_batches>(owner.services(), partitions, level, codec, grid);
  auto make = [kept](std::size_t index) {
    return std::make_unique<kernels::batch_keeping_task>(kept, index);
  };
  auto made = make_node(std::move(who), {std::move(in)}, kernels::make_kernel_by(std::move(make)),
                        partitions);
  made->batches = std::move(kept);
  return made;
}

std::vector<std::vector<partition>> slice(place const& at, batch_time from, batch_time to) {
  if (!at.steps.empty() || !at.from->batches)
    throw usage_error{"slice: " + name_of(at) +
                      " keeps no batches; call cache() or persist() on it and slice the handle "
                      "that it returns"};
  return at.from->batches->slice(name_of(at), from, to);
}

}  // namespace detail
}  // namespace sluice
