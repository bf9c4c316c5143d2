// journal: what a node must not forget, in a file: its term, its vote, its log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "message.hpp"
#include "pirn/core/task.hpp"
#include "pirn/io/file.hpp"

namespace pirn::apps::kv {

/// In which term a node is, and for whom it has voted there.
struct ballot {
  term_number term = 0;
  std::optional<node_id> vote;

  bool operator==(const ballot&) const = default;
};

/// A file to which only is added. An entry with a place in the log that is taken replaces that one
/// and all behind it.
///
/// A crash in the midst of writing leaves a tail that no frame explains. It was not synced, so
/// nobody was told of it: open() leaves it out. It writes the file anew at each start, beside it
/// first, so that what had been torn cannot seem whole behind what is written next.
class journal {
 public:
  /// Opens or makes the file, in a directory that is there.
  /// Throws: std::system_error; std::runtime_error when it is another file than a journal.
  static task<journal> open(std::string path);

  // What was in it.
  const ballot& saved_ballot() const noexcept { return ballot_; }
  std::vector<entry> take_entries() noexcept { return std::move(entries_); }

  // These keep in mind what flush() writes.
  void add(const ballot& now);
  void add(log_index index, const entry& one);
  /// Writes what was added, and with `sync` comes back when it survives a crash.
  /// Throws: std::system_error; then nothing is known of the file, and the node has to end.
  task<> flush(bool sync);

 private:
  journal(std::string path, const std::string& content);
  task<> write_anew();

  std::string path_;
  std::optional<io::file> file_;
  std::string unwritten_;
  ballot ballot_;
  std::vector<entry> entries_;
};

}  // namespace pirn::apps::kv
