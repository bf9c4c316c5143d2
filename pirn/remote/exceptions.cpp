#include "pirn/remote/exceptions.hpp"

#include <any>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <future>
#include <ios>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <variant>
#include <vector>

#include <cxxabi.h>

#include "pirn/core/cancelled.hpp"
#include "pirn/core/exception_group.hpp"
#include "pirn/remote/types.hpp"

namespace pirn::remote {

namespace {

/// How an exception is written.
enum class form : std::uint8_t {
  named,        ///< type, message
  system_code,  ///< type, message, its part before the code's words, code, category
  remote,       ///< the type and message of a remote_error
  group,        ///< the members of an exception_group
};

std::string readable(const std::string& mangled) {
  int status = 0;
  std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? text.get() : mangled;
}

/// The types and categories that can be made again, by name.
class registry {
 public:
  registry() {
    add<std::logic_error, std::domain_error, std::invalid_argument, std::length_error,
        std::out_of_range, std::runtime_error, std::range_error, std::overflow_error,
        std::underflow_error>();
    add_plain<std::exception, std::bad_alloc, std::bad_array_new_length, std::bad_cast,
              std::bad_typeid, std::bad_function_call, std::bad_weak_ptr, std::bad_exception,
              std::bad_optional_access, std::bad_variant_access, std::bad_any_cast>();
    add<future_cancelled, timeout_error, deadlock_error, message_error, cereal::Exception>();
    add_plain<interrupted>();
    for (const std::error_category* each : {&std::generic_category(), &std::system_category(),
                                            &std::iostream_category(), &std::future_category()}) {
      categories_[each->name()] = each;
    }
  }

  void add_maker(const std::type_info& type, detail::exception_maker make) {
    std::scoped_lock lock(mutex_);
    makers_[type.name()] = make;
  }
  void add_category(const std::error_category& category) {
    std::scoped_lock lock(mutex_);
    categories_[category.name()] = &category;
  }

  detail::exception_maker maker(const std::string& type) const {
    std::scoped_lock lock(mutex_);
    auto found = makers_.find(type);
    return found != makers_.end() ? found->second : nullptr;
  }
  const std::error_category* category(const std::string& name) const {
    std::scoped_lock lock(mutex_);
    auto found = categories_.find(name);
    return found != categories_.end() ? found->second : nullptr;
  }

 private:
  template <class... E>
  void add() {
    ((makers_[typeid(E).name()] =
          [](const std::string& message) { return std::make_exception_ptr(E(message)); }),
     ...);
  }
  template <class... E>  // whose message is always the same
  void add_plain() {
    ((makers_[typeid(E).name()] = [](const std::string&) { return std::make_exception_ptr(E()); }),
     ...);
  }

  mutable std::mutex mutex_;
  std::map<std::string, detail::exception_maker, std::less<>> makers_;
  std::map<std::string, const std::error_category*, std::less<>> categories_;
};

registry& known() {
  static registry types;
  return types;
}

/// What a system_error was made with: its what() without the words of its code.
std::string prefix_of(const std::system_error& error) {
  std::string text = error.what();
  const std::string words = error.code().message();
  if (!text.ends_with(words)) return text;
  text.resize(text.size() - words.size());
  if (text.ends_with(": ")) text.resize(text.size() - 2);
  return text;
}

void save_named(archive_out& archive, const std::type_info* type, const std::string& message) {
  archive(form::named, std::string(type != nullptr ? type->name() : "?"), message);
}

std::exception_ptr load_system_error(archive_in& archive) {
  std::string type;
  std::string message;
  std::string prefix;
  std::int32_t number = 0;
  std::string category_name;
  archive(type, message, prefix, number, category_name);
  const std::error_category* category = known().category(category_name);
  if (category == nullptr) return std::make_exception_ptr(remote_error(readable(type), message));
  std::error_code code(number, *category);
  if (type == typeid(std::ios_base::failure).name()) {
    return std::make_exception_ptr(std::ios_base::failure(prefix, code));
  }
  // An empty prefix would give a what() that begins with ": ".
  if (prefix.empty()) return std::make_exception_ptr(std::system_error(code));
  return std::make_exception_ptr(std::system_error(code, prefix));
}

std::exception_ptr load_nested(archive_in& archive, unsigned depth);

std::exception_ptr load_group(archive_in& archive, unsigned depth) {
  constexpr unsigned deepest = 100;
  std::uint32_t members = 0;
  archive(members);
  if (members == 0 || depth >= deepest) throw message_error("damaged message: an exception group");
  std::vector<std::exception_ptr> errors;
  for (std::uint32_t i = 0; i < members; ++i) errors.push_back(load_nested(archive, depth + 1));
  return std::make_exception_ptr(exception_group(std::move(errors)));
}

std::exception_ptr load_nested(archive_in& archive, unsigned depth) {
  form how{};
  archive(how);
  switch (how) {
    case form::named: {
      std::string type;
      std::string message;
      archive(type, message);
      if (auto* make = known().maker(type)) return make(message);
      return std::make_exception_ptr(remote_error(readable(type), message));
    }
    case form::system_code:
      return load_system_error(archive);
    case form::remote: {
      std::string type_name;
      std::string message;
      archive(type_name, message);
      return std::make_exception_ptr(remote_error(type_name, message));
    }
    case form::group:
      return load_group(archive, depth);
  }
  throw message_error("damaged message: an exception of no known form");
}

}  // namespace

namespace detail {
void add_exception(const std::type_info& type, exception_maker make) {
  known().add_maker(type, make);
}
}  // namespace detail

bool register_category(const std::error_category& category) {
  known().add_category(category);
  return true;
}

void save_exception(archive_out& archive, const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const remote_error& remote) {
    archive(form::remote, remote.type_name(), remote.message());
  } catch (const exception_group& group) {
    archive(form::group, static_cast<std::uint32_t>(group.exceptions().size()));
    for (const std::exception_ptr& each : group.exceptions()) save_exception(archive, each);
  } catch (const std::system_error& failed) {
    const std::type_info& type = typeid(failed);
    if (type != typeid(std::system_error) && type != typeid(std::ios_base::failure)) {
      return save_named(archive, &type, failed.what());  // it knows more than its code
    }
    archive(form::system_code, std::string(type.name()), std::string(failed.what()),
            prefix_of(failed), static_cast<std::int32_t>(failed.code().value()),
            std::string(failed.code().category().name()));
  } catch (const std::exception& failed) {
    save_named(archive, &typeid(failed), failed.what());
  } catch (...) {
    save_named(archive, abi::__cxa_current_exception_type(), "");
  }
}

std::exception_ptr load_exception(archive_in& archive) {
  return load_nested(archive, 0);
}

}  // namespace pirn::remote
