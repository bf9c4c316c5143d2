#include "flag_download.hpp"

#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>

#include "blocking_file.hpp"
#include "json_text.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/core/within.hpp"
#include "pirn/http/status.hpp"
#include "pirn/io/file.hpp"
#include "pirn/run/run.hpp"

namespace pirn::apps {

namespace {

constexpr std::size_t answer_max_bytes = 1024 * 1024;

/// The site answered with a status that is no success.
class http_status_error : public std::runtime_error {
 public:
  http_status_error(http::status status, const std::string& url)
      : std::runtime_error(status == http::status::not_found
                               ? "not found: " + url
                               : fmt::format("error: HTTP error {} - {}", http::to_int(status),
                                             http::reason(status))),
        status_(status) {}
  http::status status() const noexcept { return status_; }

 private:
  http::status status_;
};

task<std::string> get_text(http::client& client, std::string url, semaphore& permits) {
  auto permit = co_await permits.scoped_acquire();
  http::response answer = co_await client.get(url);
  std::string body = co_await answer.read_all(answer_max_bytes);
  if (!answer.ok()) throw http_status_error(answer.status(), url);
  co_return body;
}

// Throws when it does not get the flag.
task<fetched_flag> fetch_flag(http::client& client, const flag_order& order, std::string code,
                              semaphore& permits) {
  std::string lower = code;
  for (char& c : lower) c = static_cast<char>(c - 'A' + 'a');
  const std::string place = order.base_url + "/" + lower + "/";
  fetched_flag flag;
  flag.image = co_await get_text(client, place + lower + ".gif", permits);
  flag.result = {.code = code,
                 .fate = flag_fate::downloaded,
                 .file = code + ".gif",
                 .size_bytes = flag.image.size(),
                 .message = "OK"};
  if (order.with_country) {
    std::string metadata = co_await get_text(client, place + "metadata.json", permits);
    flag.result.file = flag_file_name(country_in_metadata(metadata), code);
  }
  co_return flag;
}

// What an exception of a download means. Requires: called in its handler.
flag_result result_of_exception(std::string code) {
  flag_result result{.code = std::move(code), .file = {}, .message = {}};
  try {
    throw;
  } catch (const http_status_error& error) {
    const bool missing = error.status() == http::status::not_found;
    result.fate = missing ? flag_fate::not_found : flag_fate::refused;
    result.message = error.what();
  } catch (const std::exception& error) {
    result.message = std::string("error: ") + error.what();
  }
  return result;
}

std::string path_of(const flag_order& order, const flag_result& downloaded) {
  return order.directory + "/" + downloaded.file;
}

task<> fetch_and_write(http::client& client, const flag_order& order, flag_result& result,
                       semaphore& permits) {
  fetched_flag flag = co_await fetch_flag(client, order, result.code, permits);
  co_await io::write_whole(path_of(order, flag.result), std::as_bytes(std::span(flag.image)));
  result = std::move(flag.result);
}

// Runs on a loop that exists for this one download.
task<fetched_flag> fetch_alone(const flag_order& order, std::string code, stop_switch& stop) {
  http::client client(client_options_of(order, 1));
  semaphore permits;
  cancel_scope until_stopped;
  const stop_switch::reach reach(stop, until_stopped);
  std::optional<fetched_flag> flag =
      co_await within(until_stopped, fetch_flag(client, order, std::move(code), permits));
  if (!flag) throw future_cancelled();
  co_return *std::move(flag);
}

// A thread that blocks needs no ring: epoll's loop is quicker to set up.
fetched_flag fetch_on_own_loop(const flag_order& order, const std::string& code,
                               stop_switch& stop) {
  const run_options options{.driver = driver_choice::epoll,
                            .handle_sigint = false,
                            .handle_sigterm = false,
                            .blocking_threads = 1};
  return run(options, fetch_alone, std::cref(order), code, std::ref(stop));
}

}  // namespace

http::client_options client_options_of(const flag_order& order, unsigned connections) {
  return {.response_timeout = order.patience,
          .read_timeout = order.patience,
          .idle_per_host_max = connections};
}

task<flag_result> download_flag(http::client& client, const flag_order& order, std::string code,
                                semaphore& permits) {
  flag_result result{.code = std::move(code), .file = {}, .message = {}};
  try {
    co_await fetch_and_write(client, order, result, permits);
  } catch (const std::exception&) {
    result = result_of_exception(std::move(result.code));
  }
  co_return result;
}

flag_result download_flag_blocking(const flag_order& order, std::string code, stop_switch& stop) {
  if (stop.is_stopped()) throw future_cancelled();
  try {
    fetched_flag flag = fetch_on_own_loop(order, code, stop);
    write_whole_blocking(path_of(order, flag.result), std::as_bytes(std::span(flag.image)));
    return std::move(flag.result);
  } catch (const future_cancelled&) {
    throw;
  } catch (const std::exception&) {
    return result_of_exception(std::move(code));
  }
}

fetched_flag fetch_flag_blocking(const flag_order& order, const std::string& code) {
  fetched_flag flag;
  try {
    stop_switch never;
    flag = fetch_on_own_loop(order, code, never);
  } catch (const std::exception&) {
    flag.result = result_of_exception(code);
  }
  return flag;
}

task<flag_result> store_flag(const flag_order& order, fetched_flag fetched) {
  flag_result result = std::move(fetched.result);
  if (result.fate != flag_fate::downloaded) co_return result;
  try {
    co_await io::write_whole(path_of(order, result), std::as_bytes(std::span(fetched.image)));
  } catch (const std::exception&) {
    result = result_of_exception(std::move(result.code));
  }
  co_return result;
}

std::string country_in_metadata(std::string_view json) {
  std::optional<std::string> country = find_json_string(json, "country");
  if (!country || country->empty()) {
    throw std::runtime_error("metadata.json names no country");
  }
  return *std::move(country);
}

std::string flag_file_name(std::string_view country, std::string_view code) {
  std::string name;
  for (char c : country) {
    const bool is_plain = c != ' ' && c != '/' && static_cast<unsigned char>(c) >= ' ';
    name += is_plain ? c : '_';
  }
  if (name.starts_with('.')) name.front() = '_';
  return fmt::format("{}-{}.gif", name, code);
}

}  // namespace pirn::apps
