/// What every handle is made of: a place in the graph, and how operators extend it.
///
/// The operators of a handle stand in a chain of base classes, one file per family:
/// `core <- narrow_ops <- shape_ops <- key_ops <- join_ops`, then what only streams or only rdds
/// have. Thread rule: handles are values for the thread that builds. Promise: narrow operators
/// extend the handle's static type and cost no virtual call per record; everything that moves or
/// keeps records makes a node.
#pragma once

#include <sluice/operators/error.hpp>
#include <sluice/operators/graph.hpp>
#include <sluice/operators/kernels/basic.hpp>
#include <sluice/operators/kernels/writers.hpp>
#include <sluice/operators/pipe.hpp>
#include <sluice/operators/session.hpp>
#include <string_view>

namespace sluice {

/// See dstream.hpp and rdd.hpp.
template <class T, class Pipe = identity_pipe<T>>
class dstream;
template <class T, class Pipe = identity_pipe<T>>
class rdd;

template <class T>
inline constexpr bool is_pair = false;
template <class K, class V>
inline constexpr bool is_pair<std::pair<K, V>> = true;

namespace detail {

template <class T>
struct pair_parts {
  using key = void;
  using mapped = void;
};
template <class K, class V>
struct pair_parts<std::pair<K, V>> {
  using key = K;
  using mapped = V;
};

/// A node, and the steps fused onto its output so far.
struct place {
  place(graph_ptr in, node_ptr node, std::vector<op_ptr> fused);
  place(place const&);
  place(place&&) noexcept;
  place& operator=(place const&);
  place& operator=(place&&) noexcept;
  ~place();
  /// The same place with one more step.
  place then(op_ptr step) const;

  graph_ptr owner;
  node_ptr from;
  std::vector<op_ptr> steps;
};

/// What a handle points at, with the steps as code.
template <class Pipe>
struct position : place {
  Pipe pipe;
};

/// An edge that carries the position's records as `Out`.
template <class Out, class Pipe>
edge materialised_edge(position<Pipe> const& at) {
  if constexpr (is_identity<Pipe> && std::is_same_v<Out, typename Pipe::value>) {
    return {at.from, exchange::forward, kernels::make_pass_edge(at.steps)};
  } else {
    static_assert(owned<Out> || Pipe::stable,
                  "a record is a view into a temporary of an earlier step (for instance map to "
                  "std::string, then split into views): make it own its text before this operator");
    return {at.from, exchange::forward,
            kernels::make_edge(kernels::materialise_writer<Pipe, Out>{at.pipe}, at.steps)};
  }
}

node_ptr make_node(op_ptr who, std::vector<edge> inputs, std::shared_ptr<kernel const> compute,
                   std::size_t partitions);
[[noreturn]] void refuse_other_context(char const* what);
void check_same_slide(char const* what, node const& one, node const& other);
void check_partitions(char const* what, std::size_t partitions);
/// @throws usage_error if the interval is not positive or no multiple of the stream's slide
void ask_for_checkpoints(graph& owner, node const& of, duration interval);

}  // namespace detail

namespace ops {

template <template <class, class> class Stream, class T, class Pipe>
class core {
 public:
  using value_type = T;

  /// Names the last operator, for errors, `explain()`, metrics and recovery.
  /// @shape   Stream<T> -> Stream<T>
  /// @emits   the records as they are
  /// @empty   empty stays empty
  /// @throws  usage_error if the name is empty or taken
  /// @fails   never by itself; it calls no function
  /// @source  Spark setName; differs: it names an operator of the plan, once, and is unique
  /// @example auto sums = sales.reduce_by_key(std::plus<>{}).named("sums per shop");
  auto named(std::string_view name) const {
    at_.owner->name_op(at_.steps.empty() ? at_.from->who : at_.steps.back(), name);
    return static_cast<Stream<T, Pipe> const&>(*this);
  }

  /// @internal
  /// Where the handle stands in the graph.
  detail::position<Pipe> const& position() const { return at_; }

  /// @internal
  /// @throws  usage_error if `other` cannot meet this handle: streams meet within one context and
  ///          with one slide, rdds within one session
  template <class OtherPipe>
  void check_meets(detail::position<OtherPipe> const& other, char const* what) const {
    auto const same = std::is_same_v<Stream<T, Pipe>, rdd<T, Pipe>>
                          ? &other.owner->services() == &at_.owner->services()
                          : other.owner == at_.owner;
    if (!same) detail::refuse_other_context(what);
    detail::check_same_slide(what, *at_.from, *other.from);
  }

 protected:
  using key = typename detail::pair_parts<T>::key;
  using mapped = typename detail::pair_parts<T>::mapped;

  explicit core(detail::position<Pipe> at) : at_{std::move(at)} {}
  ~core() = default;
  core(core const&) = default;
  core(core&&) = default;
  core& operator=(core const&) = default;
  core& operator=(core&&) = default;

  op_ptr op(char const* kind) const { return at_.owner->make_op(kind); }

  /// A handle with one more fused step.
  template <class Step>
  auto step(op_ptr who, Step next) const {
    using pipe = chained_pipe<Pipe, Step>;
    return Stream<typename Step::value, pipe>{
        detail::position<pipe>{at_.then(std::move(who)), pipe{at_.pipe, std::move(next)}}};
  }

  /// An edge from here whose upstream end is `writer`.
  template <class Writer>
  edge leave(exchange how, Writer writer) const {
    return {at_.from, how, kernels::make_edge(std::move(writer), at_.steps)};
  }

  /// A handle on a new node.
  template <class Out>
  auto at_node(op_ptr who, std::vector<edge> inputs, std::shared_ptr<kernel const> compute,
               std::size_t partitions) const {
    return on<Out>(
        detail::make_node(std::move(who), std::move(inputs), std::move(compute), partitions));
  }
  template <class Out>
  auto on(node_ptr made) const {
    return Stream<Out, identity_pipe<Out>>{
        detail::position<identity_pipe<Out>>{{at_.owner, std::move(made), {}}, {}}};
  }

  /// The partitions of a shuffle.
  std::size_t shuffled(std::size_t asked) const {
    return asked != 0 ? asked : at_.owner->services().parallelism();
  }

  /// The position of `other` with its fused steps run into the chunks of a node.
  template <class OtherPipe>
  static detail::position<Pipe> erased(detail::position<OtherPipe> const& other) {
    auto made =
        detail::make_node(other.owner->make_op("erase"), {detail::materialised_edge<T>(other)},
                          kernels::make_pass_kernel(), other.from->partitions);
    return {{other.owner, made, {}}, {}};
  }

  detail::position<Pipe> at_;
};

}  // namespace ops
}  // namespace sluice
