// compiler: what differs between compilers and build kinds, as constants; the one header besides
// platform/ with #if.
#pragma once

#if defined(__cpp_exceptions) && __cpp_exceptions
#else
#error "pirn reports errors as exceptions: build without -fno-exceptions"
#endif

#if !defined(__linux__)
#error "pirn runs on Linux only"
#endif

#if defined(__has_feature)
#define PIRN_HAS_FEATURE(name) __has_feature(name)
#else
#define PIRN_HAS_FEATURE(name) 0
#endif

/// Marks a small function whose call would cost more than its body.
#define PIRN_ALWAYS_INLINE [[gnu::always_inline]] inline

/// Marks a function that is seldom called from a hot one: it keeps the registers that its caller
/// uses, so that the caller need not save any on the way where it is not called. Must not throw.
#if defined(__clang__) && (defined(__x86_64__) || defined(__aarch64__))
#define PIRN_PRESERVE_MOST [[clang::preserve_most]]
#else
#define PIRN_PRESERVE_MOST
#endif

/// What to do where `closure_temporaries_break` forbids a closure.
#define PIRN_CLOSURE_ADVICE                                                            \
  "GCC before 13 destroys the captures of a lambda twice here: pass what it captures " \
  "as arguments after the callable, or give the lambda a name and pass it as an lvalue"

namespace pirn::detail {

/// A build of ThreadSanitizer: it runs the handlers of signals late.
#if defined(__SANITIZE_THREAD__) || PIRN_HAS_FEATURE(thread_sanitizer)
inline constexpr bool thread_sanitized = true;
#else
inline constexpr bool thread_sanitized = false;
#endif

/// Some build of Address- or ThreadSanitizer: memory is not recycled, so that use after free shows.
#if defined(__SANITIZE_ADDRESS__) || PIRN_HAS_FEATURE(address_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = thread_sanitized;
#endif

/// Assertions that cost more than a compare run in debug builds only.
#if defined(NDEBUG)
inline constexpr bool debug_build = false;
#else
inline constexpr bool debug_build = true;
#endif

/// GCC before 13 destroys the captures of a closure temporary twice when it is an argument of an
/// awaiting expression (PR99576, PR100611, PR101367); factories that take a callable refuse those.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
inline constexpr bool closure_temporaries_break = true;
#else
inline constexpr bool closure_temporaries_break = false;
#endif

/// GCC before 13 copies an awaiter that await_transform returns by reference.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
inline constexpr bool referenced_awaiters_are_copied = true;
#else
inline constexpr bool referenced_awaiters_are_copied = false;
#endif

/// Tells the processor that this thread spins.
PIRN_ALWAYS_INLINE void pause_processor() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace pirn::detail
