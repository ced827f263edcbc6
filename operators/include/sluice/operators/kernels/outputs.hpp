/// Outputs: what happens to a batch when it is committed.
#pragma once

#include <deque>
#include <functional>
#include <iosfwd>
#include <memory>
#include <set>
#include <sluice/operators/collected.hpp>
#include <sluice/operators/kernel.hpp>
#include <sluice/operators/sink.hpp>

namespace sluice::kernels {

/// Whether the stream had no batch at all.
bool is_absent(std::vector<partition> const& parts);

/// Keeps prepared batches until they are committed or aborted; absent batches have no effect.
class held_output : public batch_output {
 public:
  void prepare(batch_context const& now, std::vector<partition> parts) final;
  bool prepares_nothing() const final { return true; }
  void commit(batch_ref const& batch) final;
  void abort(batch_ref const& batch) final;

 protected:
  virtual void apply(batch_ref const& batch, std::vector<partition> parts) = 0;

 private:
  struct held {
    batch_ref batch;
    std::vector<partition> parts;
  };
  std::deque<held> held_;
};

/// Makes an output from copies of what its constructor takes.
template <class Output, class... Args>
class output_of final : public output_spec {
 public:
  explicit output_of(Args... args) : args_{std::move(args)...} {}
  std::unique_ptr<batch_output> make_output() const override {
    return std::apply([](auto const&... args) { return std::make_unique<Output>(args...); }, args_);
  }

 private:
  std::tuple<Args...> args_;
};

template <class Output, class... Args>
std::shared_ptr<output_spec const> make_output(Args... args) {
  return std::make_shared<output_of<Output, Args...>>(std::move(args)...);
}

/// `print`: rule, time, rule, up to n lines, `...` if there are more, an empty line.
class print_output final : public held_output {
 public:
  print_output(std::ostream* out, std::size_t limit) : out_{out}, limit_{limit} {}

 protected:
  void apply(batch_ref const& batch, std::vector<partition> parts) override;

 private:
  std::ostream* out_;
  std::size_t limit_;
};

std::shared_ptr<output_spec const> make_print_output(std::ostream& out, std::size_t limit);

/// `foreach_rdd`: hands the batch to a function.
class function_output final : public held_output {
 public:
  using function = std::function<void(batch_ref const&, std::vector<partition>)>;
  explicit function_output(function f) : f_{std::move(f)} {}

 protected:
  void apply(batch_ref const& batch, std::vector<partition> parts) override;

 private:
  function f_;
};

template <class T>
std::vector<T> concat(std::vector<partition> const& parts) {
  std::vector<T> all;
  for (auto const& part : parts)
    for_each_record<T>(part, [&](T const& record) { all.push_back(record); });
  return all;
}

template <class T>
class collect_output final : public held_output {
 public:
  explicit collect_output(std::shared_ptr<collected<T>> target) : target_{std::move(target)} {}

 protected:
  void apply(batch_ref const& batch, std::vector<partition> parts) override {
    target_->add(batch, concat<T>(parts));
  }

 private:
  std::shared_ptr<collected<T>> target_;
};

/// `to(sink)`: the sink does not hear of absent batches.
template <class T>
class sink_output final : public batch_output {
 public:
  explicit sink_output(std::shared_ptr<sink<T>> target) : target_{std::move(target)} {}
  void prepare(batch_context const& now, std::vector<partition> parts) override {
    if (is_absent(parts))
      absent_.insert(now.batch.id);
    else
      target_->prepare(now.batch, concat<T>(parts));
  }
  void commit(batch_ref const& batch) override {
    if (absent_.erase(batch.id) == 0) target_->commit(batch);
  }
  void abort(batch_ref const& batch) override {
    if (absent_.erase(batch.id) == 0) target_->abort(batch);
  }
  batch_id recover(batch_id committed) override { return target_->recover(committed); }
  delivery guarantee() const override { return target_->guarantee(); }

 private:
  std::shared_ptr<sink<T>> target_;
  std::set<batch_id> absent_;  // prepared, and not yet committed or aborted
};

}  // namespace sluice::kernels
