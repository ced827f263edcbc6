/// The actor of one stage partition: waits for a batch on all its links, runs the kernels, sends
/// the results on with credit.
#pragma once

#include "links.hpp"
#include "setup.hpp"

namespace sluice {

class stage_role {
 public:
  static constexpr char const* role_name = "stage";
  /// @param to  by out of the stage and receiver
  stage_role(caf::event_based_actor* self, incarnation const& now, std::size_t stage_index,
             std::size_t partition_index, std::vector<std::vector<caf::actor>> to,
             caf::actor driver);
  caf::behavior behavior();
  std::string place() const {
    return std::to_string(place_.index) + '/' + std::to_string(place_.partition);
  }

 private:
  void run_next();
  void run(flow::inbox::ready_batch& batch);

  caf::event_based_actor* self_;
  incarnation now_;
  caf::actor driver_;
  work_place place_;
  stage_cell& cell_;
  receiving_links in_;
  sending_links out_;
  std::vector<std::vector<std::size_t>> out_index_;  // by out and receiver: index in out_
  bool failed_ = false;
};

}  // namespace sluice
