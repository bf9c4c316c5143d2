// router: which handler answers which path.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pirn/http/server.hpp"

namespace pirn::http {

/// Picks a handler by method and path. A pattern is a path whose segments are literal, `{name}`
/// (one segment) or, at the end,
/// `{name...}` (the rest, slashes included). The first pattern that matches, in the order of
/// adding, answers.
///
/// No pattern matches: 404. One matches, but for another method: 405 with Allow. HEAD is answered
/// by the handler of GET.
class router {
 public:
  /// Throws: std::invalid_argument when the pattern does not begin with a slash or is malformed.
  router& add(method verb, std::string_view pattern, handler answer);
  router& get(std::string_view pattern, handler answer) {
    return add(method::get, pattern, std::move(answer));
  }
  router& post(std::string_view pattern, handler answer) {
    return add(method::post, pattern, std::move(answer));
  }

  /// Answers one request; so a router is a handler. It must outlive the run.
  task<> operator()(exchange& current) const;

 private:
  struct segment {
    enum class kind : unsigned char { literal, one, rest };
    kind type;
    std::string text;  // the literal, or the parameter's name
  };
  struct route {
    method verb;
    std::vector<segment> segments;
    handler answer;
  };

  static bool matches(const route& candidate, const std::vector<std::string_view>& path);
  static void bind(const route& chosen, const std::vector<std::string_view>& path,
                   exchange& current);

  std::vector<route> routes_;
};

}  // namespace pirn::http
