#include <sluice/operators/partition_codec.hpp>

namespace sluice {

namespace {

using text_chunk = chunk_of<std::string_view>;

enum class form : std::uint8_t { lines, views };

// Views may hold line ends, so each has its length.
chunk_ptr decode_views(byte_reader& in) {
  auto left = in.get_count(1, "views");
  std::vector<std::size_t> sizes;
  sizes.reserve(left);
  std::size_t total = 0;
  for (; left != 0; --left) {
    sizes.push_back(in.get_count(1, "view"));
    total += sizes.back();
    if (total > in.remaining()) in.fail("views", "they are longer than what follows");
  }
  auto const bytes = in.get_bytes(total, "views");
  auto const owner = std::make_shared<std::string const>(
      reinterpret_cast<char const*>(bytes.data()), bytes.size());
  std::vector<std::string_view> views;
  views.reserve(sizes.size());
  for (std::size_t at = 0; auto size : sizes) {
    views.emplace_back(owner->data() + at, size);
    at += size;
  }
  // A chunk without lines that keeps the bytes alive.
  auto keeper = std::make_shared<text_chunk>(owner, std::string_view{}, 0, 0);
  return std::make_shared<text_chunk>(std::move(views), std::vector<chunk_ptr>{std::move(keeper)});
}

chunk_ptr decode_lines(byte_reader& in) {
  auto const bytes = in.get_bytes(in.get_count(1, "lines"), "lines");
  return make_text_chunk(std::string{reinterpret_cast<char const*>(bytes.data()), bytes.size()});
}

void encode_views(byte_writer& out, text_chunk const& views) {
  out.put_varint(views.records());
  views.for_each([&](std::string_view view) { out.put_varint(view.size()); });
  views.for_each([&](std::string_view view) { out.put_bytes(std::as_bytes(std::span{view})); });
}

}  // namespace

void partition_codec_of<std::string_view>::encode(byte_writer& out, partition const& part) {
  out.put_varint(part.chunks.size());
  for (auto const& each : part.chunks) {
    auto const& chunk = static_cast<text_chunk const&>(*each);
    auto const has_text = !chunk.text().empty();
    out.put_byte(static_cast<std::uint8_t>(has_text ? form::lines : form::views));
    if (has_text)
      out.put_text(chunk.text());
    else
      encode_views(out, chunk);
  }
}

partition partition_codec_of<std::string_view>::decode(byte_reader& in) {
  partition part;
  for (auto left = in.get_count(2, "chunks"); left != 0; --left) {
    switch (static_cast<form>(in.get_byte("chunk"))) {
      case form::lines: part.chunks.push_back(decode_lines(in)); break;
      case form::views: part.chunks.push_back(decode_views(in)); break;
      default: in.fail("chunk", "its form is unknown");
    }
  }
  return part;
}

}  // namespace sluice
