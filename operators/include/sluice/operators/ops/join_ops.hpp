/// Operators that bring the records of one key of two streams together.
///
/// Only records of the same batch meet; window both streams first to join over time.
#pragma once

#include <sluice/operators/kernels/join.hpp>
#include <sluice/operators/ops/key_ops.hpp>

namespace sluice::ops {

template <template <class, class> class Stream, class T, class Pipe>
class join_ops : public key_ops<Stream, T, Pipe> {
  using base = key_ops<Stream, T, Pipe>;

 public:
  /// The values of each key on either side.
  /// @shape   Stream<pair<K, V>>, Stream<pair<K, W>> ->
  ///          Stream<pair<owned K, pair<vector<owned V>, vector<owned W>>>>
  /// @emits   one record per key of either side; keys in the order in which they appear, this
  ///          side's first; values in the order of partitions, then records
  /// @empty   a side without a batch counts as empty
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @throws  usage_error if the other stream belongs to another context or has another slide
  /// @fails   never by itself; it calls no function
  /// @cost    moves every record; memory O(records of both sides)
  /// @source  Spark cogroup; differs: an absent side is no error
  /// @example auto both = sales.cogroup(refunds);
  template <class U, class OtherPipe>
  auto cogroup(Stream<U, OtherPipe> const& other, std::size_t partitions = 0) const {
    return meet<kernels::cogroup_task>("cogroup", other, partitions);
  }

  /// Every value of a key with every value of that key on the other side.
  /// @shape   Stream<pair<K, V>>, Stream<pair<K, W>> ->
  ///          Stream<pair<owned K, pair<owned V, owned W>>>
  /// @emits   keys as `cogroup`; per key this side's values in order, each with all of the other's
  /// @empty   an empty side gives nothing
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @throws  as `cogroup`
  /// @fails   as `cogroup`
  /// @cost    as `cogroup`, and O(pairs that it makes)
  /// @source  Spark join; differs: an absent side is no error
  /// @example auto matched = sales.join(refunds);
  template <class U, class OtherPipe>
  auto join(Stream<U, OtherPipe> const& other, std::size_t partitions = 0) const {
    return meet<inner>("join", other, partitions);
  }

  /// As `join`, and this side's values without a partner.
  /// @shape   Stream<pair<K, V>>, Stream<pair<K, W>> ->
  ///          Stream<pair<owned K, pair<owned V, optional<owned W>>>>
  /// @emits   as `join`; the other value is nothing where there is none
  /// @empty   an empty other side gives every value of this one, without a partner
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @throws  as `cogroup`
  /// @fails   as `cogroup`
  /// @cost    as `join`
  /// @source  Spark leftOuterJoin; differs: an absent side is no error
  /// @example auto with_refunds = sales.left_outer_join(refunds);
  template <class U, class OtherPipe>
  auto left_outer_join(Stream<U, OtherPipe> const& other, std::size_t partitions = 0) const {
    return meet<left_outer>("left_outer_join", other, partitions);
  }

  /// As `join`, and the other side's values without a partner.
  /// @shape   Stream<pair<K, V>>, Stream<pair<K, W>> ->
  ///          Stream<pair<owned K, pair<optional<owned V>, owned W>>>
  /// @emits   as `join`; this side's value is nothing where there is none
  /// @empty   an empty side of this stream gives every value of the other, without a partner
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @throws  as `cogroup`
  /// @fails   as `cogroup`
  /// @cost    as `join`
  /// @source  Spark rightOuterJoin; differs: an absent side is no error
  /// @example auto with_sales = sales.right_outer_join(refunds);
  template <class U, class OtherPipe>
  auto right_outer_join(Stream<U, OtherPipe> const& other, std::size_t partitions = 0) const {
    return meet<right_outer>("right_outer_join", other, partitions);
  }

  /// As `join`, and the values of both sides without a partner.
  /// @shape   Stream<pair<K, V>>, Stream<pair<K, W>> ->
  ///          Stream<pair<owned K, pair<optional<owned V>, optional<owned W>>>>
  /// @emits   as `join`; either value is nothing where there is none
  /// @empty   an empty side gives every value of the other, without a partner
  /// @param   partitions  of the result; 0 for the context's parallelism
  /// @throws  as `cogroup`
  /// @fails   as `cogroup`
  /// @cost    as `join`
  /// @source  Spark fullOuterJoin; differs: an absent side is no error
  /// @example auto all = sales.full_outer_join(refunds);
  template <class U, class OtherPipe>
  auto full_outer_join(Stream<U, OtherPipe> const& other, std::size_t partitions = 0) const {
    return meet<full_outer>("full_outer_join", other, partitions);
  }

 protected:
  using base::base;

 private:
  template <class K, class V, class W>
  using inner = kernels::join_task<K, V, W, false, false>;
  template <class K, class V, class W>
  using left_outer = kernels::join_task<K, V, W, true, false>;
  template <class K, class V, class W>
  using right_outer = kernels::join_task<K, V, W, false, true>;
  template <class K, class V, class W>
  using full_outer = kernels::join_task<K, V, W, true, true>;

  template <template <class, class, class> class Task, class U, class OtherPipe>
  auto meet(char const* kind, Stream<U, OtherPipe> const& other, std::size_t partitions) const {
    static_assert(is_pair<T> && is_pair<U>,
                  "a join needs pairs of key and value on both sides; map to std::pair first");
    using k = owned_t<typename base::key>;
    static_assert(std::is_same_v<k, owned_t<typename detail::pair_parts<U>::key>>,
                  "a join needs the same key type on both sides");
    require_hashable_key<k>();
    using found =
        Task<k, owned_t<typename base::mapped>, owned_t<typename detail::pair_parts<U>::mapped>>;
    auto const& theirs = other.position();
    this->check_meets(theirs, kind);
    edge from_other{theirs.from, exchange::hash,
                    kernels::make_edge(kernels::hash_writer<OtherPipe>{theirs.pipe}, theirs.steps)};
    return this->template at_node<typename found::record>(
        this->op(kind), {this->hashed(), std::move(from_other)}, kernels::make_kernel(found{}),
        this->shuffled(partitions));
  }
};

}  // namespace sluice::ops
