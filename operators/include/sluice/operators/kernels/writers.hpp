/// Edge writers without keys: materialise, deal out, apply a function to whole partitions.
///
/// Each runs its pipe over a partition in one loop. Thread rule and promise: see kernel.hpp.
#pragma once

#include <limits>
#include <sluice/operators/kernels/prototype.hpp>
#include <sluice/operators/owned.hpp>
#include <sluice/operators/pipe.hpp>
#include <sluice/operators/show.hpp>
#include <sluice/operators/steps/for_record.hpp>

namespace sluice::kernels {

/// Passes chunks on as they are.
class pass_writer final : public edge_writer {
 public:
  void write(partition const& in, std::span<partition> buckets) override { buckets[0] = in; }
};

/// Collects what the pipe emits as `Out`, the pipe's value or its owned form.
template <class Pipe, class Out>
class materialise_writer final : public edge_writer {
 public:
  explicit materialise_writer(Pipe pipe) : pipe_{std::move(pipe)} {}

  void write(partition const& in, std::span<partition> buckets) override {
    std::vector<Out> records;
    run_pipe(pipe_, in, [&](auto&& x) { push(records, std::forward<decltype(x)>(x)); });
    if (records.empty()) return;
    std::vector<chunk_ptr> keep_alive;
    if constexpr (!owned<Out>) keep_alive = in.chunks;
    buckets[0].chunks.push_back(
        std::make_shared<chunk_of<Out>>(std::move(records), std::move(keep_alive)));
  }

 private:
  template <class X>
  static void push(std::vector<Out>& records, X&& x) {
    if constexpr (std::is_same_v<Out, typename Pipe::value>)
      records.push_back(std::forward<X>(x));
    else
      records.push_back(to_owned(std::forward<X>(x)));
  }

  Pipe pipe_;
};

/// Deals records to the buckets in turn, beginning at the writer's own index.
template <class Pipe>
class deal_writer final : public edge_writer {
 public:
  explicit deal_writer(Pipe pipe) : pipe_{std::move(pipe)} {}
  void bind(std::size_t partition_index) { first_ = partition_index; }

  void write(partition const& in, std::span<partition> buckets) override {
    using out = owned_t<typename Pipe::value>;
    std::vector<std::vector<out>> dealt(buckets.size());
    auto turn = first_ % buckets.size();
    run_pipe(pipe_, in, [&](auto&& x) {
      dealt[turn].push_back(to_owned(std::forward<decltype(x)>(x)));
      if (++turn == buckets.size()) turn = 0;
    });
    for (std::size_t i = 0; i != buckets.size(); ++i)
      if (!dealt[i].empty()) buckets[i].chunks.push_back(make_chunk(std::move(dealt[i])));
  }

 private:
  Pipe pipe_;
  std::size_t first_ = 0;
};

/// `map_partitions`: calls the function once with all records of the partition, also with none.
template <class Pipe, class F, class Out>
class partition_function_writer final : public edge_writer {
 public:
  partition_function_writer(op_ptr who, Pipe pipe, F f)
      : who_{std::move(who)}, pipe_{std::move(pipe)}, f_{std::move(f)} {}

  void write(partition const& in, std::span<partition> buckets) override {
    std::vector<typename Pipe::value> records;
    run_pipe(pipe_, in, [&](auto&& x) { records.push_back(std::forward<decltype(x)>(x)); });
    std::vector<Out> results;
    auto take = [&]<class R>(R&& result) { results.push_back(to_owned(std::forward<R>(result))); };
    call_user_for_range(who_, f_, take, std::as_const(records));
    if (!results.empty()) buckets[0].chunks.push_back(make_chunk(std::move(results)));
  }

 private:
  op_ptr who_;
  Pipe pipe_;
  F f_;
};

/// Calls a function for its effect.
template <class Pipe, class F>
class foreach_writer final : public edge_writer {
 public:
  foreach_writer(op_ptr who, Pipe pipe, F f)
      : who_{std::move(who)}, pipe_{std::move(pipe)}, f_{std::move(f)} {}

  void write(partition const& in, std::span<partition>) override {
    run_pipe(pipe_, in, [&](auto&& x) {
      steps::for_record(who_, x, [&] { std::invoke(f_, std::as_const(x)); });
    });
  }

 private:
  op_ptr who_;
  Pipe pipe_;
  F f_;
};

/// Stops a loop over records early; caught by the writer that throws it.
struct enough {};

/// The first `limit` records, owned.
template <class Pipe>
class take_writer final : public edge_writer {
 public:
  take_writer(Pipe pipe, std::size_t limit) : pipe_{std::move(pipe)}, limit_{limit} {}

  void write(partition const& in, std::span<partition> buckets) override {
    std::vector<owned_t<typename Pipe::value>> records;
    try {
      for_each_record<typename Pipe::source>(in, [&](auto const& record) {
        if (records.size() >= limit_) throw enough{};
        pipe_(record, [&](auto&& x) {
          if (records.size() < limit_) records.push_back(to_owned(std::forward<decltype(x)>(x)));
        });
      });
    } catch (enough const&) {
    }
    if (!records.empty()) buckets[0].chunks.push_back(make_chunk(std::move(records)));
  }

 private:
  Pipe pipe_;
  std::size_t limit_;
};

/// Writes records as text, one per line, into one string per partition.
template <class Pipe>
class text_writer final : public edge_writer {
 public:
  explicit text_writer(Pipe pipe) : pipe_{std::move(pipe)} {}

  void write(partition const& in, std::span<partition> buckets) override {
    std::string text;
    run_pipe(pipe_, in, [&](auto&& x) {
      show_to(text, x);
      text += '\n';
    });
    if (!text.empty())
      buckets[0].chunks.push_back(make_chunk(std::vector<std::string>{std::move(text)}));
  }

 private:
  Pipe pipe_;
};

/// The first `limit` records as text, one string each.
template <class Pipe>
class show_writer final : public edge_writer {
 public:
  show_writer(Pipe pipe, std::size_t limit) : pipe_{std::move(pipe)}, limit_{limit} {}

  void write(partition const& in, std::span<partition> buckets) override {
    std::vector<std::string> lines;
    try {
      for_each_record<typename Pipe::source>(in, [&](auto const& record) {
        if (lines.size() >= limit_) throw enough{};
        pipe_(record, [&](auto&& x) {
          if (lines.size() < limit_) show_to(lines.emplace_back(), x);
        });
      });
    } catch (enough const&) {
    }
    if (!lines.empty()) buckets[0].chunks.push_back(make_chunk(std::move(lines)));
  }

 private:
  Pipe pipe_;
  std::size_t limit_;
};

}  // namespace sluice::kernels
