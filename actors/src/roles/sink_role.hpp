/// The actor of one output: prepares a batch when all its partitions are there, commits it when the
/// driver says so; at once, if that is a matter of this output alone.
#pragma once

#include "links.hpp"
#include "setup.hpp"

namespace sluice {

class sink_role {
 public:
  static constexpr char const* role_name = "sink";
  sink_role(caf::event_based_actor* self, incarnation const& now, std::size_t stage_index,
            caf::actor driver);
  caf::behavior behavior();
  std::string place() const { return std::to_string(output_); }

 private:
  void prepare_ready();
  void commit(batch_ref const& batch);
  template <class F>
  bool guarded(char const* point, batch_ref const& batch, F&& work);

  caf::event_based_actor* self_;
  incarnation now_;
  caf::actor driver_;
  std::size_t output_;
  sink_cell& cell_;
  bool one_phase_;
  receiving_links in_;
  bool failed_ = false;
};

}  // namespace sluice
