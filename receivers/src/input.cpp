#include <sluice/operators/error.hpp>
#include <sluice/receivers/input.hpp>

namespace sluice {

input_cut input::cut_again(batch_ref const& batch, std::string_view) {
  throw stream_failure{describe() + ": batch " + std::to_string(batch.id) +
                       " cannot be read again; an input with input_recovery::source must say how"};
}

}  // namespace sluice
