/// The wrapper around what a narrow operator does with one record.
#pragma once

#include <sluice/operators/record_errors.hpp>
#include <sluice/operators/show.hpp>

namespace sluice::steps {

template <class T>
void show_record(std::string& out, void const* record) {
  show_to(out, *static_cast<T const*>(record));
}

/// Does `work`, which calls the user's function of `who` for `record` and hands on what it gives.
/// If the function throws, the stream's policy decides; failures from further down pass.
template <class T, class Work>
void for_record(op_ptr const& who, T const& record, Work&& work) {
  try {
    work();
  } catch (operator_failure const&) {
    throw;
  } catch (...) {
    if constexpr (showable<T>)
      record_error_scope::judge(who, &record, &show_record<T>);
    else
      record_error_scope::judge(who, &record, nullptr);
  }
}

}  // namespace sluice::steps
