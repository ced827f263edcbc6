// From the decision to cut a batch to its way into the stages.

#include "actors/src/pace/input_rates.hpp"
#include "generator_role.hpp"

#include <algorithm>

namespace sluice {

void generator_role::cut(batch_time time, batch_time submitted, std::uint64_t max_records,
                         pace how) {
  probed_ = false;
  linger_over_ = false;
  begun_cut next{{++state_.last_batch, time}, submitted, {}, 0, nullptr};
  if (auto const& journal = now_.setup->journal)
    next.checkpoint = journal->begin_checkpoint_if_due(now_.setup->outside->clock().monotonic());
  auto const now = now_.setup->outside->clock().monotonic();
  for (std::size_t i = 0; i != status_.size(); ++i) {
    auto share = max_records == no_limit ? no_limit : std::min(max_records, status_[i].records);
    if (how == pace::at_rate) share = std::min(share, state_.rates[i].allowance(now));
    if (max_records != no_limit) max_records -= share;
    next.max_records.push_back(share);
  }
  state_.begun = std::move(next);
  ask_for_shares();
}

void generator_role::ask_for_shares() {
  auto const n = peers_.hosts.size();
  cutting_.emplace();
  cutting_->info.batch = state_.begun->batch;
  cutting_->info.submitted = state_.begun->submitted;
  cutting_->info.inputs.resize(n);
  cuts_.assign(n, std::nullopt);
  cutting_->missing = n;
  for (std::size_t i = 0; i != n; ++i) ask_for_share(i);
}

void generator_role::ask_for_share(std::size_t input) {
  tell(self_, peers_.hosts[input],
       msg::cut_request{{now_.epoch},
                        state_.begun->batch,
                        state_.begun->max_records[input],
                        state_.begun->checkpoint != 0,
                        state_.begun->noted});
}

void generator_role::share_arrived(msg::cut_reply& reply) {
  if (!cutting_ || reply.batch != cutting_->info.batch.id || cuts_[reply.input]) return;
  auto& given = reply.cut.given;
  status_[reply.input] = given.after;
  if (!state_.begun->noted) state_.rates[reply.input].took(given.records);
  auto& info = cutting_->info;
  info.records += given.records;
  info.buffered += given.after.records;
  info.inputs[reply.input] = {reply.input,
                              now_.setup->inputs[reply.input].name(),
                              given.records,
                              given.bytes,
                              std::move(given.description),
                              given.after.records,
                              std::move(reply.counters)};
  cuts_[reply.input] = std::move(reply.cut);
  if (--cutting_->missing == 0) dispatch();
}

// From here on the batch has an end, whoever dies: it is in the ledger, and in the journal.
void generator_role::dispatch() {
  auto made = std::make_shared<cut_batch>();
  made->info = std::move(cutting_->info);
  made->checkpoint = state_.begun->checkpoint;
  for (std::size_t i = 0; i != cuts_.size(); ++i) {
    auto& cut = *cuts_[i];
    if (made->info.batch.id == state_.poison) cut.given.parts.assign(cut.given.parts.size(), {});
    made->shares.push_back(std::move(cut.given.parts));
    if (made->checkpoint != 0) note_positions(*made, i, std::move(cut.position));
  }
  now_.setup->pass("generator: allocate");
  if (!write_down(made->info)) return;
  now_.setup->pass("generator: dispatch");
  cutting_.reset();
  state_.begun.reset();
  announce(made->info);
  now_.kept->ledger.add(made);
  send(made);
  advance();
}

void generator_role::note_positions(cut_batch& made, std::size_t input, std::string position) {
  auto const& id = now_.setup->inputs[input].id;
  made.positions.emplace_back(id, std::move(position));
  if (auto const rate = state_.rates[input].learned())
    made.positions.emplace_back(rate_name(id), std::to_string(*rate));
}

// What cannot be written down is not begun; its cut is remembered until it can.
bool generator_role::write_down(batch_info const& info) {
  auto const& journal = now_.setup->journal;
  if (!journal || state_.begun->noted || state_.begun->logged) return true;
  logged_batch noted{info.batch, info.submitted, {}};
  for (std::size_t i = 0; i != cuts_.size(); ++i)
    if (auto& note = cuts_[i]->note; !note.empty())
      noted.shares.emplace_back(now_.setup->inputs[i].id, std::move(note));
  try {
    journal->allocate(std::move(noted));
    state_.begun->logged = true;
    return true;
  } catch (...) {
    tell(self_, peers_.guardian,
         msg::role_failed{
             {now_.epoch}, 0, std::current_exception(), {work_place::kind::journal, 0, 0}});
    return false;
  }
}

void generator_role::announce(batch_info& info) {
  if (bus_.heard()) bus_.post([info](streaming_listener& l) { l.on_batch_submitted(info); });
  info.started = now_.setup->now();
  auto const& p = now_.setup->plan;
  for (std::size_t o = 0; o != p.output_stages.size(); ++o)
    info.outputs.push_back({o, p.stages[p.output_stages[o]].nodes.front()->who->name(), {}, {}});
  if (bus_.heard()) bus_.post([info](streaming_listener& l) { l.on_batch_started(info); });
}

void generator_role::send(std::shared_ptr<cut_batch const> const& batch) {
  ++in_flight_;
  batch_context const now{batch->info.batch, state_.grid.zero(), batch->checkpoint};
  auto const committed = now_.kept->ledger.committed();
  for (std::size_t i = 0; i != links_.size(); ++i)
    for (std::size_t p = 0; p != links_[i].size(); ++p)
      out_.offer(links_[i][p], {now, batch->shares[i].at(p), committed});
  out_.pump();
}

}  // namespace sluice
