/// Kernels that bring two keyed inputs together: cogroup and the four joins.
///
/// Both inputs come hashed by key with equal partitioning. Thread rule and promise: see kernel.hpp.
#pragma once

#include <limits>
#include <optional>
#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/key_table.hpp>

namespace sluice::kernels {

/// The values of two sides by key, as chains through two vectors: no allocation per key.
template <class K, class V, class W>
class two_sides {
  static constexpr std::uint32_t end = std::numeric_limits<std::uint32_t>::max();
  struct chain {
    std::uint32_t first = end;
    std::uint32_t last = end;
  };

 public:
  struct both {
    chain left;
    chain right;
  };

  void assign(partition const& left, partition const& right) {
    table_.clear();
    lefts_.clear();
    rights_.clear();
    add<V>(left, lefts_, &both::left);
    add<W>(right, rights_, &both::right);
  }

  /// Calls `f(key, both)` in the order in which keys appear, the left side's first.
  template <class F>
  void for_each_key(F&& f) {
    for (auto const& [key, sides] : table_.entries()) f(key, sides);
  }
  template <class F>
  void for_each_left(both const& sides, F&& f) const {
    follow(lefts_, sides.left, f);
  }
  template <class F>
  void for_each_right(both const& sides, F&& f) const {
    follow(rights_, sides.right, f);
  }
  static bool has_left(both const& sides) { return sides.left.first != end; }
  static bool has_right(both const& sides) { return sides.right.first != end; }

 private:
  template <class X>
  struct link {
    X const* value;
    std::uint32_t next;
  };

  template <class X>
  void add(partition const& in, std::vector<link<X>>& links, chain both::*side) {
    for_each_record<std::pair<K, X>>(in, [&](std::pair<K, X> const& pair) {
      auto* const held =
          table_.find_or_insert(pair.first,
                                [&] {
                                  return std::pair{pair.first, both{}};
                                })
              .first;
      auto& c = held->*side;
      auto const at = static_cast<std::uint32_t>(links.size());
      if (at == end) throw std::length_error{"join: more than 2^32 - 1 records in one partition"};
      links.push_back({&pair.second, end});
      (c.first == end ? c.first : links[c.last].next) = at;
      c.last = at;
    });
  }

  template <class X, class F>
  static void follow(std::vector<link<X>> const& links, chain const& c, F&& f) {
    for (auto at = c.first; at != end; at = links[at].next) f(*links[at].value);
  }

  key_table<K, both> table_;
  std::vector<link<V>> lefts_;
  std::vector<link<W>> rights_;
};

/// Both sides' values of each key.
template <class K, class V, class W>
class cogroup_task final : public task {
 public:
  using record = std::pair<K, std::pair<std::vector<V>, std::vector<W>>>;

  partition run(batch_context const&, std::span<partition const> inputs) override {
    sides_.assign(inputs[0], inputs[1]);
    std::vector<record> results;
    sides_.for_each_key([&](K const& key, auto const& sides) {
      auto& [lefts, rights] = results.emplace_back(key, typename record::second_type{}).second;
      sides_.for_each_left(sides, [&](V const& v) { lefts.push_back(v); });
      sides_.for_each_right(sides, [&](W const& w) { rights.push_back(w); });
    });
    partition out;
    if (!results.empty()) out.chunks.push_back(make_chunk(std::move(results)));
    return out;
  }

 private:
  two_sides<K, V, W> sides_;
};

/// Every left value of a key with every right one; an outer side may be missing.
template <class K, class V, class W, bool OuterLeft, bool OuterRight>
class join_task final : public task {
 public:
  /// A side is optional where the other one's records stay without a partner.
  using left = std::conditional_t<OuterRight, std::optional<V>, V>;
  using right = std::conditional_t<OuterLeft, std::optional<W>, W>;
  using record = std::pair<K, std::pair<left, right>>;

  partition run(batch_context const&, std::span<partition const> inputs) override {
    sides_.assign(inputs[0], inputs[1]);
    std::vector<record> results;
    sides_.for_each_key([&](K const& key, auto const& sides) {
      if (sides_.has_left(sides) && sides_.has_right(sides))
        pair_up(results, key, sides);
      else
        stay_alone(results, key, sides);
    });
    partition out;
    if (!results.empty()) out.chunks.push_back(make_chunk(std::move(results)));
    return out;
  }

 private:
  using both = typename two_sides<K, V, W>::both;

  void pair_up(std::vector<record>& results, K const& key, both const& sides) {
    sides_.for_each_left(sides, [&](V const& v) {
      sides_.for_each_right(sides, [&](W const& w) {
        results.emplace_back(key, std::pair<left, right>{v, w});
      });
    });
  }
  void stay_alone(std::vector<record>& results, K const& key, both const& sides) {
    if constexpr (OuterLeft)
      sides_.for_each_left(sides, [&](V const& v) {
        results.emplace_back(key, std::pair<left, right>{v, std::nullopt});
      });
    if constexpr (OuterRight)
      sides_.for_each_right(sides, [&](W const& w) {
        results.emplace_back(key, std::pair<left, right>{std::nullopt, w});
      });
  }

  two_sides<K, V, W> sides_;
};

}  // namespace sluice::kernels
