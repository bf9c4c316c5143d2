#include "journal.hpp"

#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "byte_fields.hpp"
#include "codec.hpp"
#include "frame.hpp"

namespace pirn::apps::kv {

namespace {

// A record begins with the index of its entry, or with 0 when it is a ballot.
constexpr log_index is_ballot = 0;

std::string record_of(const ballot& now) {
  field_writer out;
  out.fields(is_ballot, now.term, now.vote);
  return out.take();
}

std::string record_of(log_index index, const entry& one) {
  field_writer out;
  out.fields(index);
  return out.take() + encoded(one);
}

std::runtime_error no_journal(const std::string& path, std::string_view why) {
  return std::runtime_error("journal " + path + ": " + std::string(why));
}

task<std::string> content_of(std::string path) {
  std::string content;
  io::file in = co_await io::open(path);
  const file_status status = co_await in.status();
  if (status.type != file_status::kind::regular) throw no_journal(path, "is no regular file");
  content.resize(status.size_bytes);
  std::size_t done = 0;
  for (std::size_t count = 1; done < content.size() && count > 0; done += count) {
    count = co_await in.read(std::as_writable_bytes(std::span(content)).subspan(done));
  }
  content.resize(done);
  co_await in.close();
  co_return content;
}

task<std::string> content_if_any(std::string path) {
  std::string content;
  try {
    content = co_await content_of(std::move(path));
  } catch (const std::system_error& failed) {
    if (failed.code() != std::errc::no_such_file_or_directory) throw;
  }
  co_return content;
}

// A new name, too, is lost in a crash until its directory is synced.
task<> sync_directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  std::string name = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  io::file directory = co_await io::open(std::move(name), {.read = true, .directory = true});
  co_await directory.sync();
  co_await directory.close();
}

}  // namespace

journal::journal(std::string path, const std::string& content) : path_(std::move(path)) {
  std::string_view left = content;
  while (const std::optional<std::string_view> record = take_frame(left)) {
    log_index index = 0;
    field_reader(record->substr(0, sizeof index)).fields(index);
    const std::string_view rest = record->substr(sizeof index);
    if (index == is_ballot) {
      field_reader in(rest);
      in.fields(ballot_.term, ballot_.vote);
    } else {
      if (index - 1 > entries_.size()) field_reader::fail();
      entries_.resize(index - 1);
      entries_.push_back(decoded_entry(rest));
    }
  }
  // One that was made here has a ballot before it has its name.
  if (left.size() == content.size() && !content.empty()) {
    throw no_journal(path_, "holds something else, or is damaged from its beginning on");
  }
}

task<journal> journal::open(std::string path) {
  const std::string content = co_await content_if_any(path);
  journal opened(std::move(path), content);
  co_await opened.write_anew();
  co_return opened;
}

task<> journal::write_anew() {
  add(ballot_);
  for (std::size_t i = 0; i < entries_.size(); ++i) add(i + 1, entries_[i]);
  const std::string partial = path_ + ".new";
  file_ = co_await io::open(partial, {.write = true, .create = true, .truncate = true});
  co_await flush(true);
  co_await io::rename(partial, path_);
  co_await sync_directory_of(path_);
}

void journal::add(const ballot& now) {
  add_frame(unwritten_, record_of(now));
}

void journal::add(log_index index, const entry& one) {
  add_frame(unwritten_, record_of(index, one));
}

task<> journal::flush(bool sync) {
  const std::string bytes = std::exchange(unwritten_, {});
  co_await file_->write_all(std::as_bytes(std::span(bytes)));
  if (sync) co_await file_->sync();
}

}  // namespace pirn::apps::kv
