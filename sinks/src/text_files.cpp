#include "file_steps.hpp"

#include <cstdio>
#include <sluice/operators/kernels/outputs.hpp>
#include <sluice/sinks/text_files.hpp>
#include <sluice/supervision/world.hpp>

namespace sluice {

namespace {

void write_file(storage& files, std::string const& path, partition const* part) {
  write_whole(files, path, [&](writable_file& file) {
    if (part)
      for_each_record<std::string>(
          *part, [&](std::string const& text) { expect("cannot write", file.append(text)); });
  });
}

// A batch that is committed again after a failure replaces what the first attempt left.
void empty_directory(storage& files, std::string const& directory) {
  for (auto const& entry : expect("cannot list", files.list(directory)))
    if (!entry.is_directory) expect("cannot remove", files.remove(directory + '/' + entry.name));
}

std::string part_name(std::size_t index) {
  char name[32];
  std::snprintf(name, sizeof name, "part-%05zu", index);
  return name;
}

class text_files_output final : public kernels::held_output {
 public:
  text_files_output(std::function<world&()> outside, std::string prefix, std::string suffix)
      : outside_{std::move(outside)}, prefix_{std::move(prefix)}, suffix_{std::move(suffix)} {}

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
  if (auto made = files.create_directory(directory); !made) {
    if (made.error().code != std::errc::file_exists) fail("cannot create", made.error());
    if (policy == existing::refuse)
      throw runtime_failure{directory + " exists already; choose another path or remove it first"};
    empty_directory(files, directory);
  }
  expect("cannot flush", files.sync_directory(parent_of(directory)));
  for (std::size_t p = 0; p != parts.size(); ++p)
    write_file(files, directory + '/' + part_name(p), &parts[p]);
  write_file(files, directory + "/_SUCCESS", nullptr);
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
