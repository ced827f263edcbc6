/// Kernels by key: the map-side combiner, the plain hash exchange, and what meets them downstream.
///
/// A combiner lives for one batch and partition; it holds keys as views while the blocks that they
/// point into are alive and owns them only when they leave for another partition.
#pragma once

#include <sluice/operators/kernels/ahead.hpp>
#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/key_table.hpp>
#include <sluice/operators/owned.hpp>
#include <sluice/operators/pipe.hpp>

namespace sluice::kernels {

/// Chooses the bucket of a key by its hash.
template <class K>
struct by_hash {
  template <class Key>
  std::size_t operator()(Key const& key, std::size_t buckets) const {
    return buckets == 1 ? 0 : bucket_of(key_hash<K>{}(key), buckets);
  }
};

/// Chooses it by a function of the user's.
template <class Choose>
struct by_choice {
  Choose choose;
  template <class Key>
  std::size_t operator()(Key const& key, std::size_t buckets) {
    if constexpr (std::is_invocable_v<Choose&, Key const&>)
      return static_cast<std::size_t>(std::invoke(choose, key)) % buckets;
    else
      return static_cast<std::size_t>(std::invoke(choose, to_owned(key))) % buckets;
  }
};

/// Deals key-value pairs into one vector per bucket.
template <class K, class V>
class bucket_vectors {
 public:
  bucket_vectors(std::size_t buckets, std::size_t expected) : pairs_(buckets) {
    // A little more than a fair share, which half of the buckets exceed.
    auto const share = expected / buckets;
    for (auto& p : pairs_) p.reserve(buckets == 1 ? share : share + share / 8 + 1);
  }
  template <class Key, class Value>
  void push(std::size_t bucket, Key&& key, Value&& value) {
    pairs_[bucket].emplace_back(std::forward<Key>(key), std::forward<Value>(value));
  }
  void publish(std::span<partition> buckets) {
    for (std::size_t i = 0; i != buckets.size(); ++i)
      if (!pairs_[i].empty()) buckets[i].chunks.push_back(make_chunk(std::move(pairs_[i])));
  }

 private:
  std::vector<std::vector<std::pair<K, V>>> pairs_;
};

/// How values of one key become one, by a function of two values.
template <class V, class F>
class reduce_rule {
 public:
  using combined = V;
  reduce_rule(op_ptr who, F f) : who_{std::move(who)}, f_{std::move(f)} {}
  V begin(V&& value) { return std::move(value); }
  void add(V& so_far, V&& value) {
    so_far = call_user(who_, f_, std::move(so_far), std::move(value));
  }
  void merge(V& so_far, V const& other) { so_far = call_user(who_, f_, std::move(so_far), other); }

 private:
  op_ptr who_;
  F f_;
};

/// How values of one key become a combination of another type.
template <class V, class C, class Create, class Add, class Merge>
class combine_rule {
 public:
  using combined = C;
  combine_rule(op_ptr who, Create create, Add add, Merge merge)
      : who_{std::move(who)},
        create_{std::move(create)},
        add_{std::move(add)},
        merge_{std::move(merge)} {}
  C begin(V&& value) { return call_user(who_, create_, std::move(value)); }
  void add(C& so_far, V&& value) {
    so_far = call_user(who_, add_, std::move(so_far), std::move(value));
  }
  void merge(C& so_far, C const& other) {
    so_far = call_user(who_, merge_, std::move(so_far), other);
  }

 private:
  op_ptr who_;
  Create create_;
  Add add_;
  Merge merge_;
};

/// Combines the pipe's pairs by key before they travel.
template <class Pipe, class Rule>
class combine_writer final : public edge_writer {
  using key = typename Pipe::value::first_type;
  using combined = typename Rule::combined;
  using held_key = std::conditional_t<Pipe::stable, key, owned_t<key>>;

 public:
  combine_writer(Pipe pipe, Rule rule) : pipe_{std::move(pipe)}, rule_{std::move(rule)} {}

  void write(partition const& in, std::span<partition> buckets) override {
    table_.clear();
    waiting_.clear();
    run_pipe(pipe_, in, [this](auto&& pair) { take(std::forward<decltype(pair)>(pair)); });
    add_waiting();
    if (table_.size() != 0) publish(buckets);
  }

 private:
  using table = key_table<held_key, combined>;
  using entry = typename table::entry;
  // True if a pair is cheap to keep and refers to nothing that ends before the batch.
  static constexpr bool may_wait =
      borrows_only<typename Pipe::value>::value && (Pipe::stable || owned<typename Pipe::value>);
  static constexpr std::size_t together = 256;

  static held_key hold(key const& k) {
    if constexpr (std::is_same_v<held_key, key>)
      return k;
    else
      return to_owned(k);
  }

  template <class Pair>
  void take(Pair&& pair) {
    if constexpr (may_wait) {
      if (table_.size() >= many_keys) {
        waiting_.push_back(pair);
        if (waiting_.size() == together) add_waiting();
        return;
      }
    }
    add(std::forward<Pair>(pair), table::hash_of(pair.first), table::none);
  }
  void add_waiting() {
    for_each_ahead(
        std::span{std::as_const(waiting_)}, table_,
        [this](auto const& pair, std::size_t hash, auto likely) { add(pair, hash, likely); });
    waiting_.clear();
  }
  template <class Pair>
  void add(Pair&& pair, std::size_t hash, typename table::position likely) {
    auto [held, fresh] = table_.find_or_insert(pair.first, hash, likely, [&] {
      return entry{hold(pair.first), rule_.begin(to_owned(std::forward<Pair>(pair).second))};
    });
    if (!fresh) rule_.add(*held, to_owned(std::forward<Pair>(pair).second));
  }

