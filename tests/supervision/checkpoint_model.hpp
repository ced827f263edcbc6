// What a checkpoint store promises, as plain maps, and a store that is compared with it.
#pragma once

#include <doctest/doctest.h>
#include <map>
#include <memory>
#include <sluice/supervision/world.hpp>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint_scene.hpp"
#include "disk_faults.hpp"

namespace sluice::tests {

class checkpoint_model {
 public:
  explicit checkpoint_model(std::uint64_t seed) : at_{seed} {}

  checkpoint_scene& scene() { return at_; }
  bool is_open() const { return store_ != nullptr; }
  io_error const& refusal() const { return refusal_; }
  checkpoint_id confirmed() const { return confirmed_.empty() ? 0 : confirmed_.back(); }
  void drop() { store_.reset(); }

  // Opens and compares; false if the store refused. With `rotten`, falling back is right as well.
  bool open(bool rotten = false) {
    store_.reset();
    auto opened = at_.try_open();
    if (!opened) {
      refusal_ = opened.error();
      closed_ = closing::perhaps;  // the marker may have gone before something failed
      return false;
    }
    store_ = std::move(*opened);
    compare(rotten);
    closed_ = closing::no;
    if (!rotten) adopt();
    return true;
  }

  bool commit() {
    ++made_;
    auto draft = store_->begin();
    auto const id = draft.id();
    CHECK(id > confirmed());
    // A draft that a crash has left nothing of may have had the same id.
    auto& attempt = attempts_[id] = {.content = {}, .with = {{"made", std::to_string(made_)}}};
    for (auto const* name : {"left", "right"}) {
      auto const bytes = name + std::to_string(made_) + std::string(made_ * 13 % 70, '.');
      attempt.content.emplace(name, bytes);
      if (!draft.add(name, bytes)) return false;
    }
    if (!draft.commit(attempt.with)) return false;
    confirmed_.push_back(id);
    CHECK(store_->current()->id == id);
    return true;
  }
  void abandon() { static_cast<void>(store_->begin().add("left", "over")); }
  bool close() {
    closed_ = closing::perhaps;
    auto const done = store_->close().has_value();
    if (done) closed_ = closing::certainly;
    store_.reset();
    return done;
  }

 private:
  enum class closing { no, perhaps, certainly };
  struct attempted {
    blobs content;
    values with;
  };

  void compare(bool rotten) {
    auto const& decision = store_->decision();
    auto const id = decision.restored.value_or(0);
    auto const* current = store_->current();
    CHECK((current ? current->id : 0) == id);
    CHECK_FALSE(decision.discarded);
    CHECK_FALSE((decision.fresh && initialised_));
    if (!rotten) {
      CHECK(decision.skipped.empty());
      CHECK(decision.note.empty());
      CHECK(id >= confirmed());
      if (closed_ == closing::certainly) CHECK(decision.clean);
    } else if (id < confirmed()) {
      CHECK_FALSE(decision.skipped.empty());
      CHECK(confirmed_.size() > 1);
      CHECK(id == confirmed_[confirmed_.size() - 2]);
    }
    if (closed_ == closing::no) CHECK_FALSE(decision.clean);
    if (current == nullptr) return;
    REQUIRE(attempts_.contains(id));
    CHECK(current->values == attempts_[id].with);
    CHECK(current->blobs.size() == attempts_[id].content.size());
    for (auto const& [name, bytes] : attempts_[id].content) {
      auto const read = store_->read(name);
      // A fault that waits may hit this reading, but what is read is right.
      CHECK((read ? *read == bytes : read.error().code != durability_errc::damaged));
    }
    if (!rotten) compare_previous(id);
  }

  // The confirmed checkpoint before the current one is there to fall back to.
  void compare_previous(checkpoint_id current) {
    auto before = confirmed_;
    while (!before.empty() && before.back() >= current) before.pop_back();
    if (before.empty()) return;
    REQUIRE(store_->previous() != nullptr);
    CHECK(store_->previous()->id >= before.back());
    CHECK(store_->previous()->values == attempts_[store_->previous()->id].with);
  }

  void adopt() {
    initialised_ = true;
    confirmed_.clear();
    if (auto const* previous = store_->previous()) confirmed_.push_back(previous->id);
    if (auto const* current = store_->current()) confirmed_.push_back(current->id);
  }

  checkpoint_scene at_;
  std::unique_ptr<checkpoint_store> store_;
  io_error refusal_{};
  std::map<checkpoint_id, attempted> attempts_;
  std::vector<checkpoint_id> confirmed_;
  std::uint64_t made_ = 0;
  bool initialised_ = false;
  closing closed_ = closing::no;
};

// Three lives of a process; the first and the last are closed cleanly. Stops where something fails,
// or with `carry_on` goes on. True if it came to its end.
inline bool reference_run(checkpoint_model& model, bool carry_on) {
  for (int life = 0; life < 3; ++life) {
    while (!model.open())
      if (!carry_on) return false;
    for (int i = 0; i < 2; ++i)
      if (!model.commit() && !carry_on) return false;
    model.abandon();
    if (!model.commit() && !carry_on) return false;
    if (life != 1 && !model.close() && !carry_on) return false;
  }
  return true;
}

}  // namespace sluice::tests
