/// An input whose workings are out of sight, so that a public header needs none of their includes.
#pragma once

#include <memory>
#include <sluice/receivers/input.hpp>
#include <utility>

namespace sluice::detail {

class input_forwarder : public input {
 public:
  std::string_view kind() const override { return inner_->kind(); }
  std::string describe() const override { return inner_->describe(); }
  void before_start(world& outside) override { inner_->before_start(outside); }
  void start(std::shared_ptr<input_host> host) override { inner_->start(std::move(host)); }
  input_status status(bool probe) override { return inner_->status(probe); }
  input_cut cut(batch_ref const& batch, std::uint64_t max_records) override {
    return inner_->cut(batch, max_records);
  }
  void committed(batch_id batch) override { inner_->committed(batch); }
  input_recovery recovery() const override { return inner_->recovery(); }
  delivery guarantee() const override { return inner_->guarantee(); }
  intake_rules intake() const override { return inner_->intake(); }
  std::string position() const override { return inner_->position(); }
  void go_on_from(std::string_view position) override { inner_->go_on_from(position); }
  input_cut cut_again(batch_ref const& batch, std::string_view note) override {
    return inner_->cut_again(batch, note);
  }
  void drain() override { inner_->drain(); }
  void stop() override { inner_->stop(); }
  std::map<std::string, std::uint64_t> counters() const override { return inner_->counters(); }

 protected:
  explicit input_forwarder(std::shared_ptr<input> inner) : inner_{std::move(inner)} {}

 private:
  // Shared, because completions and timers that are on their way know it weakly.
  std::shared_ptr<input> inner_;
};

}  // namespace sluice::detail
