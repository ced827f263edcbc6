#include "recovery.hpp"

#include "actors/src/pace/input_rates.hpp"

#include "actors/src/durability/state_match.hpp"
#include "supervision/src/mutant.hpp"

#include <algorithm>
#include <sluice/operators/byte_io.hpp>
#include <sluice/operators/error.hpp>

namespace sluice {

namespace {

/// The operators with state, and where their states are.
class program_states {
 public:
  program_states(plan const& p, cells& kept) {
    for (auto& s : kept.stages)
      for (auto& cell : s) collect(*cell);
    name();
    for (auto const& s : p.stages)
      for (auto& cell : kept.stages[s.id]) cells_.push_back(cell.get());
  }

  state_shapes shapes() const {
    state_shapes result;
    for (auto const& [id, states] : by_id_) result[id] = {states.front()->schema(), states.size()};
    return result;
  }
  task_state* find(std::string const& id, std::size_t partition) const {
    auto const found = by_id_.find(id);
    if (found == by_id_.end() || partition >= found->second.size()) return nullptr;
    return found->second[partition];
  }
  void save_in(std::shared_ptr<journal> const& target) {
    for (auto* cell : cells_) {
      std::vector<stage_cell::kept_state> states;
      for (auto const& one : cell->states()) states.push_back({id_of(one.who), one.state});
      cell->save_in(target, std::move(states));
    }
  }

 private:
  void collect(stage_cell& cell) {
    for (auto const& one : cell.states()) {
      if (!one.state)
        throw usage_error{"operator '" + one.who->name() +
                          "' keeps values of a type without codec, which no checkpoint can hold; "
                          "give the type a codec (see codec.hpp), or leave checkpoint_dir empty"};
      if (std::find(ops_.begin(), ops_.end(), one.who) == ops_.end()) ops_.push_back(one.who);
      states_[one.who].push_back(one.state);
    }
  }
  void name() {
    std::sort(ops_.begin(), ops_.end(),
              [](op_ptr const& a, op_ptr const& b) { return a->number < b->number; });
    auto const ids = ids_of(ops_);
    for (std::size_t i = 0; i != ids.size(); ++i) by_id_[ids[i]] = states_[ops_[i]];
    for (std::size_t i = 0; i != ids.size(); ++i) ids_[ops_[i]] = ids[i];
  }
  std::string const& id_of(op_ptr const& who) const { return ids_.at(who); }

  std::vector<op_ptr> ops_;
  std::map<op_ptr, std::vector<task_state*>> states_;  // by partition
  std::map<op_ptr, std::string> ids_;
  std::map<std::string, std::vector<task_state*>> by_id_;
  std::vector<stage_cell*> cells_;
};

[[noreturn]] void refuse(std::string const& directory, std::string const& why) {
  throw runtime_failure{"checkpoint directory " + directory + ": " + why};
}

class recovery {
 public:
  recovery(setup& of, cells& kept)
      : setup_{of}, kept_{kept}, settings_{of.core->settings()}, states_{of.plan, kept} {}

  void begin() {
    auto& written = *setup_.journal;
    written.read_states([](whole_save const&) {});
    written.begin({kept_.cutting->grid.zero(), setup_.parallelism});
    info_.fresh = true;
    info_.text = "begun in " + settings_.checkpoint_dir;
  }

  void go_on(recovered_stream& left) {
    check_frame(left.frame);
    pass_over_poison(left);
    restore_states(left);
    restore_cutting(left);
    restore_inputs(left);
    recover_outputs(left.committed, left.last_batch());
    auto const first = left.from ? left.from->batch.id : 0;
    kept_.ledger.begin_behind(first);
    kept_.committed_before = left.committed;
    info_.checkpoint = first;
    info_.committed = left.committed;
    info_.to_replay = kept_.cutting->to_replay.size();
    info_.text = "going on behind batch " + std::to_string(first) + ", " +
                 std::to_string(info_.to_replay) + " batches to do again, " +
                 std::to_string(left.committed) + " is the newest that is committed; " +
                 info_.states + "; " + setup_.journal->note();
  }

  void finish() {
    states_.save_in(setup_.journal);
    for (std::size_t i = 0; i != kept_.inputs.size(); ++i)
      kept_.inputs[i]->note_cuts(setup_.inputs[i].codec);
    if (attempts_ != 0) setup_.journal->attempt(attempts_);
    setup_.recovered = std::move(info_);
  }

 private:
  void check_frame(stream_frame const& frame) {
    if (frame.parallelism != setup_.parallelism)
      refuse(
          settings_.checkpoint_dir,
          "the stream has " + std::to_string(frame.parallelism) + " partitions there, " +
              std::to_string(setup_.parallelism) +
              " in this program; set options.parallelism = " + std::to_string(frame.parallelism));
  }

  // A batch that ends one process after the other would end this one as well.
  void pass_over_poison(recovered_stream& left) {
    auto const limit = settings_.checkpoints.max_attempts;
    auto* const batch = limit == 0 ? nullptr : left.suspect();
    if (!batch) return;
    auto const id = batch->batch.id;
    auto const attempts = left.attempts[id];
    if (attempts < limit) {
      attempts_ = id;
      return;
    }
    info_.poison = setup_.journal->put_aside(*batch);
    setup_.core->log().write("driver", log_level::error,
                             "batch " + std::to_string(id) + " has ended " +
                                 std::to_string(attempts + 1) +
                                 " processes: passed over, kept in " + info_.poison);
    kept_.cutting->poison = id;
  }

