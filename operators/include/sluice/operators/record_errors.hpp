/// What becomes of a record for which a user's function throws.
///
/// Thread rule: a policy is shared by all tasks and may be called by several at once; the rest
/// belongs to one task. Promise: a record that is passed over is counted, or kept as a dead letter;
/// what was diverted in an attempt that fails is forgotten with it.
#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <sluice/operators/op.hpp>
#include <sluice/operators/time.hpp>
#include <string>
#include <vector>

namespace sluice {

enum class error_action {
  restart,      ///< the batch is tried again, as `options.on_batch_failure` says
  fail,         ///< the batch has failed for good, without further tries
  skip,         ///< the record is passed over, and counted
  dead_letter,  ///< the record is passed over, and goes to `dead_letters()`
};

/// Where a function threw.
struct error_context {
  std::string op;  ///< name of the operator
  batch_ref batch;
  std::size_t partition = 0;
  std::string record;  ///< as `print` shows it; empty if it cannot be shown
};

/// A record that was passed over, and why.
struct dead_letter {
  std::string op;
  std::uint64_t batch = 0;
  std::uint64_t partition = 0;
  std::string record;  ///< as `print` shows it; empty if it cannot be shown
  std::string cause;

  friend bool operator==(dead_letter const&, dead_letter const&) = default;
};

/// An action for all errors, or a function that chooses one for each.
class record_error_policy {
 public:
  using decider = std::function<error_action(std::exception_ptr, error_context const&)>;

  record_error_policy(error_action always) : always_{always} {}
  template <class F>
    requires std::is_invocable_r_v<error_action, F&, std::exception_ptr, error_context const&>
    record_error_policy(F decide) : decide_{std::move(decide)} {}

    error_action operator()(std::exception_ptr const& cause, error_context const& where) const {
      return decide_ ? decide_(cause, where) : always_;
    }

   private:
    error_action always_ = error_action::restart;
    decider decide_;
};

struct record_error_rules {
  record_error_policy policy = error_action::restart;
  std::size_t max_letters = 10'000;  ///< of one task and batch; one more fails the batch
};

/// What one attempt of a task at a batch has passed over.
struct diverted_records {
  std::vector<dead_letter> letters;
  std::uint64_t skipped = 0;

  bool empty() const { return letters.empty() && skipped == 0; }
  void add(diverted_records other);
};

/// While one lives, functions that throw in its thread are judged by its policy; without one, they
/// fail.
class record_error_scope {
 public:
  /// @param rules  outlives the scope
  record_error_scope(record_error_rules const& rules, batch_ref const& batch,
                     std::size_t partition);
  ~record_error_scope();
  record_error_scope(record_error_scope const&) = delete;
  record_error_scope& operator=(record_error_scope const&) = delete;

  diverted_records take() { return std::move(diverted_); }
  /// Whether the policy has said that trying again is of no use.
  bool is_hopeless() const { return hopeless_; }

  using show_function = void (*)(std::string&, void const*);
  /// Judges the exception that is being handled: returns if the record is passed over.
  /// @param show  null if the record cannot be shown
  /// @throws operator_failure
  static void judge(op_ptr const& who, void const* record, show_function show);

 private:
  bool diverts(op_ptr const& who, std::exception_ptr const& cause, void const* record,
               show_function show);

  record_error_rules const& rules_;
  batch_ref batch_;
  std::size_t partition_;
  diverted_records diverted_;
  bool hopeless_ = false;
  record_error_scope* outer_;
};

}  // namespace sluice
