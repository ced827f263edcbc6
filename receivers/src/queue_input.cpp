#include <sluice/receivers/queue_input.hpp>

#include <charconv>

namespace sluice::detail {

std::string queue_position(std::uint64_t batches) { return std::to_string(batches); }

std::uint64_t batches_before(std::string_view position, std::size_t declared) {
  std::uint64_t batches = 0;
  auto const* const end = position.data() + position.size();
  auto const read = std::from_chars(position.data(), end, batches);
  if (read.ec != std::errc{} || read.ptr != end)
    throw runtime_failure{"queue: the saved position \"" + std::string{position} +
                          "\" is not a number of batches"};
  if (batches > declared)
    throw runtime_failure{"queue: the process before has taken " + std::to_string(batches) +
                          " batches, but only " + std::to_string(declared) +
                          " are declared; declare the same ones again"};
  return batches;
}

void queue_input_base::start(std::shared_ptr<input_host> host) {
  bell().attach(host);
  host_ = std::move(host);
  host_->report({receiver_event::type::started, {}});
  // What was pushed before has rung for nobody.
  host_->changed();
}

void queue_input_base::stop() {
  if (!host_) return;
  bell().detach();
  host_.reset();
}

std::map<std::string, std::uint64_t> queue_input_base::counters() const {
  return {{"batches", batches_}, {"records", records_}};
}

}  // namespace sluice::detail
