#include "input_cell.hpp"

#include "supervision/src/mutant.hpp"

#include <sluice/operators/error.hpp>
#include <sluice/operators/op.hpp>

namespace sluice {

namespace {

/// What the log has of a share, if the source does not have it any more.
struct logged_share {
  std::string position;
  std::uint64_t schema = 0;  ///< of the records
  std::vector<std::string> partitions;
};

logged_share logged_share_from(std::string_view note) {
  return decode_from_bytes<logged_share>(std::as_bytes(std::span{note}), "a logged share");
}

}  // namespace

input_cell::input_cell(std::unique_ptr<input> source, std::shared_ptr<context_core> core,
                       world& outside, std::size_t partitions, wait_place waits)
    : source_{std::move(source)},
      core_{core},
      port_{std::make_shared<input_port>(std::move(core), outside, partitions, waits)},
      partitions_{partitions} {}

void input_cell::note_cuts(partition_codec const* codec) {
  noting_ = true;
  codec_ = codec;
}

void input_cell::start() {
  if (started_) return;
  if (go_on_from_) source_->go_on_from(*std::exchange(go_on_from_, std::nullopt));
  source_->start(port_);
  started_ = true;
}

input_cell::noted_cut const& input_cell::cut(batch_ref const& batch, std::uint64_t max_records,
                                             bool positioned) {
  if (is_last(batch) && !is_mutant(mutant::cut_twice)) {
    // What is left may be more by now.
    last_cut_->made.given.after = source_->status(false);
  } else {
    last_cut_ = {batch.id, {source_->cut(batch, max_records), {}, {}}};
    auto& made = last_cut_->made;
    if (noting_) made.note = note_of(made.given);
    if (positioned) made.position = source_->position();
  }
  return last_cut_->made;
}

std::string input_cell::note_of(input_cut const& given) const {
  if (source_->recovery() == input_recovery::source) return given.note;
  // The bytes of a `logged_share`, without making one: the records may be many.
  auto const some = given.records != 0 && logs_records();
  byte_writer out;
  encode(out, source_->position());
  encode(out, logs_records() ? codec_->fingerprint : std::uint64_t{0});
  out.put_varint(some ? given.parts.size() : 0);
  auto note = std::string{out.text()};
  if (!some) return note;
  for (auto const& part : given.parts) {
    out.clear();
    codec_->encode(out, part);
    byte_writer length;
    length.put_varint(out.size());
    note += length.text();
    note += out.text();
  }
  return note;
}

input_cell::noted_cut const& input_cell::cut_again(batch_ref const& batch, std::string_view note) {
  if (is_last(batch)) {
    last_cut_->made.given.after = source_->status(false);
    return last_cut_->made;
  }
  noted_cut made;
  if (source_->recovery() == input_recovery::source) {
    if (!note.empty()) made.given = source_->cut_again(batch, note);
  } else if (!note.empty()) {
    made.given = from_log(batch, note);
  }
  made.given.parts.resize(partitions_);
  made.given.after = source_->status(false);
  last_cut_ = {batch.id, std::move(made)};
  return last_cut_->made;
}

input_cut input_cell::from_log(batch_ref const& batch, std::string_view note) const {
  auto const share = logged_share_from(note);
  input_cut given;
  if (share.partitions.empty()) return given;
  if (!codec_ || codec_->fingerprint != share.schema)
    throw stream_failure{source_->describe() + ": batch " + std::to_string(batch.id) +
                         " has records of another type in the log; let the program that wrote it "
                         "finish its batches first"};
  for (auto const& bytes : share.partitions) {
    byte_reader in{std::as_bytes(std::span{bytes}), "a logged partition"};
    auto const& part = given.parts.emplace_back(codec_->decode(in));
    given.records += part.records();
    given.bytes += part.bytes();
  }
  given.description = "from the log";
  return given;
}

std::string input_cell::position_in(std::string_view note) {
  return note.empty() ? std::string{} : logged_share_from(note).position;
}

void input_cell::committed(batch_id batch) {
  if (last_cut_ && last_cut_->batch <= batch) last_cut_.reset();
  source_->committed(batch);
}

void input_cell::end() {
  port_->close();
  try {
    source_->stop();
  } catch (...) {
    core_->log().write(
        "receiver", log_level::error,
        source_->describe() + " failed to stop: " + describe(std::current_exception()));
  }
}

}  // namespace sluice
