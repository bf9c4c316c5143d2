#include "pirn/remote/function_address.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

#include <link.h>

#include "pirn/base/hash.hpp"
#include "pirn/remote/module_identity.hpp"

namespace pirn::remote {

namespace {

/// A program or library as it is loaded here.
struct loaded_module {
  std::string name;
  std::uintptr_t base = 0;
  std::vector<detail::code_span> code;
  std::string build;

  bool has(std::uintptr_t address) const {
    return std::ranges::any_of(code, [address](detail::code_span segment) {
      auto first = reinterpret_cast<std::uintptr_t>(segment.data());
      return address >= first && address - first < segment.size();
    });
  }
};

loaded_module read_module(const dl_phdr_info& info) {
  const char* slash = std::strrchr(info.dlpi_name, '/');
  loaded_module made{.name = slash != nullptr ? slash + 1 : info.dlpi_name,
                     .base = info.dlpi_addr,
                     .code = {},
                     .build = {}};
  std::optional<std::string> build_id;
  for (const ElfW(Phdr) & part : std::span(info.dlpi_phdr, info.dlpi_phnum)) {
    detail::code_span bytes(reinterpret_cast<const std::byte*>(made.base + part.p_vaddr),
                            part.p_memsz);
    if (part.p_type == PT_NOTE && !build_id) build_id = detail::build_id_in(bytes);
    bool is_code = part.p_type == PT_LOAD && (part.p_flags & PF_X) != 0;
    if (is_code && (part.p_flags & PF_R) != 0) made.code.push_back(bytes);
  }
  made.build = build_id ? *build_id : detail::identity_of_code(made.code);
  return made;
}

/// How often modules were loaded and unloaded here.
struct load_count {
  unsigned long long loaded = 0;
  unsigned long long unloaded = 0;
  bool operator==(const load_count&) const = default;
};

/// All modules of this process; read again when one comes or goes.
class module_table {
 public:
  std::optional<function_address::untyped> find(const std::string& name, const std::string& build,
                                                std::uint64_t offset, std::string& other_build) {
    std::scoped_lock lock(mutex_);
    refresh();
    for (const loaded_module& each : modules_) {
      if (each.name != name) continue;
      if (each.build == build && each.has(each.base + offset)) {
        return reinterpret_cast<function_address::untyped>(each.base + offset);
      }
      other_build = each.build;
    }
    return std::nullopt;
  }

  /// Calls `use` with the module that `address` is in.
  /// Returns: false when there is none.
  template <class Use>
  bool with_module_of(std::uintptr_t address, Use use) {
    std::scoped_lock lock(mutex_);
    refresh();
    auto found =
        std::ranges::find_if(modules_, [&](const loaded_module& m) { return m.has(address); });
    if (found == modules_.end()) return false;
    use(*found);
    return true;
  }

 private:
  void refresh() {
    load_count now;
    auto count = [](dl_phdr_info* info, std::size_t, void* result) {
      *static_cast<load_count*>(result) = {info->dlpi_adds, info->dlpi_subs};
      return 1;  // the same in each
    };
    ::dl_iterate_phdr(count, &now);
    if (now == read_at_) return;
    modules_.clear();
    auto read = [](dl_phdr_info* info, std::size_t, void* result) {
      static_cast<std::vector<loaded_module>*>(result)->push_back(read_module(*info));
      return 0;
    };
    ::dl_iterate_phdr(read, &modules_);
    read_at_ = now;
  }

  std::mutex mutex_;
  std::vector<loaded_module> modules_;
  load_count read_at_;
};

module_table& modules() {
  static module_table table;
  return table;
}

std::string in_words(const std::string& module) {
  return module.empty() ? "the program" : module;
}

}  // namespace

function_address function_address::of_untyped(untyped function) {
  function_address made;
  auto address = reinterpret_cast<std::uintptr_t>(function);
  bool found = modules().with_module_of(address, [&](const loaded_module& home) {
    made.module_ = home.name;
    made.build_ = home.build;
    made.offset_bytes_ = address - home.base;
  });
  if (!found) throw std::invalid_argument("a function that is in no module cannot travel");
  return made;
}

function_address::untyped function_address::resolve_untyped() const {
  std::string other_build;
  if (auto found = modules().find(module_, build_, offset_bytes_, other_build)) return *found;
  if (other_build.empty()) {
    throw message_error("call of a function in " + in_words(module_) +
                        ", which is not loaded here");
  }
  if (other_build == build_) {
    throw message_error("call of a function that " + in_words(module_) + " does not have");
  }
  throw message_error("call of a function in " + in_words(module_) + " of build " + build_ +
                      ", but here it is of build " + other_build);
}

std::uint64_t function_address::checksum() const noexcept {
  running_hash hash;
  hash.add(offset_bytes_);
  hash.add(std::string_view(build_));
  hash.add(std::string_view(module_));
  return hash.value();
}

}  // namespace pirn::remote
