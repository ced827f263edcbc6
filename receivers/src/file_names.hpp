/// The files of a batch, for people.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

class file_names {
 public:
  void add(std::string const& name) {
    if (names_.size() < most_names) {
      names_.push_back(name);
    } else {
      ++more_;
    }
  }
  /// What was added since it was asked before.
  std::string take() {
    auto text = std::string{};
    for (auto const& name : std::exchange(names_, {})) text += (text.empty() ? "" : ", ") + name;
    if (auto const more = std::exchange(more_, 0)) text += " and " + std::to_string(more) + " more";
    return text;
  }

 private:
  // More names than this are only counted.
  static constexpr std::size_t most_names = 10;

  std::vector<std::string> names_;
  std::size_t more_ = 0;
};

}  // namespace sluice
