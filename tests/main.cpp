// The one place that compiles doctest itself; every test program links this object.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

namespace {

// CTest runs each case by its name. A name that selects nothing, because CMake or doctest read one
// of its characters as syntax, must not count as passed.
struct nothing_selected_fails : doctest::IReporter {
  explicit nothing_selected_fails(const doctest::ContextOptions& options) : options_(options) {}

  void test_run_end(const doctest::TestRunStats& stats) override {
    if (stats.numTestCasesPassingFilters > 0 || options_.count || options_.list_test_cases) return;
    std::cerr << "no test case was selected: its name may not hold a semicolon\n";
    std::exit(EXIT_FAILURE);
  }

  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_case_start(const doctest::TestCaseData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}

 private:
  const doctest::ContextOptions& options_;
};

REGISTER_LISTENER("nothing_selected_fails", 1, nothing_selected_fails);

}  // namespace
