// An output that outlives the simulated processes that write into it, exactly once.
#pragma once

#include <doctest/doctest.h>
#include <map>
#include <sluice/testkit.hpp>
#include <vector>

namespace sluice::tests {

/// What outlives the processes: a table, with the newest batch in it.
template <class T>
struct database {
  batch_id committed = 0;
  std::map<batch_id, std::vector<T>> batches;

  std::vector<T> rows() const {
    std::vector<T> all;
    for (auto const& [batch, rows] : batches) all.insert(all.end(), rows.begin(), rows.end());
    return all;
  }
};

template <class T>
class database_sink final : public sink<T> {
 public:
  database_sink(database<T>& in, testkit::simulation& sim) : in_{in}, sim_{sim} {}
  void prepare(batch_ref const& batch, std::vector<T> records) override {
    waiting_[batch.id] = std::move(records);
  }
  void commit(batch_ref const& batch) override {
    if (sim_.process_has_ended()) return;
    REQUIRE(batch.id == in_.committed + 1);
    in_.committed = batch.id;
    in_.batches[batch.id] = std::move(waiting_.at(batch.id));
    waiting_.erase(batch.id);
  }
  void abort(batch_ref const& batch) override { waiting_.erase(batch.id); }
  batch_id recover(batch_id committed) override {
    REQUIRE(in_.committed >= committed);
    return in_.committed;
  }
  delivery guarantee() const override { return delivery::exactly_once; }

 private:
  database<T>& in_;
  testkit::simulation& sim_;
  std::map<batch_id, std::vector<T>> waiting_;
};

}  // namespace sluice::tests
