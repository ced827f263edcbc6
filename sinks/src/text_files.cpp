#include "file_steps.hpp"

#include <algorithm>
#include <cstdio>
#include <sluice/operators/kernels/outputs.hpp>
#include <sluice/sinks/text_files.hpp>
#include <sluice/supervision/world.hpp>

namespace sluice {

namespace {

constexpr char const* success_mark = "_SUCCESS";

void write_file(storage& files, std::string const& path, partition const* part) {
  write_whole(files, path, [&](writable_file& file) {
    if (part)
      for_each_record<std::string>(
          *part, [&](std::string const& text) { expect("cannot write", file.append(text)); });
  });
}

std::string part_name(std::size_t index) {
  char name[32];
  std::snprintf(name, sizeof name, "part-%05zu", index);
  return name;
}

using entries = std::vector<directory_entry>;

bool has(entries const& found, std::string const& name) {
  return std::ranges::binary_search(found, name, {}, &directory_entry::name);
}

bool holds(storage& files, std::string const& path, partition const& part) {
  auto const text = read_whole(files, path);
  std::string_view left{text};
  bool same = true;
  for_each_record<std::string>(part, [&](std::string const& record) {
    same = same && left.starts_with(record);
    if (same) left.remove_prefix(record.size());
  });
  return same && left.empty();
}

bool is_complete(storage& files, std::string const& directory, entries const& found,
                 std::vector<partition> const& parts) {
  if (!has(found, success_mark) || found.size() != parts.size() + 1) return false;
  for (std::size_t p = 0; p != parts.size(); ++p)
    if (!has(found, part_name(p)) || !holds(files, directory + '/' + part_name(p), parts[p]))
      return false;
  return true;
}

// The mark goes first and durably: after a crash it must not stand over what is left of the files.
void empty_directory(storage& files, std::string const& directory, entries const& found) {
  if (has(found, success_mark)) {
    expect("cannot remove", files.remove(directory + '/' + success_mark));
    expect("cannot flush", files.sync_directory(directory));
  }
  for (auto const& entry : found)
    if (!entry.is_directory && entry.name != success_mark)
      expect("cannot remove", files.remove(directory + '/' + entry.name));
}

// As above, the other way round: the mark comes when all else has its name for good.
void fill_directory(storage& files, std::string const& directory,
                    std::vector<partition> const& parts) {
  for (std::size_t p = 0; p != parts.size(); ++p)
    write_file(files, directory + '/' + part_name(p), &parts[p]);
  expect("cannot flush", files.sync_directory(directory));
  write_file(files, directory + '/' + success_mark, nullptr);
}

class text_files_output final : public kernels::held_output {
 public:
  text_files_output(std::function<world&()> outside, std::string prefix, std::string suffix)
      : outside_{std::move(outside)}, prefix_{std::move(prefix)}, suffix_{std::move(suffix)} {}

  // A batch that comes again has the same name and the same content.
  delivery guarantee() const override { return delivery::exactly_once; }

 protected:
  void apply(batch_ref const& batch, std::vector<partition> parts) override {
    auto const ms = std::chrono::floor<std::chrono::milliseconds>(batch.time.time_since_epoch());
    auto const name = (prefix_.empty() ? "" : prefix_ + '-') + std::to_string(ms.count()) +
                      (suffix_.empty() ? "" : '.' + suffix_);
    write_text_directory(outside_().storage(), name, parts, existing::replace);
  }

 private:
  std::function<world&()> outside_;
  std::string prefix_;
  std::string suffix_;
};

}  // namespace

void write_text_directory(storage& files, std::string const& path,
                          std::vector<partition> const& parts, existing policy) {
  auto const directory = path.substr(0, path.find_last_not_of('/') + 1);
  make_parents(files, directory);
  bool complete = false;
  if (auto made = files.create_directory(directory); !made) {
    if (made.error().code != std::errc::file_exists) fail("cannot create", made.error());
    if (policy == existing::refuse)
      throw runtime_failure{directory + " exists already; choose another path or remove it first"};
    auto const found = expect("cannot list", files.list(directory));
    complete = is_complete(files, directory, found, parts);
    if (!complete) empty_directory(files, directory, found);
  }
  expect("cannot flush", files.sync_directory(parent_of(directory)));
  if (!complete) fill_directory(files, directory, parts);
  expect("cannot flush", files.sync_directory(directory));
}

std::shared_ptr<output_spec const> make_text_files_output(std::function<world&()> outside,
                                                          std::string prefix, std::string suffix) {
  if (prefix.empty() && suffix.empty())
    throw usage_error{
        "save_as_text_files: prefix and suffix are both empty; give a prefix such as "
        "\"out/counts\""};
  return kernels::make_output<text_files_output>(std::move(outside), std::move(prefix),
                                                 std::move(suffix));
}

std::vector<chunk_ptr> read_text(storage& files, std::string const& path) {
  auto entries = files.list(path);
  if (!entries) {
    if (entries.error().code != std::errc::not_a_directory) fail("cannot read", entries.error());
    return {make_text_chunk(read_whole(files, path))};
  }
  std::vector<chunk_ptr> chunks;
  for (auto const& entry : *entries)
    if (!entry.is_directory && entry.name[0] != '.' && entry.name[0] != '_')
      chunks.push_back(make_text_chunk(read_whole(files, path + '/' + entry.name)));
  return chunks;
}

}  // namespace sluice
