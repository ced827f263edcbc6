#include "file_steps.hpp"

#include <span>

namespace sluice {

void make_parents(storage& files, std::string const& path) {
  auto const parent = parent_of(path);
  if (parent == "." || parent == "/") return;
  auto made = files.create_directory(parent);
  if (!made && made.error().code == std::errc::no_such_file_or_directory) {
    make_parents(files, parent);
    made = files.create_directory(parent);
  }
  if (made)
    expect("cannot flush", files.sync_directory(parent_of(parent)));
  else if (made.error().code != std::errc::file_exists)
    fail("cannot create", made.error());
}

std::string read_whole(storage& files, std::string const& path) {
  auto file = expect("cannot open", files.open_read(path));
  std::string text(expect("cannot size", file->size()), '\0');
  std::size_t have = 0;
  while (have != text.size()) {
    auto const n = expect("cannot read", file->read_at(have, std::span{text}.subspan(have)));
    if (n == 0) break;  // the file shrank: what is there is what it holds
    have += n;
  }
  text.resize(have);
  return text;
}

}  // namespace sluice
