/// Operators that change which partition a record is in, and none of the records.
#pragma once

#include <sluice/operators/ops/narrow_ops.hpp>

namespace sluice::ops {

template <template <class, class> class Stream, class T, class Pipe>
class shape_ops : public narrow_ops<Stream, T, Pipe> {
  using base = narrow_ops<Stream, T, Pipe>;

 public:
  /// The records of both streams.
  /// @shape   Stream<T>, Stream<T> -> Stream<T>
  /// @emits   this stream's records, then the other's, per partition
  /// @empty   a side without a batch counts as empty
  /// @throws  usage_error if the other stream belongs to another context or has another slide
  /// @fails   never by itself; it calls no function
  /// @cost    moves no record; the partitions are those of the side that has more
  /// @source  Spark union; differs: an absent side is no error, partitions are merged side by side
  /// @example auto both = words.union_with(more_words);
  template <class OtherPipe>
  auto union_with(Stream<T, OtherPipe> const& other) const {
    auto const& theirs = other.position();
    this->check_meets(theirs, "union_with");
    return this->template at_node<T>(
        this->op("union_with"),
        {detail::materialised_edge<T>(this->at_), detail::materialised_edge<T>(theirs)},
        kernels::make_pass_kernel(), std::max(this->at_.from->partitions, theirs.from->partitions));
  }

  /// Deals the records evenly into `partitions` partitions.
  /// @shape   Stream<T> -> Stream<owned T>
  /// @emits   order within a partition follows upstream partitions, then records
  /// @empty   empty stays empty
  /// @throws  usage_error if `partitions` is 0
  /// @fails   never by itself; it calls no function
  /// @cost    moves every record
  /// @source  Spark repartition; differs: the order is fixed
  /// @example auto spread = words.repartition(8);
  auto repartition(std::size_t partitions) const {
    detail::check_partitions("repartition", partitions);
    auto in = this->leave(exchange::rebalance, kernels::deal_writer<Pipe>{this->at_.pipe});
    return this->template at_node<owned_t<T>>(this->op("repartition"), {std::move(in)},
                                              kernels::make_pass_kernel(), partitions);
  }

 protected:
  using base::base;
};

}  // namespace sluice::ops