  void publish(std::span<partition> buckets) {
    auto& entries = table_.entries();
    if constexpr (std::is_same_v<held_key, owned_t<key>>) {
      if (buckets.size() == 1) {
        buckets[0].chunks.push_back(make_chunk(std::exchange(entries, {})));
        return;
      }
    }
    bucket_vectors<owned_t<key>, combined> dealt{buckets.size(), entries.size()};
    for (std::size_t i = 0; i != entries.size(); ++i)
      dealt.push(bucket_of(table_.hash_at(i), buckets.size()),
                 to_owned(std::move(entries[i].first)), std::move(entries[i].second));
    dealt.publish(buckets);
  }

  Pipe pipe_;
  Rule rule_;
  scratch<table> table_;
  scratch<std::vector<typename Pipe::value>> waiting_;
};

/// Sends the pipe's pairs to the partition of their key, uncombined.
template <class Pipe, class Choose = by_hash<owned_t<typename Pipe::value::first_type>>>
class hash_writer final : public edge_writer {
  using key = owned_t<typename Pipe::value::first_type>;
  using value = owned_t<typename Pipe::value::second_type>;

 public:
  explicit hash_writer(Pipe pipe, Choose choose = {})
      : pipe_{std::move(pipe)}, choose_{std::move(choose)} {}

  void write(partition const& in, std::span<partition> buckets) override {
    bucket_vectors<key, value> dealt{buckets.size(), expected_};
    expected_ = 0;
    run_pipe(pipe_, in, [&](auto&& pair) {
      auto const bucket = choose_(pair.first, buckets.size());
      ++expected_;
      dealt.push(bucket, to_owned(std::forward<decltype(pair)>(pair).first),
                 to_owned(std::forward<decltype(pair)>(pair).second));
    });
    dealt.publish(buckets);
  }

 private:
  Pipe pipe_;
  Choose choose_;
  std::size_t expected_ = 0;  // pairs of the batch before: room for as many is made at once
};

/// Merges combined pairs of all upstream partitions.
template <class K, class Rule>
class merge_task final : public task {
  using combined = typename Rule::combined;
  using entry = std::pair<K, combined>;

 public:
  explicit merge_task(Rule rule) : rule_{std::move(rule)} {}

  partition run(batch_context const&, std::span<partition const> inputs) override {
    partition out;
    auto const& chunks = inputs[0].chunks;
    if (chunks.size() <= 1) {  // one upstream partition has combined all there is
      out.chunks = chunks;
      return out;
    }
    table_.clear();
    for_each_while_filling<entry>(
        inputs[0], table_, [this](entry const& pair, std::size_t hash, auto likely) {
          auto [held, fresh] =
              table_.find_or_insert(pair.first, hash, likely, [&] { return pair; });
          if (!fresh) rule_.merge(*held, pair.second);
        });
    out.chunks.push_back(make_chunk(std::exchange(table_.entries(), {})));
    return out;
  }

 private:
  Rule rule_;
  scratch<key_table<K, combined>> table_;
};

/// Combines pairs that come uncombined.
template <class K, class V, class Rule>
class combine_task final : public task {
  using combined = typename Rule::combined;

 public:
  explicit combine_task(Rule rule) : rule_{std::move(rule)} {}

  partition run(batch_context const&, std::span<partition const> inputs) override {
    table_.clear();
    for_each_while_filling<std::pair<K, V>>(
        inputs[0], table_, [this](std::pair<K, V> const& pair, std::size_t hash, auto likely) {
          auto [held, fresh] = table_.find_or_insert(pair.first, hash, likely, [&] {
            return std::pair<K, combined>{pair.first, rule_.begin(V{pair.second})};
          });
          if (!fresh) rule_.add(*held, V{pair.second});
        });
    partition out;
    if (table_.size() != 0) out.chunks.push_back(make_chunk(std::exchange(table_.entries(), {})));
    return out;
  }

 private:
  Rule rule_;
  scratch<key_table<K, combined>> table_;
};

/// Collects the values of each key in the order of their arrival.
template <class K, class V>
class group_task final : public task {
 public:
  partition run(batch_context const&, std::span<partition const> inputs) override {
    table_.clear();
    for_each_while_filling<std::pair<K, V>>(
        inputs[0], table_, [this](std::pair<K, V> const& pair, std::size_t hash, auto likely) {
          auto held = table_.find_or_insert(pair.first, hash, likely, [&] {
            return std::pair<K, std::vector<V>>{pair.first, {}};
          });
          held.first->push_back(pair.second);
        });
    partition out;
    if (table_.size() != 0) out.chunks.push_back(make_chunk(std::exchange(table_.entries(), {})));
    return out;
  }

 private:
  scratch<key_table<K, std::vector<V>>> table_;
};

}  // namespace sluice::kernels
