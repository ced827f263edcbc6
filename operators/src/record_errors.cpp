#include <iterator>
#include <new>
#include <sluice/operators/error.hpp>
#include <sluice/operators/record_errors.hpp>

namespace sluice {

namespace {

thread_local record_error_scope* innermost = nullptr;

// No property of a record: the next one would meet the same.
bool is_out_of_memory(std::exception_ptr const& cause) {
  try {
    std::rethrow_exception(cause);
  } catch (std::bad_alloc const&) {
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace

void diverted_records::add(diverted_records other) {
  skipped += other.skipped;
  letters.insert(letters.end(), std::make_move_iterator(other.letters.begin()),
                 std::make_move_iterator(other.letters.end()));
}

record_error_scope::record_error_scope(record_error_rules const& rules, batch_ref const& batch,
                                       std::size_t partition)
    : rules_{rules}, batch_{batch}, partition_{partition}, outer_{std::exchange(innermost, this)} {}

record_error_scope::~record_error_scope() { innermost = outer_; }

void record_error_scope::judge(op_ptr const& who, void const* record, show_function show) {
  auto const cause = std::current_exception();
  if (!innermost || is_out_of_memory(cause) || !innermost->diverts(who, cause, record, show))
    throw operator_failure{who, cause};
}

bool record_error_scope::diverts(op_ptr const& who, std::exception_ptr const& cause,
                                 void const* record, show_function show) {
  error_context where{who->name(), batch_, partition_, {}};
  if (show) show(where.record, record);
  switch (rules_.policy(cause, where)) {
    case error_action::restart: return false;
    case error_action::fail: hopeless_ = true; return false;
    case error_action::skip: ++diverted_.skipped; return true;
    case error_action::dead_letter: break;
  }
  if (diverted_.letters.size() == rules_.max_letters) {
    hopeless_ = true;
    throw operator_failure{
        who, std::make_exception_ptr(stream_failure{
                 "more than dead_letter_limit = " + std::to_string(rules_.max_letters) +
                 " records of one task and batch failed; the last one with: " + describe(cause)})};
  }
  diverted_.letters.push_back(
      {std::move(where.op), batch_.id, partition_, std::move(where.record), describe(cause)});
  return true;
}

}  // namespace sluice
