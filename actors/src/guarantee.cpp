#include "guarantee.hpp"

#include <algorithm>

namespace sluice {

namespace {

struct link_in_chain {
  std::string name;
  delivery gives;
  std::string why;
};

std::string drops_text(overflow what) {
  return "drops records for which it has no room (overflow::" + std::string{to_string(what)} + ")";
}

std::string reason_of(declared_input const& in) {
  if (auto const what = in.source->intake().overflow; drops_records(what)) return drops_text(what);
  if (in.source->recovery() == input_recovery::source) return "read again";
  if (in.source->recovery() == input_recovery::none) return "not logged";
  if (!in.codec) return "its records have no codec, so the log cannot hold them";
  if (in.source->guarantee() == delivery::exactly_once) return "logged, and asked for the rest";
  return "logged from its batch on; what waits for a batch goes with the process";
}

std::vector<link_in_chain> links_of(plan const& of, std::vector<declared_input> const& inputs) {
  std::vector<link_in_chain> links;
  for (auto const& in : inputs)
    links.push_back({"input " + in.name(),
                     in.codec || in.source->recovery() == input_recovery::source
                         ? in.source->guarantee()
                         : delivery::at_most_once,
                     reason_of(in)});
  for (auto s : of.output_stages) {
    auto const& n = *of.stages[s].nodes.front();
    auto const gives = n.output->make_output()->guarantee();
    links.push_back({"output " + n.who->name(), gives,
                     gives == delivery::exactly_once ? "knows its last batch"
                                                     : "a batch may be written again"});
  }
  return links;
}

// What is lost while the process lives.
std::string describe_drops(std::vector<declared_input> const& inputs) {
  std::string text;
  for (auto const& in : inputs)
    if (auto const what = in.source->intake().overflow; drops_records(what))
      text +=
          "at most once from input " + in.name() + " in any case: it " + drops_text(what) + '\n';
  return text;
}

}  // namespace

std::string describe_guarantee(plan const& of, std::vector<declared_input> const& inputs,
                               std::string const& directory) {
  if (of.output_stages.empty()) return {};
  if (directory.empty())
    return std::string{
               "if the process ends: at most once, for nothing is written down; set "
               "options.checkpoint_dir\n"} +
           describe_drops(inputs);
  auto const links = links_of(of, inputs);
  auto const weakest = std::min_element(
      links.begin(), links.end(), [](auto const& a, auto const& b) { return a.gives < b.gives; });
  std::string text = "if the process ends: " + std::string{to_string(weakest->gives)} +
                     ", going on from " + directory + '\n';
  for (auto link = links.begin(); link != links.end(); ++link)
    text +=
        "  " + link->name + ": " + std::string{to_string(link->gives)} + ", " + link->why +
        (link == weakest && link->gives != delivery::exactly_once ? "  <- the weakest link" : "") +
        '\n';
  return text;
}

}  // namespace sluice
