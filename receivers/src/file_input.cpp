#include <sluice/receivers/file_input.hpp>

#include <sluice/operators/error.hpp>
#include <sluice/receivers/input.hpp>

#include "directory_input.hpp"
#include "line_counters.hpp"

namespace sluice {
namespace {

class parsing_file_input final : public detail::input_forwarder {
 public:
  explicit parsing_file_input(std::shared_ptr<input> inner) : input_forwarder{std::move(inner)} {}
};

make_file_format lines_of(char const* kind, file_options const& how, detail::line_parser parse) {
  check_line_bytes(kind, how.max_line_bytes);
  return [how, parse = std::move(parse)] { return make_line_format(how, parse); };
}

make_file_format records_of(std::size_t record_length) {
  if (record_length == 0)
    throw usage_error{
        "binary_records: record_length is 0; give the bytes of one record, at least 1"};
  return [record_length] { return make_record_format(record_length); };
}

make_file_format contents_by(detail::contents_parser parse) {
  return [parse = std::move(parse)] { return make_contents_format(parse); };
}

}  // namespace

text_file_input::text_file_input(std::string directory, file_options how)
    : input_forwarder{std::make_shared<directory_input>("text_file", std::move(directory), how,
                                                        lines_of("text_file", how, nullptr),
                                                        detail::split_text_chunk)} {}

binary_records_input::binary_records_input(std::string directory, std::size_t record_length,
                                           file_options how)
    : input_forwarder{std::make_shared<directory_input>("binary_records", std::move(directory),
                                                        std::move(how), records_of(record_length),
                                                        detail::split_text_chunk)} {}

std::unique_ptr<input> detail::make_parsing_file_input(std::string directory, line_parser parse,
                                                       chunk_splitter split, file_options how) {
  auto format = lines_of("file", how, std::move(parse));
  return std::make_unique<parsing_file_input>(std::make_shared<directory_input>(
      "file", std::move(directory), std::move(how), std::move(format), split));
}

std::unique_ptr<input> detail::make_parsing_file_input(std::string directory, contents_parser parse,
                                                       chunk_splitter split, file_options how) {
  return std::make_unique<parsing_file_input>(std::make_shared<directory_input>(
      "file", std::move(directory), std::move(how), contents_by(std::move(parse)), split));
}

}  // namespace sluice
