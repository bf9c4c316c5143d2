// What the contract's tests share, and the list of drivers that they run for.
#include "pirn/core/driver_contract_test.hpp"

#include <unistd.h>

#include "pirn/platform/epoll_driver.hpp"
#include "pirn/platform/kernel_files.hpp"
#include "pirn/platform/uring_driver.hpp"
#include "pirn/sim/virtual_driver.hpp"

namespace pirn::contract {

namespace {

driver_setup epoll_inline() {
  return {.thread = nullptr, .made = make_epoll_driver({.files = kernel_files()})};
}

driver_setup epoll_with_thread() {
  auto thread = std::make_unique<one_thread>();
  epoll_options options{.files = kernel_files(), .runner = thread.get()};
  return {.thread = std::move(thread), .made = make_epoll_driver(options)};
}

driver_setup uring() {
  return {.thread = nullptr, .made = std::move(*make_uring_driver())};
}

// Too few buffers, short queues, completions at any system call.
driver_setup poor_uring() {
  uring_options options{.submissions = 4,
                        .completions = 8,
                        .buffer_size_bytes = 1024,
                        .buffers_at_first = 1,
                        .buffers_at_most = 2,
                        .deferred_work = false};
  return {.thread = nullptr, .made = std::move(*make_uring_driver(options))};
}

driver_setup uring_without_multishot() {
  return {.thread = nullptr, .made = std::move(*make_uring_driver({.multishot = false}))};
}

driver_setup virtual_time() {
  return {.thread = nullptr,
          .made = std::make_unique<virtual_driver>(virtual_options{.files = &kernel_files()})};
}

// Far away over a thin line, with a slow disk.
driver_setup slow_virtual_time() {
  virtual_options options{
      .seed = 5,
      .network = {.way = {.latency = std::chrono::milliseconds(3),
                          .jitter = std::chrono::milliseconds(2),
                          .bandwidth_bytes_per_second = 200'000'000}},
      .files = &kernel_files(),
      .file_delay = std::chrono::milliseconds(1),
  };
  return {.thread = nullptr, .made = std::make_unique<virtual_driver>(options)};
}

}  // namespace

std::vector<driver_kind> kernel_drivers() {
  std::vector<driver_kind> kinds{{"epoll", epoll_inline}};
  if (probe_uring().usable()) {
    kinds.push_back({"io_uring", uring});
    kinds.push_back({"io_uring_with_little", poor_uring});
    kinds.push_back({"io_uring_without_multishot", uring_without_multishot});
  }
  return kinds;
}

std::vector<driver_kind> all_drivers() {
  std::vector<driver_kind> drivers = kernel_drivers();
  drivers.push_back({"virtual_time", virtual_time});
  drivers.push_back({"virtual_time_far_away", slow_virtual_time});
  return drivers;
}

std::vector<driver_kind> file_drivers() {
  std::vector<driver_kind> drivers = all_drivers();
  drivers.push_back({"epoll_with_a_file_thread", epoll_with_thread});
  return drivers;
}

void driver_contract::poll_once() {
  bool may_block = mail_.about_to_sleep();
  driver_.poll(may_block ? driver_.now() + std::chrono::seconds(1) : driver_.now());
  mail_.woke_up();
  mail_.deliver();
}

void driver_contract::poll_some() {
  for (int i = 0; i < 8; ++i) {
    driver_.poll(driver_.now() + std::chrono::milliseconds(driver_.is_virtual() ? 100 : 0));
    mail_.deliver();
  }
}

socket_ptr driver_contract::listen(const listen_options& options) {
  auto listener = driver_.listen(endpoint::ipv4({127, 0, 0, 1}, 0), options);
  EXPECT_TRUE(listener.has_value()) << listener.error().message();
  return std::move(*listener);
}

connection driver_contract::connect_to(socket& listener, const stream_options& options) {
  connect outgoing;
  outgoing.remote = listener.local();
  outgoing.options = options;
  start(outgoing);
  accept incoming;
  incoming.listener = &listener;
  start(incoming);
  EXPECT_EQ(finish(outgoing), 0);
  EXPECT_EQ(finish(incoming), 0);
  return {std::move(outgoing.connected), std::move(incoming.accepted)};
}

int driver_contract::send_text(socket& to, std::string_view text) {
  slice all = slice_of(text);
  send sending;
  sending.to = &to;
  sending.slices = {&all, 1};
  return carry_out(sending);
}

std::string driver_contract::receive_text(socket& from, std::size_t size_bytes) {
  std::string text;
  while (text.size() < size_bytes) {
    receive_leased receiving;
    receiving.from = &from;
    int result = carry_out(receiving);
    EXPECT_GE(result, 0);
    if (result <= 0) break;
    EXPECT_EQ(receiving.chunk.size(), static_cast<std::size_t>(result));
    text += receiving.chunk.text();
  }
  return text;
}

int driver_contract::receive_result(socket& from) {
  receive_leased receiving;
  receiving.from = &from;
  return carry_out(receiving);
}

driver_file_contract::driver_file_contract() {
  static int number = 0;
  directory_ = ::testing::TempDir() + "pirn-driver-" + std::to_string(::getpid()) + "-" +
               std::to_string(++number);
  EXPECT_EQ(make_directory(directory_), 0);
}

driver_file_contract::~driver_file_contract() {
  while (!made_.empty()) {
    request<unlink_operation> removing;
    removing.path = made_.back();
    made_.pop_back();
    int result = carry_out(removing);
    if (result == 0 || result == -ENOENT) continue;
    request<unlink_operation> directory;
    directory.path = removing.path;
    directory.directory = true;
    EXPECT_EQ(carry_out(directory), 0) << removing.path;
  }
}

int driver_file_contract::open_result(const std::string& path, const open_mode& mode) {
  request<open_operation> opening;
  opening.path = path;
  opening.mode = mode;
  int result = carry_out(opening);
  if (result == 0) {
    EXPECT_EQ(close(opening.opened), 0);
  }
  return result;
}

file_id driver_file_contract::open(const std::string& path, const open_mode& mode) {
  request<open_operation> opening;
  opening.path = path;
  opening.mode = mode;
  EXPECT_EQ(carry_out(opening), 0) << path;
  if (mode.create) made_.push_back(path);
  return opening.opened;
}

int driver_file_contract::close(file_id file) {
  request<close_operation> closing;
  closing.file = file;
  return carry_out(closing);
}

int driver_file_contract::write_at(file_id file, std::string_view text, std::int64_t offset) {
  request<write_operation> writing;
  writing.file = file;
  writing.offset = offset;
  writing.from = std::as_bytes(std::span(text));
  return carry_out(writing);
}

std::string driver_file_contract::read_at(file_id file, std::size_t size_bytes,
                                          std::int64_t offset) {
  std::string text(size_bytes, '\0');
  request<read_operation> reading;
  reading.file = file;
  reading.offset = offset;
  reading.into = std::as_writable_bytes(std::span(text));
  int result = carry_out(reading);
  EXPECT_GE(result, 0);
  text.resize(static_cast<std::size_t>(std::max(result, 0)));
  return text;
}

int driver_file_contract::unlink(const std::string& path) {
  request<unlink_operation> removing;
  removing.path = path;
  return carry_out(removing);
}

int driver_file_contract::make_directory(const std::string& path) {
  request<make_directory_operation> making;
  making.path = path;
  int result = carry_out(making);
  if (result == 0) made_.push_back(path);
  return result;
}

void driver_file_contract::write_file(const std::string& path, std::string_view text) {
  file_id file = open(path, {.write = true, .create = true, .truncate = true});
  EXPECT_EQ(write_at(file, text, 0), static_cast<int>(text.size()));
  EXPECT_EQ(close(file), 0);
}

std::string driver_file_contract::read_file(const std::string& path) {
  file_id file = open(path, {.read = true});
  std::string text = read_at(file, 4096, 0);
  EXPECT_EQ(close(file), 0);
  return text;
}

file_status driver_file_contract::status_of(const std::string& path) {
  request<stat_operation> asking;
  asking.path = path;
  EXPECT_EQ(carry_out(asking), 0) << path;
  return asking.status;
}

int driver_file_contract::status_result(const std::string& path) {
  request<stat_operation> asking;
  asking.path = path;
  return carry_out(asking);
}

}  // namespace pirn::contract
