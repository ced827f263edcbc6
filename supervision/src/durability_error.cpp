#include <sluice/supervision/durability_error.hpp>

namespace sluice {
namespace {

char const* text(durability_errc code) {
  switch (code) {
    case durability_errc::log_full:
      return "the log is full: nothing was written; let a checkpoint complete so that old segments "
             "go, or raise max_bytes";
    case durability_errc::record_too_large:
      return "a record is too large for the log: nothing was written; raise max_record_bytes or "
             "store smaller records";
    case durability_errc::damaged:
      return "damaged: the bytes are not what was written; restore the file from a copy";
    case durability_errc::records_missing:
      return "records are missing; restore the files that held them from a copy";
    case durability_errc::newer_format:
      return "written by a newer version, which this one cannot read; run that version";
    case durability_errc::in_use: return "in use; stop that process or choose another directory";
    case durability_errc::foreign_directory:
      return "neither empty nor a checkpoint directory (it has no file named initialised); choose "
             "another directory, or restore all of it from a copy";
    case durability_errc::checkpoints_missing:
      return "checkpoints were committed here, but they are gone; restore the files from a copy, "
             "or set if_unusable to start_fresh to go on without them";
    case durability_errc::no_checkpoint_usable:
      return "no checkpoint can be used; restore the files from a copy, or set if_unusable to "
             "start_fresh to go on without them";
  }
  return "unknown";
}

class category final : public std::error_category {
 public:
  char const* name() const noexcept override { return "sluice durability"; }
  std::string message(int code) const override { return text(static_cast<durability_errc>(code)); }
};

}  // namespace

std::error_category const& durability_category() noexcept {
  static category const only;
  return only;
}

std::error_code make_error_code(durability_errc code) noexcept {
  return {static_cast<int>(code), durability_category()};
}

}  // namespace sluice
