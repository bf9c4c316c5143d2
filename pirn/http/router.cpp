#include "pirn/http/router.hpp"

#include <algorithm>
#include <stdexcept>

#include "pirn/http/path.hpp"

namespace pirn::http {

namespace {

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  for (;;) {
    std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

// A parameter's text is decoded; one that cannot be is taken as it stands.
std::string decoded(std::string_view text) {
  return percent_decode(text).value_or(std::string(text));
}

}  // namespace

router& router::add(method verb, std::string_view pattern, handler answer) {
  auto refuse = [&](const char* why) {
    throw std::invalid_argument("route '" + std::string(pattern) + "' " + why);
  };
  if (!pattern.starts_with('/')) refuse("does not begin with a slash");
  route added{verb, {}, std::move(answer)};
  for (std::string_view text : split_path(pattern)) {
    if (!added.segments.empty() && added.segments.back().type == segment::kind::rest) {
      refuse("goes on after {...}");
    }
    if (!text.starts_with('{')) {
      added.segments.push_back({segment::kind::literal, std::string(text)});
      continue;
    }
    if (!text.ends_with('}') || text.size() < 3) refuse("has a brace that is not closed");
    std::string_view name = text.substr(1, text.size() - 2);
    const bool rest = name.ends_with("...");
    if (rest) name.remove_suffix(3);
    added.segments.push_back({rest ? segment::kind::rest : segment::kind::one, std::string(name)});
  }
  routes_.push_back(std::move(added));
  return *this;
}

bool router::matches(const route& candidate, const std::vector<std::string_view>& path) {
  for (std::size_t at = 0; at < candidate.segments.size(); ++at) {
    const segment& wanted = candidate.segments[at];
    if (wanted.type == segment::kind::rest) return true;
    if (at >= path.size()) return false;
    if (wanted.type == segment::kind::literal && decoded(path[at]) != wanted.text) return false;
    if (wanted.type == segment::kind::one && path[at].empty()) return false;
  }
  return path.size() == candidate.segments.size();
}

void router::bind(const route& chosen, const std::vector<std::string_view>& path,
                  exchange& current) {
  for (std::size_t at = 0; at < chosen.segments.size(); ++at) {
    const segment& part = chosen.segments[at];
    if (part.type == segment::kind::one) current.set_parameter(part.text, decoded(path[at]));
    if (part.type != segment::kind::rest) continue;
    std::string rest;
    for (std::size_t each = at; each < path.size(); ++each) {
      if (each > at) rest += '/';
      rest += path[each];
    }
    current.set_parameter(part.text, decoded(rest));
  }
}

task<> router::operator()(exchange& current) const {
  const std::string_view text = current.request().path();
  if (!text.starts_with('/')) {
    current.respond(status::not_found, "404 Not Found\n");
    co_return;
  }
  const std::vector<std::string_view> path = split_path(text);
  const method asked = current.request().method;
  std::string allowed;
  for (const route& each : routes_) {
    if (!matches(each, path)) continue;
    if (each.verb == asked || (asked == method::head && each.verb == method::get)) {
      bind(each, path, current);
      co_await each.answer(current);
      co_return;
    }
    if (!allowed.empty()) allowed += ", ";
    allowed += to_string(each.verb);
    if (each.verb == method::get) allowed += ", HEAD";
  }
  if (allowed.empty()) {
    current.respond(status::not_found, "404 Not Found\n");
    co_return;
  }
  current.headers().add(field_id::allow, allowed);
  current.respond(status::method_not_allowed, "405 Method Not Allowed\n");
}

}  // namespace pirn::http
