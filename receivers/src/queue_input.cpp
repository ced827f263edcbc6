#include <sluice/receivers/queue_input.hpp>

namespace sluice::detail {

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
