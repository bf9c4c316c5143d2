#include "pirn/sim/disk.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

namespace pirn::sim {

namespace {

constexpr int first_number = 3;  // as if the standard streams were there

}  // namespace

struct disk::node {
  bool is_directory = false;
  unsigned permissions = 0;
  std::uint64_t inode = 0;
  std::int64_t modified_ns = 0;
  file_content content;
  std::map<std::string, node_ptr, std::less<>> entries;  // of a directory, as they are
  std::map<std::string, node_ptr, std::less<>> entries_on_disk;
};

disk::disk(const event_queue& clock, const random_source& lots)
    : clock_(clock), lots_(lots.split("disk")), root_(make_node(true, 0755)) {
  name_it({{root_, "tmp", make_node(true, 01777)}});
  commit();
}

disk::~disk() = default;

disk::node_ptr disk::make_node(bool is_directory, unsigned permissions) {
  auto made = std::make_shared<node>();
  made->is_directory = is_directory;
  made->permissions = permissions;
  made->inode = ++last_inode_;
  made->modified_ns = clock_.now().time_since_epoch().count();
  return made;
}

// ---- names ----

// A path that does not begin at the root does so all the same: hosts have no other directory.
disk::place disk::find(std::string_view path) const {
  place at{.directory = root_, .name = {}, .found = root_, .error = path.empty() ? ENOENT : 0};
  if (is_cut_off_) at.error = EIO;
  std::vector<node_ptr> above;
  for (std::size_t begin = 0; begin < path.size() && at.error == 0;) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view name = path.substr(begin, end - begin);
    begin = end + 1;
    if (name.empty() || name == ".") continue;
    if (at.found == nullptr) {
      at.error = ENOENT;
    } else if (!at.found->is_directory) {
      at.error = ENOTDIR;
    } else if (name == "..") {
      if (!above.empty()) at.found = std::exchange(above.back(), nullptr);
      if (!above.empty()) above.pop_back();
      at.name.clear();
    } else {
      above.push_back(at.found);
      at.directory = at.found;
      at.name = name;
      const auto known = at.directory->entries.find(name);
      at.found = known == at.directory->entries.end() ? nullptr : known->second;
    }
  }
  return at;
}

void disk::name_it(change made) {
  apply(made, false);
  journal_.push_back(std::move(made));
}

void disk::apply(const change& made, bool on_disk) {
  for (const naming& each : made) {
    auto& entries = on_disk ? each.directory->entries_on_disk : each.directory->entries;
    if (each.what == nullptr) {
      entries.erase(each.name);
    } else {
      entries[each.name] = each.what;
    }
  }
}

void disk::commit() {
  for (const change& each : journal_) apply(each, true);
  journal_.clear();
}

void disk::perform(make_directory_operation& request) noexcept {
  const place at = find(request.path);
  request.result = at.error != 0 ? -at.error : at.found != nullptr ? -EEXIST : 0;
  if (request.result == 0) {
    name_it({{at.directory, at.name, make_node(true, request.permissions)}});
  }
}

void disk::perform(unlink_operation& request) noexcept {
  const place at = find(request.path);
  request.result = -at.error;
  if (at.error != 0) return;
  if (at.found == nullptr) {
    request.result = -ENOENT;
  } else if (at.name.empty()) {
    request.result = -EBUSY;
  } else if (at.found->is_directory != request.directory) {
    request.result = request.directory ? -ENOTDIR : -EISDIR;
  } else if (!at.found->entries.empty()) {
    request.result = -ENOTEMPTY;
  } else {
    name_it({{at.directory, at.name, nullptr}});
  }
}

void disk::perform(rename_operation& request) noexcept {
  request.result = -try_rename(request.from, request.to);
}

