// generator_error: what can go wrong between a generator and its caller.
#pragma once

#include <stdexcept>

namespace pirn {

/// A generator was asked for something that its state does not allow. The generator is unchanged.
class generator_error : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// A value was sent to a generator that has not started: nothing in it waits for a value yet.
/// Source: Python's TypeError "can't send non-None value to a just-started generator".
class generator_not_started : public generator_error {
 public:
  generator_not_started();
};

/// The generator is running, or another generator delegates to it: step the outermost one.
/// Source: Python's ValueError "generator already executing".
class generator_busy : public generator_error {
 public:
  using generator_error::generator_error;
};

/// next() on a started generator whose co_yield must evaluate to a value: send() one.
class generator_needs_value : public generator_error {
 public:
  generator_needs_value();
};

/// Raised at `co_yield from(sub)`: a value was sent, but `sub` takes none.
/// Source: PEP 380, where it is the AttributeError of an iterator that has no send().
class generator_takes_no_value : public generator_error {
 public:
  generator_takes_no_value();
};

/// result() of a generator that has not returned: it goes on, was closed, threw, or its result was
/// taken by `co_yield from`.
class generator_has_no_result : public generator_error {
 public:
  generator_has_no_result();
};

/// A generator caught generator_exit and yielded. It is still suspended, at that yield.
/// Source: Python's RuntimeError "generator ignored GeneratorExit".
class generator_ignored_exit : public std::runtime_error {
 public:
  generator_ignored_exit();
};

/// What close() raises in a generator. Not a std::exception: `catch (const std::exception&)` in a
/// generator does not stop it from closing.
class generator_exit final {};

}  // namespace pirn
