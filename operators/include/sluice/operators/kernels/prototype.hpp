/// Descriptions by example: a task or writer in its initial state, copied for each partition.
///
/// A program instantiates these for every operator, so they use few types: pointers to the bases.
#pragma once

#include <sluice/operators/kernel.hpp>

namespace sluice::kernels {

std::shared_ptr<edge_spec const> share(std::unique_ptr<edge_spec const> made);
std::shared_ptr<kernel const> share(std::unique_ptr<kernel const> made);

/// Working memory of a task or writer: a copy of it begins empty.
template <class T>
struct scratch : T {
  scratch() = default;
  scratch(scratch const&) : T{} {}
  scratch(scratch&&) noexcept : T{} {}
  scratch& operator=(scratch const&) = delete;
};

/// An edge whose writers are copies of `Writer`; it may have `bind(partition_index)`.
template <class Writer>
class prototype_edge final : public edge_spec {
 public:
  prototype_edge(Writer prototype, std::vector<op_ptr> fused) : prototype_{std::move(prototype)} {
    steps = std::move(fused);
  }
  std::unique_ptr<edge_writer> make_writer(std::size_t partition_index) const override {
    auto* writer = new Writer{prototype_};
    std::unique_ptr<edge_writer> result{writer};
    if constexpr (requires { writer->bind(partition_index); }) writer->bind(partition_index);
    return result;
  }

 private:
  Writer prototype_;
};

template <class Writer>
std::shared_ptr<edge_spec const> make_edge(Writer prototype, std::vector<op_ptr> fused) {
  return share(std::unique_ptr<edge_spec const>{
      new prototype_edge<Writer>{std::move(prototype), std::move(fused)}});
}

/// A kernel whose tasks are copies of `Task`.
template <class Task>
class prototype_kernel final : public kernel {
 public:
  explicit prototype_kernel(Task prototype) : prototype_{std::move(prototype)} {}
  std::unique_ptr<task> make_task(std::size_t) const override {
    return std::unique_ptr<task>{new Task{prototype_}};
  }

 private:
  Task prototype_;
};

template <class Task>
std::shared_ptr<kernel const> make_kernel(Task prototype) {
  return share(std::unique_ptr<kernel const>{new prototype_kernel<Task>{std::move(prototype)}});
}

/// A kernel whose tasks `make(partition_index)` returns; for tasks that hold state and cannot be
/// copied.
template <class Make>
class made_kernel final : public kernel {
 public:
  explicit made_kernel(Make make) : make_{std::move(make)} {}
  std::unique_ptr<task> make_task(std::size_t partition_index) const override {
    return make_(partition_index);
  }

 private:
  Make make_;
};

template <class Make>
std::shared_ptr<kernel const> make_kernel_by(Make make) {
  return share(std::unique_ptr<kernel const>{new made_kernel<Make>{std::move(make)}});
}

}  // namespace sluice::kernels