int disk::try_rename(const std::string& from, const std::string& to) {
  const place old = find(from);
  const place fresh = find(to);
  if (old.error != 0 || fresh.error != 0) return old.error != 0 ? old.error : fresh.error;
  if (old.found == nullptr) return ENOENT;
  if (old.name.empty() || fresh.name.empty()) return EBUSY;
  if (old.found == fresh.found) return 0;
  if (fresh.found != nullptr) {
    if (fresh.found->is_directory && !old.found->is_directory) return EISDIR;
    if (!fresh.found->is_directory && old.found->is_directory) return ENOTDIR;
    if (!fresh.found->entries.empty()) return ENOTEMPTY;
  }
  if (old.found->is_directory && (to + "/").starts_with(from + "/")) return EINVAL;
  name_it({{old.directory, old.name, nullptr}, {fresh.directory, fresh.name, old.found}});
  return 0;
}

// ---- files ----

disk::open_file* disk::opened(file_id file) noexcept {
  const auto index = static_cast<std::size_t>(static_cast<int>(file) - first_number);
  if (is_cut_off_ || index >= open_files_.size() || !open_files_[index]) return nullptr;
  return &*open_files_[index];
}

std::size_t disk::open_files() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(open_files_, [](const auto& each) { return each.has_value(); }));
}

void disk::perform(open_operation& request) noexcept {
  request.result = -try_open(request);
}

int disk::try_open(open_operation& request) {
  const open_mode& mode = request.mode;
  place at = find(request.path);
  if (at.error != 0) return at.error;
  if (at.found == nullptr) {
    if (!mode.create) return ENOENT;
    at.found = make_node(false, mode.permissions);
    name_it({{at.directory, at.name, at.found}});
  } else if (mode.create && mode.exclusive) {
    return EEXIST;
  }
  if (at.found->is_directory && mode.write) return EISDIR;
  if (!at.found->is_directory && mode.directory) return ENOTDIR;
  if (mode.truncate && mode.write && at.found->content.size() > 0) {
    at.found->content.truncate(0);
  }
  auto free = std::ranges::find_if(open_files_, [](const auto& each) { return !each; });
  if (free == open_files_.end()) free = open_files_.emplace(free);
  *free = open_file{at.found, mode};
  request.opened = file_id{first_number + static_cast<int>(free - open_files_.begin())};
  return 0;
}

void disk::perform(close_operation& request) noexcept {
  open_file* file = opened(request.file);
  request.result = file == nullptr ? -EBADF : 0;
  if (file != nullptr) {
    open_files_[static_cast<std::size_t>(static_cast<int>(request.file) - first_number)].reset();
  }
}

void disk::perform(read_operation& request) noexcept {
  open_file* file = opened(request.file);
  if (file == nullptr || !file->mode.read) {
    request.result = -EBADF;
  } else if (file->what->is_directory) {
    request.result = -EISDIR;
  } else if (fails()) {
    request.result = -EIO;
  } else {
    const bool at_position = request.offset < 0;
    const auto offset = at_position ? file->position : static_cast<std::uint64_t>(request.offset);
    const std::size_t count = file->what->content.read(offset, request.into);
    if (at_position) file->position += count;
    request.result = static_cast<int>(count);
  }
}

void disk::perform(write_operation& request) noexcept {
  open_file* file = opened(request.file);
  if (file == nullptr || !file->mode.write) {
    request.result = -EBADF;
  } else if (fails()) {
    request.result = -EIO;
  } else {
    request.result = write_to(*file, request);
  }
}

int disk::write_to(open_file& file, const write_operation& request) {
  file_content& content = file.what->content;
  const bool at_position = request.offset < 0;
  std::uint64_t offset = at_position ? file.position : static_cast<std::uint64_t>(request.offset);
  if (file.mode.append) offset = content.size();
  std::span<const std::byte> from = request.from;
  if (options_.capacity_bytes > 0) {
    const std::uint64_t room =
        options_.capacity_bytes - std::min(used_bytes(), options_.capacity_bytes);
    const std::uint64_t end_max = content.size() + room;
    if (offset >= end_max && !from.empty()) return -ENOSPC;
    from = from.first(std::min<std::size_t>(from.size(), end_max - offset));
  }
  content.write(offset, from);
  file.what->modified_ns = clock_.now().time_since_epoch().count();
  if (at_position || file.mode.append) file.position = offset + from.size();
  return static_cast<int>(from.size());
}

