#include "pirn/core/exception_group.hpp"

#include "pirn/base/assert.hpp"
#include "pirn/core/cancelled.hpp"

namespace pirn {

namespace {

std::string summary(const std::vector<std::exception_ptr>& exceptions) {
  std::string text = std::to_string(exceptions.size()) +
                     (exceptions.size() == 1 ? " task failed: " : " tasks failed: ");
  const char* separator = "";
  for (const std::exception_ptr& each : exceptions) {
    text += separator + describe_exception(each);
    separator = "; ";
  }
  return text;
}

}  // namespace

exception_group::exception_group(std::vector<std::exception_ptr> exceptions)
    : std::runtime_error(summary(exceptions)), exceptions_(std::move(exceptions)) {
  PIRN_ASSERT(!exceptions_.empty(), "an exception_group holds at least one exception");
}

std::string describe_exception(const std::exception_ptr& error) {
  if (!error) return "no exception";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return known.what();
  } catch (const cancelled&) {
    return "cancelled";
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

}  // namespace pirn
