/// What a pipeline under test finds outside of its process: one simulated run of it, across the
/// processes that end in it.
///
/// Thread rule: one thread. Promise: outputs keep what was committed when a process ends, and no
/// more.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <sluice/actors/streaming_context.hpp>
#include <sluice/operators/codec.hpp>
#include <sluice/operators/show.hpp>
#include <sluice/testkit/outcome.hpp>
#include <sluice/testkit/simulation.hpp>
#include <string>
#include <utility>
#include <vector>

namespace sluice::testkit {

template <class T>
struct is_pair : std::false_type {};
template <class K, class V>
struct is_pair<std::pair<K, V>> : std::true_type {};

template <class T>
std::string encoded(T const& value) {
  byte_writer out;
  encode(out, value);
  return std::string{out.text()};
}

template <class T>
seen_record seen(T const& record) {
  seen_record made;
  made.bytes = encoded(record);
  if constexpr (is_pair<T>::value) made.key = encoded(record.first);
  if constexpr (showable<T>)
    show_to(made.text, record);
  else
    made.text = std::to_string(made.bytes.size()) + " bytes";
  return made;
}

/// An output that other programs read: what is committed stays, whoever dies.
struct external_output {
  seen_output seen;
  batch_id committed = 0;
};

class scene {
 public:
  /// @param max_batches  of each input; the rest is left out
  explicit scene(simulation& sim, std::size_t max_batches = ~std::size_t{0})
      : sim_{sim}, max_batches_{max_batches} {}

  simulation& sim() { return sim_; }
  sim_world& outside() { return sim_.outside(); }

  /// A queue stream that is made shorter when a failure is being reduced.
  template <class T>
  dstream<T> input(streaming_context& ssc, std::vector<std::vector<T>> batches) {
    if (batches.size() > max_batches_) batches.resize(max_batches_);
    for (auto const& batch : batches) offered_ += batch.size();
    longest_ = std::max(longest_, batches.size());
    return ssc.queue_stream<T>(std::move(batches));
  }
  /// A sink into an output that outlives the process, as a database does.
  /// @param guarantee  at_least_once: it does not know which batches it has
  template <class T>
  std::shared_ptr<sink<T>> output(std::string const& name,
                                  delivery guarantee = delivery::exactly_once);

  std::map<std::string, external_output> const& outputs() const { return outputs_; }

  /// A process begins, and declares its inputs anew.
  void begin_process() { offered_ = 0; }
  /// Records of all `input`s.
  std::uint64_t offered() const { return offered_; }
  /// Batches of the longest `input`.
  std::size_t longest() const { return longest_; }

  /// A rule is broken: the run fails after this step. The first text counts.
  void fail(std::string what) {
    if (!failure_) failure_ = std::move(what);
  }
  std::optional<std::string> const& failure() const { return failure_; }

 private:
  simulation& sim_;
  std::size_t max_batches_;
  std::uint64_t offered_ = 0;
  std::size_t longest_ = 0;
  std::map<std::string, external_output> outputs_;
  std::optional<std::string> failure_;
};

template <class T>
class external_sink final : public sink<T> {
 public:
  external_sink(external_output& to, scene& in, std::string name)
      : to_{to}, scene_{in}, name_{std::move(name)} {}

  void prepare(batch_ref const& batch, std::vector<T> records) override {
    waiting_[batch.id] = std::move(records);
  }
  void commit(batch_ref const& batch) override {
    if (scene_.sim().process_has_ended()) return;
    auto const waits = waiting_.find(batch.id);
    if (waits == waiting_.end()) {
      if (batch.id <= to_.committed) return;
      return scene_.fail(describe() + ": batch " + std::to_string(batch.id) +
                         " is to be committed and was never prepared");
    }
    for (auto const& record : waits->second) to_.seen.records.push_back(seen(record));
    to_.committed = batch.id;
    waiting_.erase(waits);
  }
  void abort(batch_ref const& batch) override { waiting_.erase(batch.id); }
  batch_id recover(batch_id committed) override {
    return guarantee() == delivery::exactly_once ? std::max(committed, to_.committed) : committed;
  }
  delivery guarantee() const override { return to_.seen.guarantee; }
  std::string describe() const override { return "output '" + name_ + "'"; }

 private:
  external_output& to_;
  scene& scene_;
  std::string name_;
  std::map<batch_id, std::vector<T>> waiting_;
};

template <class T>
std::shared_ptr<sink<T>> scene::output(std::string const& name, delivery guarantee) {
  auto& to = outputs_[name];
  to.seen.guarantee = guarantee;
  return std::make_shared<external_sink<T>>(to, *this, name);
}

}  // namespace sluice::testkit
