/// Pieces of files as records of a stream.
///
/// Thread rule: any number of threads. Promise: every line is in exactly one of the pieces that a
/// file is cut into, that in which it begins. A piece keeps its file in memory, so that views of
/// lines live as long as the batch that holds the piece.
#pragma once

#include <cstdint>
#include <memory>
#include <sluice/sluice.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace peers {

/// A file in the page cache, mapped.
class mapped_file {
 public:
  explicit mapped_file(std::string const& path);
  ~mapped_file();
  mapped_file(mapped_file const&) = delete;
  mapped_file& operator=(mapped_file const&) = delete;
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

/// The lines of a file that begin in `[begin, end)`.
struct piece {
  std::shared_ptr<mapped_file const> file;
  std::size_t begin = 0;
  std::size_t end = 0;

  /// Whole lines.
  [[nodiscard]] std::string_view text() const;
};

/// The files of a directory by name.
std::vector<std::string> files_in(std::string const& directory);

/// A file in as many equal pieces as there are workers.
std::vector<piece> pieces_of(std::string const& path);

/// For `flat_map<std::string_view>`: from pieces to lines.
inline constexpr auto lines_of = [](piece const& what, auto&& emit) {
  sluice::for_each_line(what.text(), emit);
};

}  // namespace peers