  void restore_states(recovered_stream const& left) {
    auto const saved = left.from ? left.from->tasks : std::vector<saved_task>{};
    auto const found = match(states_.shapes(), shapes_of(saved));
    info_.states = found.describe();
    if (left.from && !found.fits() && settings_.checkpoints.if_unmatched == unmatched_state::refuse)
      refuse(settings_.checkpoint_dir,
             "its state does not fit this program: " + info_.states +
                 "; name operators with named() so that they are found again, or set "
                 "options.checkpoints.if_unmatched = unmatched_state::drop to go on without");
    auto const wanted = [&](whole_save const& state) {
      if (!std::binary_search(found.matched.begin(), found.matched.end(), state.op)) return false;
      return std::any_of(saved.begin(), saved.end(), [&](saved_task const& task) {
        return task.op == state.op && task.partition == state.partition &&
               task.oldest_save <= state.checkpoint;
      });
    };
    setup_.journal->read_states([&](whole_save const& state) {
      if (wanted(state)) load(state);
    });
  }

  void load(whole_save const& state) {
    byte_reader in{state.pieces, "the saved state of " + state.op};
    states_.find(state.op, state.partition)->load(in, state.checkpoint);
  }

  void restore_cutting(recovered_stream& left) {
    auto const last = !left.batches.empty() ? left.batches.back().batch
                      : left.from           ? left.from->batch
                                            : batch_ref{0, left.frame.zero};
    auto& cutting = *kept_.cutting;
    cutting.grid = batch_grid{settings_.trigger, left.frame.zero, last.time};
    cutting.last_batch = last.id;
    cutting.grid.come_back(setup_.now(), settings_.missed_batches);
    if (is_mutant(mutant::replays_one_too_few) && !left.batches.empty()) left.batches.pop_front();
    for (auto& batch : left.batches)
      cutting.to_replay.push_back(std::make_shared<logged_batch const>(std::move(batch)));
  }

  void restore_inputs(recovered_stream const& left) {
    std::map<std::string, std::string> positions;
    if (left.from)
      for (auto const& [id, position] : left.from->positions) positions[id] = position;
    for (std::size_t i = 0; i != kept_.inputs.size(); ++i) {
      auto& cell = *kept_.inputs[i];
      auto const& id = setup_.inputs[i].id;
      auto found = positions.find(id);
      auto position = found == positions.end() ? std::string{} : found->second;
      if (cell.source().recovery() != input_recovery::source)
        position = newest_position(id).value_or(position);
      if (!position.empty()) cell.go_on_from(std::move(position));
      positions.erase(id);
      restore_rate(i, positions);
    }
    refuse_lost_inputs(positions);
  }

  void restore_rate(std::size_t input, std::map<std::string, std::string>& noted) {
    auto const found = noted.find(rate_name(setup_.inputs[input].id));
    if (found == noted.end()) return;
    kept_.cutting->rates[input].begin_with(std::stoull(found->second));
    noted.erase(found);
  }

  std::optional<std::string> newest_position(std::string const& id) const {
    auto const& batches = kept_.cutting->to_replay;
    for (auto batch = batches.rbegin(); batch != batches.rend(); ++batch)
      for (auto const& [owner, note] : (*batch)->shares)
        if (owner == id) return input_cell::position_in(note);
    return {};
  }

  void refuse_lost_inputs(std::map<std::string, std::string> const& positions) const {
    if (settings_.checkpoints.if_unmatched == unmatched_state::drop) return;
    std::string lost;
    for (auto const& [id, position] : positions)
      if (!position.empty()) lost += (lost.empty() ? "" : ", ") + id;
    if (!lost.empty())
      refuse(settings_.checkpoint_dir,
             "the program has no input " + lost +
                 "; name inputs with named() so that they are found again, or set "
                 "options.checkpoints.if_unmatched = unmatched_state::drop to leave them behind");
  }

  // No output can be ahead of what was written down before it heard of it.
  void recover_outputs(batch_id committed, batch_id last) {
    for (auto& sink : kept_.sinks)
      if (auto const newest = sink->recover(committed); newest > last)
        refuse(settings_.checkpoint_dir,
               "output '" + sink->who()->name() + "' is at batch " + std::to_string(newest) +
                   ", but the newest batch here is " + std::to_string(last) +
                   "; this is an older copy of the directory, or the output belongs to another "
                   "stream");
  }

  setup& setup_;
  cells& kept_;
  options const& settings_;
  program_states states_;
  batch_id attempts_ = 0;  // the batch that this process begins with
  recovery_info info_;
};

}  // namespace

void open_journal(setup& of, cells& kept) {
  auto const& settings = of.core->settings();
  std::vector<op_ptr> inputs;
  for (auto const& in : of.inputs) inputs.push_back(in.who);
  auto const ids = ids_of(inputs);
  for (std::size_t i = 0; i != ids.size(); ++i) of.inputs[i].id = ids[i];
  recovery work{of, kept};
  of.journal = std::make_shared<journal>(*of.outside, settings.checkpoint_dir + "/stream",
                                         settings.checkpoints);
  if (auto* left = of.journal->recovered())
    work.go_on(*left);
  else
    work.begin();
  work.finish();
  of.core->log().write("driver", log_level::info, of.recovered->text);
}

}  // namespace sluice
