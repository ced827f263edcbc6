/// Kernels by key: the map-side combiner, the plain hash exchange, and what meets them downstream.
///
/// A combiner lives for one batch and partition; it holds keys as views while the blocks that they
/// point into are alive and owns them only when they leave for another partition.
#pragma once

#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/key_table.hpp>
#include <sluice/operators/owned.hpp>
#include <sluice/operators/pipe.hpp>

namespace sluice::kernels {

/// Deals key-value pairs into one vector per bucket.
template <class K, class V>
class bucket_vectors {
 public:
  bucket_vectors(std::size_t buckets, std::size_t expected) : pairs_(buckets) {
    for (auto& p : pairs_) p.reserve(expected / buckets + 1);
  }
  template <class Key, class Value>
  void push(std::size_t hash, Key&& key, Value&& value) {
    pairs_[bucket_of(hash, pairs_.size())].emplace_back(std::forward<Key>(key),
                                                        std::forward<Value>(value));
  }
  void publish(std::span<partition> buckets) {
    for (std::size_t i = 0; i != buckets.size(); ++i)
      if (!pairs_[i].empty()) buckets[i].chunks.push_back(make_chunk(std::move(pairs_[i])));
  }

 private:
  std::vector<std::vector<std::pair<K, V>>> pairs_;
};

/// Reduces the pipe's pairs by key before they travel.
template <class Pipe, class F>
class combine_writer final : public edge_writer {
  using key = typename Pipe::value::first_type;
  using value = owned_t<typename Pipe::value::second_type>;
  using held_key = std::conditional_t<Pipe::stable, key, owned_t<key>>;

 public:
  combine_writer(op_ptr who, Pipe pipe, F f)
      : who_{std::move(who)}, pipe_{std::move(pipe)}, f_{std::move(f)} {}

  void write(partition const& in, std::span<partition> buckets) override {
    table_.clear();
    for_each_record<typename Pipe::source>(in, [this](auto const& record) {
      pipe_(record, [this](auto&& pair) { add(std::forward<decltype(pair)>(pair)); });
    });
    if (table_.size() != 0) publish(buckets);
  }

 private:
  using entry = std::pair<held_key, value>;

  static held_key hold(key const& k) {
    if constexpr (std::is_same_v<held_key, key>)
      return k;
    else
      return to_owned(k);
  }

  template <class Pair>
  void add(Pair&& pair) {
    auto [held, fresh] = table_.find_or_insert(pair.first, [&] {
      return entry{hold(pair.first), to_owned(std::forward<Pair>(pair).second)};
    });
    if (!fresh)
      *held = call_user(who_, f_, std::move(*held), to_owned(std::forward<Pair>(pair).second));
  }

  void publish(std::span<partition> buckets) {
    auto& entries = table_.entries();
    if constexpr (std::is_same_v<held_key, owned_t<key>>) {
      if (buckets.size() == 1) {
        buckets[0].chunks.push_back(make_chunk(std::exchange(entries, {})));
        return;
      }
    }
    bucket_vectors<owned_t<key>, value> dealt{buckets.size(), entries.size()};
    for (std::size_t i = 0; i != entries.size(); ++i)
      dealt.push(table_.hash_at(i), to_owned(std::move(entries[i].first)),
                 std::move(entries[i].second));
    dealt.publish(buckets);
  }

  op_ptr who_;
  Pipe pipe_;
  F f_;
  key_table<held_key, value> table_;
};

/// Sends the pipe's pairs to the partition of their key, uncombined.
template <class Pipe>
class hash_writer final : public edge_writer {
  using key = owned_t<typename Pipe::value::first_type>;
  using value = owned_t<typename Pipe::value::second_type>;

 public:
  explicit hash_writer(Pipe pipe) : pipe_{std::move(pipe)} {}

  void write(partition const& in, std::span<partition> buckets) override {
    bucket_vectors<key, value> dealt{buckets.size(), 0};
    for_each_record<typename Pipe::source>(in, [&](auto const& record) {
      pipe_(record, [&](auto&& pair) {
        auto const hash = static_cast<std::size_t>(key_hash<key>{}(pair.first));
        dealt.push(hash, to_owned(std::forward<decltype(pair)>(pair).first),
                   to_owned(std::forward<decltype(pair)>(pair).second));
      });
    });
    dealt.publish(buckets);
  }

 private:
  Pipe pipe_;
};

/// Merges combined pairs of all upstream partitions.
template <class K, class V, class F>
class merge_task final : public task {
 public:
  merge_task(op_ptr who, F f) : who_{std::move(who)}, f_{std::move(f)} {}

  partition run(batch_context const&, std::span<partition const> inputs) override {
    partition out;
    auto const& chunks = inputs[0].chunks;
    if (chunks.size() <= 1) {  // one upstream partition has combined all there is
      out.chunks = chunks;
      return out;
    }
    table_.clear();
    for_each_record<std::pair<K, V>>(inputs[0], [this](std::pair<K, V> const& pair) {
      auto [held, fresh] = table_.find_or_insert(pair.first, [&] { return pair; });
      if (!fresh) *held = call_user(who_, f_, std::move(*held), pair.second);
    });
    out.chunks.push_back(make_chunk(std::exchange(table_.entries(), {})));
    return out;
  }

 private:
  op_ptr who_;
  F f_;
  key_table<K, V> table_;
};

/// Collects the values of each key in the order of their arrival.
template <class K, class V>
class group_task final : public task {
 public:
  partition run(batch_context const&, std::span<partition const> inputs) override {
    table_.clear();
    for_each_record<std::pair<K, V>>(inputs[0], [this](std::pair<K, V> const& pair) {
      auto held = table_.find_or_insert(pair.first, [&] {
        return std::pair<K, std::vector<V>>{pair.first, {}};
      });
      held.first->push_back(pair.second);
    });
    partition out;
    if (table_.size() != 0) out.chunks.push_back(make_chunk(std::exchange(table_.entries(), {})));
    return out;
  }

 private:
  key_table<K, std::vector<V>> table_;
};

}  // namespace sluice::kernels
