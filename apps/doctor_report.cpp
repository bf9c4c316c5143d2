#include "doctor_report.hpp"

#include <chrono>
#include <optional>
#include <string_view>

#include <fmt/core.h>

#include "get_report.hpp"
#include "json_text.hpp"

namespace pirn::apps {

namespace {

std::string line(std::string_view head, std::string_view text) {
  return fmt::format("{:<14}  {}\n", head, text);
}

std::string size_text(std::uint64_t size_bytes) {
  return human_size(static_cast<double>(size_bytes));
}

double in_seconds(duration time) noexcept {
  return std::chrono::duration<double>(time).count();
}

std::string limit_text(const std::optional<std::uint64_t>& size_bytes) {
  return size_bytes ? "at most " + size_text(*size_bytes) : "no limit";
}

std::string ability(const std::string& problem) {
  return problem.empty() ? "can run" : "cannot run: " + problem;
}

std::string use_text(const uring_feature& feature) {
  switch (feature.use) {
    case uring_use::needed:
      return "needed";
    case uring_use::when_there:
      return feature.is_available ? "used" : "would use";
    case uring_use::not_used:
      return "not used";
  }
  return {};
}

std::string system_text(const system_facts& system) {
  std::string memory = size_text(system.memory_bytes) + ", " +
                       size_text(system.memory_available_bytes) + " available";
  if (system.memory_limit_bytes) {
    memory += "; the control group may have " + size_text(*system.memory_limit_bytes);
  }
  if (system.address_space_bytes) {
    memory += "; address space " + limit_text(system.address_space_bytes);
  }
  return line("kernel", "Linux " + system.kernel + ", " + system.machine) +
         line("processors", fmt::format("{}, {} for this process", system.processors_online,
                                        system.processors_allowed)) +
         line("memory", memory) + line("locked memory", limit_text(system.locked_memory_bytes)) +
         line("descriptors",
              system.descriptors ? fmt::format("at most {}", *system.descriptors) : "no limit");
}

std::string outcome_text(const driver_check& driver) {
  if (!driver.round_trip) return "does not work: " + driver.problem;
  return fmt::format("works: there and back through a new connection in {:.0f} µs",
                     in_seconds(*driver.round_trip) * 1e6);
}

std::string features_text(const driver_check& driver) {
  if (driver.uring_features.empty()) return {};
  std::string text =
      fmt::format("\n{:<22}  {:<5}  {:<6}  {}\n", "io_uring has", "since", "here", "pirn");
  for (const uring_feature& each : driver.uring_features) {
    text += fmt::format("{:<22}  {:<5}  {:<6}  {:<9}  {}\n", each.name, each.since,
                        each.is_available ? "yes" : "no", use_text(each), each.purpose);
  }
  return text;
}

std::string field(std::string_view name, std::string_view value) {
  return fmt::format("{}: {}", json_string(name), value);
}

std::string json_number(const std::optional<std::uint64_t>& number) {
  return number ? fmt::format("{}", *number) : "null";
}

template <class Range, class Text>
std::string joined(const Range& items, Text text_of) {
  std::string text;
  for (const auto& each : items) text += (text.empty() ? "" : ", ") + text_of(each);
  return text;
}

std::string object(std::initializer_list<std::string> fields) {
  return "{" + joined(fields, [](const std::string& each) { return each; }) + "}";
}

std::string system_json(const system_facts& system) {
  return object({
      field("kernel", json_string(system.kernel)),
      field("machine", json_string(system.machine)),
      field("processors_online", fmt::format("{}", system.processors_online)),
      field("processors_allowed", fmt::format("{}", system.processors_allowed)),
      field("memory_bytes", fmt::format("{}", system.memory_bytes)),
      field("memory_available_bytes", fmt::format("{}", system.memory_available_bytes)),
      field("memory_limit_bytes", json_number(system.memory_limit_bytes)),
      field("address_space_bytes", json_number(system.address_space_bytes)),
      field("locked_memory_bytes", json_number(system.locked_memory_bytes)),
      field("descriptors", json_number(system.descriptors)),
  });
}

std::string feature_json(const uring_feature& feature) {
  const bool used = feature.is_available && feature.use != uring_use::not_used;
  return object({
      field("name", json_string(feature.name)),
      field("since", json_string(feature.since)),
      field("available", feature.is_available ? "true" : "false"),
      field("used", used ? "true" : "false"),
      field("purpose", json_string(feature.purpose)),
  });
}

std::string driver_json(const driver_check& driver) {
  const std::string round_trip =
      driver.round_trip ? fmt::format("{:.9f}", in_seconds(*driver.round_trip)) : "null";
  return object({
      field("name", driver.name.empty() ? "null" : json_string(driver.name)),
      field("reason", json_string(driver.reason)),
      field("works", driver.problem.empty() ? "true" : "false"),
      field("problem", json_string(driver.problem)),
      field("round_trip_s", round_trip),
  });
}

}  // namespace

std::string doctor_text(const doctor_findings& found) {
  const driver_check& driver = found.driver;
  std::string text = system_text(found.system);
  text += line("libraries", joined(found.libraries, [](const auto& each) {
                 return each.first + " " + each.second;
               }));
  text += "\n" + line("io_uring", ability(driver.uring_problem)) +
          line("epoll", ability(driver.epoll_problem));
  if (!driver.name.empty()) text += line("driver", driver.name + ": " + driver.reason);
  return text + line("", outcome_text(driver)) + features_text(driver);
}

std::string doctor_json(const doctor_findings& found) {
  const driver_check& driver = found.driver;
  return object({
             field("system", system_json(found.system)),
             field("libraries", "{" +
                                    joined(found.libraries,
                                           [](const auto& each) {
                                             return field(each.first, json_string(each.second));
                                           }) +
                                    "}"),
             field("driver", driver_json(driver)),
             field("io_uring",
                   object({
                       field("can_run", driver.uring_problem.empty() ? "true" : "false"),
                       field("problem", json_string(driver.uring_problem)),
                       field("features", "[" + joined(driver.uring_features, feature_json) + "]"),
                   })),
             field("epoll", object({
                                field("can_run", driver.epoll_problem.empty() ? "true" : "false"),
                                field("problem", json_string(driver.epoll_problem)),
                            })),
         }) +
         "\n";
}

}  // namespace pirn::apps
