#include "flag_site.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/core.h>

#include "country_names.hpp"
#include "pirn/base/hash.hpp"
#include "pirn/core/sleep.hpp"

namespace pirn::apps {

namespace {

constexpr std::string_view extension = ".gif";

// A code as it stands in a path (`br`) the way countries are listed (`BR`); empty for what is none.
std::string code_in_path(std::string_view text) {
  std::string code;
  for (char c : text) {
    if (c < 'a' || c > 'z') return {};
    code += static_cast<char>(c - 'a' + 'A');
  }
  return code.size() == 2 ? code : std::string();
}

}  // namespace

flag_site::flag_site(const std::string& directory, const site_manners& manners)
    : files_(directory), manners_(manners) {
  routes_.get("/flags/{code}/{file}", [this](http::exchange& current) { return answer(current); });
}

double flag_site::draw(std::string_view path, std::string_view purpose) const noexcept {
  constexpr double full = 18446744073709551616.0;  // 2^64
  running_hash hash;
  hash.add(manners_.seed);
  hash.add(path);
  hash.add(purpose);
  return static_cast<double>(hash.value()) / full;
}

task<> flag_site::answer(http::exchange& current) const {
  const std::string path(current.request().path());
  if (draw(path, "delay") < manners_.delayed_share) co_await sleep_for(manners_.delay);
  if (draw(path, "error") < manners_.error_rate) {
    current.respond(http::status::service_unavailable, "503 Service Unavailable\n");
    co_return;
  }
  const std::string_view lower = current.parameter("code");
  const std::string_view file = current.parameter("file");
  const std::string code = code_in_path(lower);
  if (!code.empty() && file == std::string(lower) + std::string(extension)) {
    co_await files_.answer(current, std::string(file));
    co_return;
  }
  const auto name = country_name(code);
  if (name && file == "metadata.json") {
    current.respond(http::status::ok,
                    fmt::format("{{\"iso_cc\": \"{}\", \"country\": \"{}\"}}\n", code, *name),
                    "application/json");
    co_return;
  }
  current.respond(http::status::not_found, "404 Not Found\n");
}

std::vector<std::string> flag_codes_in(const std::string& directory) {
  std::error_code error;
  std::filesystem::directory_iterator entries(directory, error);
  if (error) {
    throw std::system_error(
        error, "flags in " + directory + " (install famfamfam-flag-gif, or give --flags-dir)");
  }
  std::vector<std::string> codes;
  for (const auto& entry : entries) {
    if (entry.path().extension() != extension) continue;
    std::string code = code_in_path(entry.path().stem().string());
    if (!code.empty()) codes.push_back(std::move(code));
  }
  std::ranges::sort(codes);
  return codes;
}

}  // namespace pirn::apps
