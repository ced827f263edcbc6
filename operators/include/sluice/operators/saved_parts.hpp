/// A task's state as parts that are saved one after the other.
///
/// Thread rule: see kernel.hpp. Promise: a part knows nothing of the others; what is needed is what
/// any of them needs.
#pragma once

#include <cstdint>
#include <memory>
#include <sluice/operators/codec.hpp>
#include <sluice/operators/kernel.hpp>

namespace sluice {

/// Values of this type can be saved and come back as they were.
template <class T>
concept savable = owned<T> && has_codec<T>;

/// A part of a task's state. See `task_state`.
class state_part {
 public:
  virtual ~state_part() = default;
  virtual std::uint64_t save(byte_writer& out, std::uint64_t number) = 0;
  virtual void start_over() {}
  virtual void load(byte_reader& in, std::uint64_t number) = 0;
};

/// A state made of parts.
class saved_parts final : public task_state {
 public:
  explicit saved_parts(std::uint64_t schema) : schema_{schema} {}
  /// The next part; a later one may look at an earlier one while it is loaded.
  void add(std::unique_ptr<state_part> part);

  std::uint64_t schema() const override { return schema_; }
  std::uint64_t save(byte_writer& out, std::uint64_t number) override;
  void start_over() override;
  void load(byte_reader& in, std::uint64_t number) override;

 private:
  std::uint64_t schema_;
  std::vector<std::unique_ptr<state_part>> parts_;
};

}  // namespace sluice
