// world_ways: what a world may do to the ways between its hosts.
#include <stdexcept>

#include "pirn/base/hash.hpp"
#include "pirn/world/world.hpp"

namespace pirn {

using obstacle = sim::line::obstacle;

namespace {

void throw_if_impossible(const sim::link_options& way) {
  const std::string_view problem = problem_of(way);
  if (!problem.empty()) throw std::invalid_argument("a way: " + std::string(problem));
}

}  // namespace

void world::note_fault(std::string_view what, const host& one, const host& other) noexcept {
  running_hash name;
  name.add(what);
  const bool is_way = &one != &other;
  note(sim::decision::fault, is_way ? one.number() << 32 | other.number() : one.number(),
       name.value() >> 8);
  if (observer_ != nullptr) observer_->was_done(what, one, other);
}

sim::line& world::line_between(host& from, host& to) {
  if (&from == &to) throw std::invalid_argument("a way is between two hosts: " + from.name());
  return net_.line_between(from.net(), to.net());
}

void world::block(host& from, host& to, obstacle what, std::string_view name) {
  sim::line& way = line_between(from, to);
  note_fault(name, from, to);
  net_.block(way, what);
}

void world::unblock(host& from, host& to, obstacle what, std::string_view name) {
  sim::line& way = line_between(from, to);
  note_fault(name, from, to);
  net_.unblock(way, what);
}

void world::partition(host& one, host& other) {
  partition_one_way(one, other);
  partition_one_way(other, one);
}

void world::partition_one_way(host& from, host& to) {
  block(from, to, obstacle::cut, "partition");
}

void world::heal(host& one, host& other) {
  unblock(one, other, obstacle::cut, "heal");
  unblock(other, one, obstacle::cut, "heal");
}

void world::clog(host& one, host& other) {
  clog_one_way(one, other);
  clog_one_way(other, one);
}

void world::clog_one_way(host& from, host& to) {
  block(from, to, obstacle::clog, "clog");
}

void world::unclog(host& one, host& other) {
  unblock(one, other, obstacle::clog, "unclog");
  unblock(other, one, obstacle::clog, "unclog");
}

void world::set_way(host& one, host& other, const sim::link_options& options) {
  set_way_one_way(one, other, options);
  set_way_one_way(other, one, options);
}

void world::set_way_one_way(host& from, host& to, const sim::link_options& options) {
  sim::line& way = line_between(from, to);
  throw_if_impossible(options);
  note_fault("way", from, to);
  way.set_options(options);
}

const sim::link_options& world::way(host& from, host& to) {
  return line_between(from, to).options();
}

void world::set_usual_way(const sim::link_options& options) {
  throw_if_impossible(options);
  net_.set_usual_way(options);
}

void world::heal_all() {
  for (const auto& one : hosts_) {
    for (const auto& other : hosts_) {
      if (one == other) continue;
      for (const obstacle each : {obstacle::clog, obstacle::cut}) {
        sim::line* way = net_.known_line(one->net(), other->net());
        if (way != nullptr && way->is_blocked_by(each)) unblock(*one, *other, each, "heal all");
      }
    }
  }
}

}  // namespace pirn
