#include <doctest/doctest.h>
#include <sluice/testkit/swim_lanes.hpp>

using namespace sluice::testkit;
using namespace std::chrono_literals;

namespace {

std::vector<run_step> const steps{{0ns, "generator", "tick", "", ""},
                                  {1500us, "stage 0/0", "link_data", "generator", ""},
                                  {1500us, "stage 0/0", "link_data", "generator", "kill"},
                                  {2ms, "disk", "append a<b>", "", ""}};

}  // namespace

TEST_CASE("swim_lanes_text has a column for each lane and a line for each step") {
  CHECK(swim_lanes_text(steps) ==
        "          ms  generator           stage 0/0           disk                \n"
        "       0.000  tick\n"
        "       1.500                      link_data < generator\n"
        "       1.500                      *kill* link_data < generator\n"
        "       2.000                                          append a<b>\n");
}

TEST_CASE("swim_lanes_html is a page with every step, and trusts no text") {
  auto const page = swim_lanes_html(steps, "what <failed>");
  CHECK(page.starts_with("<!doctype html>"));
  CHECK(page.find("what &lt;failed&gt;") != std::string::npos);
  CHECK(page.find("append a&lt;b&gt;") != std::string::npos);
  CHECK(page.find("<b>") == std::string::npos);
  CHECK(page.find("class='fault'") != std::string::npos);
  CHECK(page.find("marker-end") != std::string::npos);
}
