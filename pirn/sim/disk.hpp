// disk: a simulated host's files: in memory, and after a power cut as a disk would have them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pirn/base/random.hpp"
#include "pirn/core/file_tree.hpp"
#include "pirn/sim/event_queue.hpp"
#include "pirn/sim/file_content.hpp"

namespace pirn::sim {

struct disk_options {
  std::uint64_t capacity_bytes = 0;  ///< of all files together; 0: no limit
  double failure = 0;                ///< the chance that a read, a write or a sync ends with EIO
};

/// A file system of directories and regular files, without links. What was written is on the disk
/// after fsync of the file; that a file was made, renamed or removed, after fsync of a directory:
/// these go to the disk in their order, as a journal has them, and all up to then. A power cut
/// takes some of the rest, by lot.
///
/// Threads: one.
class disk final : public file_tree {
 public:
  disk(const event_queue& clock, const random_source& lots);
  disk(disk&&) = delete;  // drivers point at it
  ~disk();

  void perform(open_operation& request) noexcept override;
  void perform(read_operation& request) noexcept override;
  void perform(write_operation& request) noexcept override;
  void perform(fsync_operation& request) noexcept override;
  void perform(close_operation& request) noexcept override;
  void perform(rename_operation& request) noexcept override;
  void perform(unlink_operation& request) noexcept override;
  void perform(make_directory_operation& request) noexcept override;
  void perform(stat_operation& request) noexcept override;
  std::expected<std::string, std::error_code> canonical(const std::string& path) override;
  std::expected<std::vector<directory_entry>, std::error_code> entries(
      const std::string& path) override;

  const disk_options& options() const noexcept { return options_; }
  /// Holds for requests from now on.
  void set_options(const disk_options& options) noexcept { options_ = options; }

  // From outside the simulation.
  /// Puts a file there, on the disk, with the directories above it.
  void put(std::string_view path, std::string_view text);
  /// What a file holds now; nothing when there is none.
  std::optional<std::string> text_of(std::string_view path) const;
  std::size_t open_files() const noexcept;
  /// Of all files that have a name.
  std::uint64_t used_bytes() const;

  /// From now on all requests fail, until lose_power(): their host is going down.
  void cut_off() noexcept { is_cut_off_ = true; }
  /// Cuts the power: open files are closed, and of what is not on the disk by lot some is lost.
  void lose_power();

 private:
  struct node;
  using node_ptr = std::shared_ptr<node>;  // of directories, as they are and on the disk, and opens
  struct open_file {
    node_ptr what;
    open_mode mode;
    std::uint64_t position = 0;
  };
  /// Where a path leads: the directory, the last name in it, and what is there, if anything is.
  struct place {
    node_ptr directory;
    std::string name;
    node_ptr found;
    int error = 0;
  };
  /// A name that was given to a node, or, with null, taken away.
  struct naming {
    node_ptr directory;
    std::string name;
    node_ptr what;
  };
  using change = std::vector<naming>;  // at once: a rename is two

  place find(std::string_view path) const;
  node_ptr make_node(bool is_directory, unsigned permissions);
  void name_it(change made);
  static void apply(const change& made, bool on_disk);
  void commit();
  int try_open(open_operation& request);
  int try_rename(const std::string& from, const std::string& to);
  int write_to(open_file& file, const write_operation& request);
  open_file* opened(file_id file) noexcept;
  bool fails() noexcept { return options_.failure > 0 && lots_.uniform() < options_.failure; }
  void restore(node& directory);

  const event_queue& clock_;
  random_source lots_;
  disk_options options_;
  node_ptr root_;
  std::vector<change> journal_;  // what is not on the disk yet
  std::vector<std::optional<open_file>> open_files_;
  std::uint64_t last_inode_ = 0;
  bool is_cut_off_ = false;
};

}  // namespace pirn::sim
