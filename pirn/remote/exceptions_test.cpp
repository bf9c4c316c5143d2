// exceptions: which keep their type on the way, and what becomes of the others.
#include "pirn/remote/exceptions.hpp"

#include <ios>
#include <new>
#include <string>
#include <system_error>
#include <typeinfo>

#include <gtest/gtest.h>

#include "pirn/base/type_name.hpp"
#include "pirn/core/cancelled.hpp"
#include "pirn/core/exception_group.hpp"

namespace {

using namespace pirn;
using namespace pirn::remote;

std::exception_ptr brought_over(const std::exception_ptr& error) {
  bytes buffer;
  archive_out out(buffer);
  save_exception(out, error);
  archive_in in(buffer);
  std::exception_ptr came = load_exception(in);
  in.expect_end();
  return came;
}

/// What comes over when `error` is thrown there, as "type: message".
template <class E>
std::string sent(const E& error) {
  try {
    std::rethrow_exception(brought_over(std::make_exception_ptr(error)));
  } catch (const std::exception& came) {
    return std::string(typeid(came) == typeid(error) ? "same" : "other") + ": " + came.what();
  }
}

class unknown_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
class known_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
const bool registered = register_exception<known_error>();

TEST(remote_exceptions, those_of_the_standard_library_keep_type_and_message) {
  EXPECT_EQ(sent(std::runtime_error("a mistake")), "same: a mistake");
  EXPECT_EQ(sent(std::logic_error("a mistake")), "same: a mistake");
  EXPECT_EQ(sent(std::out_of_range("index 7")), "same: index 7");
  EXPECT_EQ(sent(std::invalid_argument("")), "same: ");
  EXPECT_EQ(sent(std::overflow_error("too much")), "same: too much");
  EXPECT_EQ(sent(std::bad_alloc()), "same: std::bad_alloc");
}

TEST(remote_exceptions, those_of_pirn_keep_type_and_message) {
  EXPECT_EQ(sent(timeout_error("after 2 s")), "same: after 2 s");
  EXPECT_EQ(sent(future_cancelled()), "same: the awaited work was cancelled");
  EXPECT_EQ(sent(interrupted()), "same: interrupted");
  EXPECT_EQ(sent(message_error("damaged")), "same: damaged");
}

TEST(remote_exceptions, one_that_was_registered_keeps_its_type_and_others_say_it) {
  EXPECT_TRUE(registered);
  EXPECT_EQ(sent(known_error("mine")), "same: mine");
  const std::string unknown = type_name(typeid(unknown_error));
  EXPECT_TRUE(unknown.ends_with("(anonymous namespace)::unknown_error")) << unknown;
  EXPECT_EQ(sent(unknown_error("yours")), "other: " + unknown + ": yours");
  try {
    std::rethrow_exception(brought_over(brought_over(std::make_exception_ptr(unknown_error("x")))));
  } catch (const remote_error& error) {
    EXPECT_EQ(error.type_name(), unknown);
    EXPECT_EQ(error.message(), "x");
  }
}

TEST(remote_exceptions, what_is_no_exception_class_crosses_as_its_type) {
  auto message = [](auto thrown) {
    try {
      std::rethrow_exception(brought_over(std::make_exception_ptr(thrown)));
    } catch (const remote_error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_EQ(message(42), "int");
  EXPECT_EQ(message(cancelled()), "pirn::cancelled");
}

TEST(remote_exceptions, a_system_error_keeps_its_code) {
  std::system_error error(ENOENT, std::generic_category(), "open nowhere");
  EXPECT_EQ(sent(error), std::string("same: ") + error.what());
  std::system_error plain(std::make_error_code(std::errc::timed_out));
  EXPECT_EQ(sent(plain), std::string("same: ") + plain.what());
  try {
    std::rethrow_exception(brought_over(std::make_exception_ptr(error)));
  } catch (const std::system_error& came) {
    EXPECT_EQ(came.code(), error.code());
  }
  std::ios_base::failure failure("read", std::io_errc::stream);
  EXPECT_EQ(sent(failure), std::string("same: ") + failure.what());
}

class own_category final : public std::error_category {
 public:
  explicit own_category(const char* name) : name_(name) {}
  const char* name() const noexcept override { return name_; }
  std::string message(int) const override { return "own"; }

 private:
  const char* name_;
};

TEST(remote_exceptions, a_code_of_a_category_that_nobody_knows_stays_a_message) {
  static const own_category unknown("unknown");
  static const own_category known("known");
  register_category(known);
  EXPECT_EQ(sent(std::system_error(1, known, "why")), "same: why: own");
  EXPECT_EQ(sent(std::system_error(1, unknown, "why")), "other: std::system_error: why: own");
}

TEST(remote_exceptions, a_group_crosses_with_its_members) {
  auto member = std::make_exception_ptr(std::out_of_range("first"));
  auto inner =
      std::make_exception_ptr(exception_group({std::make_exception_ptr(std::bad_alloc()), member}));
  try {
    std::rethrow_exception(brought_over(std::make_exception_ptr(exception_group({inner, member}))));
  } catch (const exception_group& group) {
    ASSERT_EQ(group.exceptions().size(), 2U);
    EXPECT_NE(group.find<std::bad_alloc>(), nullptr);
    EXPECT_STREQ(group.find<std::out_of_range>()->what(), "first");
  }
}

}  // namespace
