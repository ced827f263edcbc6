/// A plan that is run batch by batch, saved and loaded: what the tests of saved states share.
#pragma once

#include <map>
#include <sluice/operators/byte_io.hpp>
#include <sluice/operators/plan_runner.hpp>

#include "table.hpp"

namespace sluice::tests {

/// Unsigned, so that damaged values may be added up as well.
using number_pair = std::pair<unsigned, unsigned>;
using state_program = std::function<dstream<std::string>(dstream<number_pair>)>;

/// If not 0, the call of `may_fail` at which it throws.
inline int fails_in = 0;
inline void may_fail() {
  if (fails_in != 0 && --fails_in == 0) throw std::runtime_error{"unlucky"};
}

/// Every record as text; fails after all operators before.
inline auto const as_text = [](auto const& stream) -> dstream<std::string> {
  return stream.map([](auto const& record) {
    may_fail();
    return show(record);
  });
};

/// A program as a plan, of which many runs can be made.
class planned {
 public:
  explicit planned(state_program const& operators, std::size_t width = 1)
      : ssc_{with_parallelism(width)}, in_{ssc_.queue_stream(table<number_pair>{{}})} {
    collect(operators(in_));
    plan_ = make_plan(in_.position().owner->outputs());
  }
  plan const& lowered() const { return plan_; }

 private:
  streaming_context ssc_;
  dstream<number_pair> in_;
  plan plan_;
};

/// Saves by number, each the bytes of all states.
using saves = std::map<std::uint64_t, std::vector<byte_vector>>;

inline batch_context batch_at(std::uint64_t id) {
  auto const time = batch_time{duration{std::chrono::hours{id}}};
  return {{id, time}, batch_time{}};
}

/// A plan at work.
class saved_run {
 public:
  explicit saved_run(planned const& of) : of_{&of} { begin(); }

  /// What the batch becomes, as text; `in` is dealt to the partitions in two chunks each.
  std::string run(std::uint64_t id, std::optional<std::vector<number_pair>> const& in) {
    auto const width = of_->lowered().stages[0].partitions;
    std::vector<partition> parts(width);
    for (std::size_t i = 0; i != parts.size(); ++i) parts[i].absent = !in;
    if (in) {
      std::vector<std::vector<number_pair>> dealt(2 * width);
      for (std::size_t i = 0; i != in->size(); ++i)
        dealt[i * dealt.size() / in->size()].push_back((*in)[i]);
      for (std::size_t i = 0; i != dealt.size(); ++i)
        if (!dealt[i].empty()) parts[i / 2].chunks.push_back(make_chunk(dealt[i]));
    }
    auto const results = runner_->run(batch_at(id), {parts});
    std::string all;
    for (auto const& part : results.at(0)) {
      all += part.absent ? "absent " : "";
      all += show(to_vector<std::string>(part));
    }
    return all;
  }

  /// Saves under the next number and forgets what is needed no more.
  void save() {
    auto const number = ++last_;
    auto needed = number;
    auto& bytes = saves_[number];
    for (auto& one : runner_->states()) {
      byte_writer out;
      needed = std::min(needed, one.state->save(out, number));
      bytes.push_back(out.take());
    }
    saves_.erase(saves_.begin(), saves_.lower_bound(needed));
  }
  /// The saves are lost.
  void start_over() {
    for (auto& one : runner_->states()) one.state->start_over();
    saves_.clear();
  }
  /// Begins anew with the state of the last save.
  void load() {
    begin();
    for (auto const& [number, bytes] : saves_) {
      auto next = bytes.begin();
      for (auto& one : runner_->states()) {
        byte_reader in{*next++};
        one.state->load(in, number);
        in.expect_end("a state");
      }
    }
  }
  sluice::tests::saves& all_saves() { return saves_; }
  std::vector<named_state> states() { return runner_->states(); }

 private:
  void begin() { runner_ = std::make_unique<plan_runner>(of_->lowered()); }

  planned const* of_;
  std::unique_ptr<plan_runner> runner_;
  sluice::tests::saves saves_;
  std::uint64_t last_ = 0;
};

/// A batch of up to `records` pairs; sometimes empty, sometimes there is none.
inline std::optional<std::vector<number_pair>> random_batch(random_stream& random, unsigned keys,
                                                            std::size_t records) {
  auto const kind = random.below(8);
  if (kind == 0) return std::nullopt;
  std::vector<number_pair> batch(kind == 1 ? 0 : random.below(records + 1));
  for (auto& [key, value] : batch) {
    key = static_cast<unsigned>(random.below(keys));
    value = static_cast<unsigned>(random.below(10));
  }
  return batch;
}

}  // namespace sluice::tests
