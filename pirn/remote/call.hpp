// call: a function and its arguments as bytes, performed in another process of the same program.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "pirn/base/outcome.hpp"
#include "pirn/exec/chunk_call.hpp"
#include "pirn/exec/chunk_results.hpp"
#include "pirn/remote/archive.hpp"
#include "pirn/remote/exceptions.hpp"
#include "pirn/remote/function_address.hpp"
#include "pirn/remote/outcome.hpp"
#include "pirn/remote/types.hpp"

namespace pirn::remote {

namespace detail {

template <class T>
struct travelling {
  using type = T;
};
// A pointer into this process means nothing in another one: what it points at goes.
template <>
struct travelling<const char*> {
  using type = std::string;
};
template <>
struct travelling<char*> {
  using type = std::string;
};
template <>
struct travelling<std::string_view> {
  using type = std::string;
};

template <class Fn>
constexpr bool is_function_pointer =
    std::is_pointer_v<Fn> && std::is_function_v<std::remove_pointer_t<Fn>>;

/// Calls a function that is known when compiling.
template <auto Function>
struct constant_callable {
  template <class... Args>
    requires std::invocable<decltype(Function), Args...>
  decltype(auto) operator()(Args&&... args) const {
    return std::invoke(Function, std::forward<Args>(args)...);
  }
};

}  // namespace detail

/// What an argument of type T arrives as: a copy; text as a std::string.
template <class T>
using travelling_t = typename detail::travelling<std::decay_t<T>>::type;

/// Functions that can be called in another process: function pointers, callables without state (a
/// lambda that captures nothing), and function objects that travel.
template <class Fn>
concept travelling_callable = detail::is_function_pointer<Fn> ||
                              (std::is_empty_v<Fn> ? std::default_initializable<Fn> : travels<Fn>);

namespace detail {

template <class Fn, class... Args>
using call_value_t = std::remove_cvref_t<std::invoke_result_t<Fn&, Args...>>;

template <class Fn, class... Args>
concept performable = travelling_callable<Fn> && (travels<Args> && ...) &&
                      std::invocable<Fn&, Args...> && travels<call_value_t<Fn, Args...>>;

template <class Fn, class... Args>
struct call_result {
  using type = void;
};
template <class Fn, class... Args>
  requires performable<Fn, Args...>
struct call_result<Fn, Args...> {
  using type = call_value_t<Fn, Args...>;
};

}  // namespace detail

/// What `fn(args...)` gives in the other process; it travels back by value. Void for what cannot
/// be called there, which append_call() refuses.
template <class Fn, class... Args>
using call_result_t = typename detail::call_result<std::decay_t<Fn>, travelling_t<Args>...>::type;

namespace detail {

template <class Fn>
void save_callable(archive_out& archive, const Fn& fn) {
  if constexpr (is_function_pointer<Fn>) {
    archive(function_address::of(fn));
  } else if constexpr (!std::is_empty_v<Fn>) {
    archive(fn);
  }
}
template <class Fn>
Fn load_callable(archive_in& archive) {
  if constexpr (is_function_pointer<Fn>) {
    function_address address;
    archive(address);
    return address.resolve<std::remove_pointer_t<Fn>>();
  } else {
    Fn fn{};
    if constexpr (!std::is_empty_v<Fn>) archive(fn);
    return fn;
  }
}

template <class T>
void save_argument(archive_out& archive, const T& argument) {
  if constexpr (std::is_same_v<travelling_t<T>, T>) {
    archive(argument);
  } else {
    archive(travelling_t<T>(argument));
  }
}

/// The code of one kind of call, which reads what append_call() wrote.
using performer = void (*)(archive_in& call, archive_out& result);

template <class Fn, class... Args>
void perform_call(archive_in& call, archive_out& result) {
  Fn fn = load_callable<Fn>(call);
  std::tuple<Args...> arguments;
  std::apply([&](Args&... each) { (call(each), ...); }, arguments);
  call.expect_end();
  auto invoke = [&fn](Args&... each) -> decltype(auto) {
    return std::invoke(fn, std::move(each)...);
  };
  if constexpr (std::is_void_v<call_result_t<Fn, Args...>>) {
    std::apply(invoke, arguments);
  } else {
    const call_result_t<Fn, Args...>& value = std::apply(invoke, arguments);
    result(value);
  }
}

/// How a message begins: which performer reads it.
bytes call_header(performer code);

/// Says in plain words why a call cannot be made in another process.
template <class Fn, class... Args>
consteval void refuse_call() {
  static_assert(travelling_callable<Fn>,
                "this callable cannot travel: captures do not; pass them as arguments, or use a "
                "function pointer or a class with cereal's serialize()");
  static_assert((travels<Args> && ...),
                "an argument cannot travel: include its header of cereal's, or give its class "
                "cereal's serialize() and a default constructor");
  static_assert(std::invocable<Fn&, Args...>,
                "the callable does not take these arguments (copies of them, as rvalues)");
  if constexpr (std::invocable<Fn&, Args...>) {
    static_assert(travels<call_value_t<Fn, Args...>>,
                  "the result cannot travel: include its header of cereal's, or give its class "
                  "cereal's serialize() and a default constructor");
  }
}

}  // namespace detail

// The callable of map()'s chunks, when it has a state: a function pointer, or an object.
template <class Fn>
  requires(!std::is_empty_v<Fn> && travelling_callable<Fn>)
void CEREAL_SAVE_FUNCTION_NAME(archive_out& archive, const pirn::detail::chunk_call<Fn>& chunk) {
  detail::save_callable(archive, chunk.fn);
}
template <class Fn>
  requires(!std::is_empty_v<Fn> && travelling_callable<Fn>)
void CEREAL_LOAD_FUNCTION_NAME(archive_in& archive, pirn::detail::chunk_call<Fn>& chunk) {
  chunk.fn = detail::load_callable<Fn>(archive);
}

// What a chunk gives back.
template <class R>
  requires travels<R>
void CEREAL_SAVE_FUNCTION_NAME(archive_out& archive,
                               const pirn::detail::chunk_results<R>& results) {
  archive(results.values(), results.failures().size());
  for (const auto& [at, error] : results.failures()) {
    archive(at);
    save_exception(archive, error);
  }
}
template <class R>
  requires travels<R>
void CEREAL_LOAD_FUNCTION_NAME(archive_in& archive, pirn::detail::chunk_results<R>& results) {
  std::size_t failures = 0;
  archive(results.values(), failures);
  for (; failures != 0; --failures) {
    std::size_t at = 0;
    archive(at);
    results.failures().push_back({at, load_exception(archive)});
  }
}

/// Writes the call `fn(args...)` at the end of a buffer; `beside` takes its descriptors, and is
/// null where none can go.
template <class Fn, class... Args>
void append_call(bytes& buffer, attachments* beside, const Fn& fn, const Args&... args) {
  using callable = std::decay_t<Fn>;
  if constexpr (detail::performable<callable, travelling_t<Args>...>) {
    static const bytes header =
        detail::call_header(&detail::perform_call<callable, travelling_t<Args>...>);
    archive_out archive(buffer, beside);
    archive.write(header.data(), header.size());
    detail::save_callable<callable>(archive, fn);
    (detail::save_argument(archive, args), ...);
  } else {
    detail::refuse_call<callable, travelling_t<Args>...>();
  }
}

/// The call `fn(args...)` as bytes.
template <class Fn, class... Args>
bytes encode_call(const Fn& fn, const Args&... args) {
  bytes buffer;
  append_call(buffer, nullptr, fn, args...);
  return buffer;
}
/// The same for a function that is known when compiling: encode_call<&work>(42).
template <auto Function, class... Args>
bytes encode_call(const Args&... args) {
  return encode_call(detail::constant_callable<Function>(), args...);
}

/// Makes a call that came as bytes and gives its result, or what it threw, as bytes.
bytes perform(std::span<const std::byte> call);
/// The same at the end of a buffer, with descriptors that come and go beside the bytes.
void perform(std::span<const std::byte> call, attachments* from, bytes& result, attachments* to);

/// What came of a call. A result that cannot be read is a message_error or cereal's in it.
template <class T>
outcome<T> decode_result(std::span<const std::byte> result, attachments* beside = nullptr) {
  outcome<T> decoded;
  try {
    archive_in archive(result, beside);
    archive(decoded);
    archive.expect_end();
  } catch (...) {
    decoded.set_error(std::current_exception());
  }
  return decoded;
}

}  // namespace pirn::remote
