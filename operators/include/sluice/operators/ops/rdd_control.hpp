/// Where an rdd is kept, and what it is computed from. Lazy: an action does what is asked for here.
#pragma once

#include <sluice/operators/keeping.hpp>
#include <sluice/operators/ops/join_ops.hpp>
#include <sluice/operators/partition_codec.hpp>

namespace sluice::ops {

template <class T, class Pipe>
class rdd_control : public join_ops<rdd, T, Pipe> {
  using base = join_ops<rdd, T, Pipe>;
  using record = owned_t<T>;

 public:
  /// Keeps the records in memory once a job has computed them, for all jobs that follow.
  /// @shape   rdd<T> -> rdd<owned T>
  /// @emits   the records in their order
  /// @empty   empty stays empty
  /// @fails   never by itself; it calls no function
  /// @cost    memory O(records), within `options.storage.memory`, until `unpersist` or until the
  ///          last handle on it is gone; what finds no room is computed again
  /// @source  Spark cache; differs: use the handle that is returned
  /// @example auto kept = names.map(to_upper).cache();
  ///          auto n = kept.count();
  [[nodiscard]] auto cache() const { return keeping("cache", sluice::storage_level::memory_only); }
  /// Keeps the records in memory, as `cache`.
  /// @shape   rdd<T> -> rdd<owned T>
  /// @emits   the records in their order
  /// @empty   empty stays empty
  /// @fails   never by itself; it calls no function
  /// @cost    as `cache`
  /// @source  Spark persist; differs: use the handle that is returned
  /// @example auto kept = names.persist();
  [[nodiscard]] auto persist() const {
    return keeping("persist", sluice::storage_level::memory_only);
  }
  /// Keeps the records where `level` says once a job has computed them.
  /// @param   level  memory, disk or both; the least recently used partitions have to go first
  /// @throws  usage_error if the level is `none`
  /// @fails   never by itself; a partition that disk does not take, or gives back damaged, is
  ///          computed again, logged and counted in `streaming_context::storage()`
  /// @cost    as `cache`; disk O(records that are there), each encoded once
  /// @example auto kept = names.persist(storage_level::memory_and_disk);
  [[nodiscard]] auto persist(sluice::storage_level level) const {
    check_codec();
    detail::check_level(level);
    return keeping("persist", level, &partition_codec_of<record>::value);
  }
  /// Frees what `cache` or `persist` keeps; from now on every job computes it again.
  /// @shape   result of cache -> nothing
  /// @emits   nothing; no job runs
  /// @empty   frees empty partitions too
  /// @throws  usage_error if this handle is not one that `cache` or `persist` returned
  /// @fails   never; it calls no function
  /// @source  Spark unpersist; differs: the handle cannot keep its records again
  /// @example auto kept = names.cache();
  ///          auto n = kept.count();
  ///          kept.unpersist();
  void unpersist() const { detail::unpersist(this->at_); }
  /// Where the records are kept.
  /// @shape   rdd<T> -> storage_level
  /// @emits   the level of the handle that `cache` or `persist` returned, else `none`
  /// @empty   as ever; the records do not matter
  /// @fails   never; it calls no function
  /// @source  Spark getStorageLevel
  /// @example auto level = names.cache().storage_level();
  sluice::storage_level storage_level() const { return detail::level_of(this->at_); }

  /// Writes the records to a durable directory with the first job that computes them; from then on
  /// they are read from there, and what they were computed from is forgotten.
  /// @shape   rdd<T> -> rdd<owned T>
  /// @emits   the records in their order
  /// @empty   empty partitions are written too
  /// @throws  usage_error without a checkpoint directory; runtime_failure if a directory cannot be
  ///          made in it
  /// @fails   a file that cannot be written fails the job, and the next one tries again; one that
  ///          cannot be read afterwards fails the job with a runtime_failure that names it
  /// @cost    disk O(records); every job reads them, unless they are also kept in memory
  /// @source  Spark checkpoint; differs: use the handle that is returned; one that is kept stays
  ///          kept; nothing is computed twice; the files stay when the program ends
  /// @example auto saved = names.map(to_upper).checkpoint();
  ///          auto n = saved.count();
  [[nodiscard]] auto checkpoint() const {
    check_codec();
    auto& services = this->at_.owner->services();
    auto kept = [&] {
      if constexpr (is_identity<Pipe> && std::is_same_v<T, record>)
        if (this->at_.from->kept) return this->at_;
      return keeping("checkpoint", sluice::storage_level::none).position();
    }();
    detail::mark_checkpoint(services, *kept.from, &partition_codec_of<record>::value);
    return this->template on<record>(std::move(kept.from));
  }
  /// Whether the checkpoint is there.
  /// @shape   rdd<T> -> bool
  /// @emits   true once a job has written the checkpoint of this handle
  /// @empty   as ever; the records do not matter
  /// @fails   never; it calls no function
  /// @source  Spark isCheckpointed
  /// @example auto done = names.checkpoint().is_checkpointed();
  bool is_checkpointed() const { return detail::checkpoint_of(this->at_).has_value(); }
  /// Where the checkpoint is.
  /// @shape   rdd<T> -> std::optional<std::string>
  /// @emits   the directory, once a job has written the checkpoint of this handle
  /// @empty   as ever; the records do not matter
  /// @fails   never; it calls no function
  /// @source  Spark getCheckpointFile
  /// @example auto directory = names.checkpoint().checkpoint_file();
  std::optional<std::string> checkpoint_file() const { return detail::checkpoint_of(this->at_); }

  /// What the rdd is computed from directly.
  /// @shape   rdd<T> -> std::vector<dependency>
  /// @emits   one entry per operator it takes records from; none for data and for a checkpoint
  /// @empty   as ever; the records do not matter
  /// @fails   never; it calls no function
  /// @source  Spark dependencies; differs: names and numbers instead of rdds
  /// @example auto of = names.distinct().dependencies();
  std::vector<dependency> dependencies() const { return detail::dependencies_of(this->at_); }
  /// How many partitions there are.
  /// @shape   rdd<T> -> std::size_t
  /// @emits   nothing; no job runs
  /// @empty   counts empty partitions too
  /// @fails   never; it calls no function
  /// @source  Spark getNumPartitions
  /// @example auto n = names.num_partitions();
  std::size_t num_partitions() const { return this->at_.from->partitions; }
  /// What the rdd is computed from, one line per node, the last one first.
  /// @shape   rdd<T> -> std::string
  /// @emits   text; no job runs
  /// @empty   as ever; the records do not matter
  /// @fails   never; it calls no function
  /// @source  Spark toDebugString; differs: its own text
  /// @example std::cout << names.distinct().debug_string();
  std::string debug_string() const { return detail::lineage(this->at_); }

 protected:
  using base::base;

 private:
  static constexpr void check_codec() {
    static_assert(has_codec<record>,
                  "persist(level) and checkpoint() may write records to disk, and this type has no "
                  "codec: use cache(), or give it one (specialise sluice::codec, or describe its "
                  "members by BOOST_DESCRIBE_CLASS)");
  }

  auto keeping(char const* kind, sluice::storage_level level,
               partition_codec const* codec = nullptr) const {
    return this->template on<record>(
        detail::make_keeping_node(this->at_.owner->services(), this->op(kind),
                                  detail::materialised_edge<record>(this->at_), level, codec));
  }
};

}  // namespace sluice::ops