void disk::perform(fsync_operation& request) noexcept {
  open_file* file = opened(request.file);
  request.result = file == nullptr ? -EBADF : fails() ? -EIO : 0;
  if (request.result != 0) return;
  if (!file->what->is_directory) return file->what->content.sync();
  commit();
}

void disk::perform(stat_operation& request) noexcept {
  node_ptr found;
  if (request.file == file_id::none) {
    const place at = find(request.path);
    found = at.found;
    request.result = at.error != 0 ? -at.error : found == nullptr ? -ENOENT : 0;
  } else {
    open_file* file = opened(request.file);
    if (file != nullptr) found = file->what;
    request.result = file == nullptr ? -EBADF : 0;
  }
  if (request.result != 0) return;
  request.status = {
      .type = found->is_directory ? file_status::kind::directory : file_status::kind::regular,
      .permissions = found->permissions,
      .size_bytes = found->content.size(),
      .modified_ns = found->modified_ns,
      .inode = found->inode,
      .device = 1,
  };
}

std::expected<std::string, std::error_code> disk::canonical(const std::string& path) {
  const place at = find(path);
  const int error = at.error == 0 && at.found == nullptr ? ENOENT : at.error;
  if (error != 0) return std::unexpected(std::error_code(error, std::generic_category()));
  std::string real = std::filesystem::path("/" + path).lexically_normal().string();
  real.erase(0, std::min(real.find_first_not_of('/'), real.size()));
  if (real.ends_with('/')) real.pop_back();
  return "/" + real;
}

std::expected<std::vector<directory_entry>, std::error_code> disk::entries(
    const std::string& path) {
  const place at = find(path);
  int error = at.error == 0 && at.found == nullptr ? ENOENT : at.error;
  if (error == 0 && !at.found->is_directory) error = ENOTDIR;
  if (error != 0) return std::unexpected(std::error_code(error, std::generic_category()));
  std::vector<directory_entry> all;
  for (const auto& [name, each] : at.found->entries) {
    using enum file_status::kind;
    all.push_back({name, each->is_directory ? directory : regular});
  }
  return all;
}

// ---- from outside ----

void disk::put(std::string_view path, std::string_view text) {
  for (std::size_t end = path.find('/', 1); end < path.size(); end = path.find('/', end + 1)) {
    const place at = find(path.substr(0, end));
    if (at.found == nullptr) name_it({{at.directory, at.name, make_node(true, 0755)}});
  }
  place at = find(path);
  if (at.found == nullptr) {
    at.found = make_node(false, 0644);
    name_it({{at.directory, at.name, at.found}});
  }
  at.found->content.truncate(0);
  at.found->content.write(0, std::as_bytes(std::span(text)));
  at.found->content.sync();
  commit();
}

std::optional<std::string> disk::text_of(std::string_view path) const {
  const place at = find(path);
  if (at.error != 0 || at.found == nullptr || at.found->is_directory) return std::nullopt;
  return at.found->content.text();
}

// The journal arrives up to some place; then each file loses what it has not synced.
void disk::lose_power() {
  is_cut_off_ = false;
  open_files_.clear();
  const std::size_t arrived = journal_.empty() ? 0 : lots_.below(journal_.size() + 1);
  for (std::size_t i = 0; i < arrived; ++i) apply(journal_[i], true);
  journal_.clear();
  restore(*root_);
}

void disk::restore(node& directory) {
  directory.entries = directory.entries_on_disk;
  for (auto& [name, each] : directory.entries) {
    if (each->is_directory) {
      restore(*each);
    } else {
      each->content.lose_power(lots_);
    }
  }
}

std::uint64_t disk::used_bytes() const {
  std::uint64_t used = 0;
  std::vector<const node*> todo{root_.get()};
  while (!todo.empty()) {
    const node& each = *todo.back();
    todo.pop_back();
    used += each.content.size();
    for (const auto& [name, below] : each.entries) todo.push_back(below.get());
  }
  return used;
}

}  // namespace pirn::sim
