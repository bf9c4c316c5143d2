// command: what a new process is to run: a program, its arguments, its environment, its directory.
#pragma once

#include <concepts>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pirn {

namespace detail {
struct process_call;
}

/// A program with its arguments, and the world in which it runs:
///   command("sort", "-r").with_environment("LC_ALL", "C")
/// A value; it can be run many times. No shell is involved: arguments are passed as they are. A
/// function of this program is a command, too: see calling().
///
/// Source: subprocess.Popen's args, env and cwd.
class command {
 public:
  /// The program (searched on this process's PATH unless there is a slash in it) and its arguments.
  template <class... Words>
    requires(sizeof...(Words) > 0 && (std::constructible_from<std::string, Words> && ...))
  command(Words&&... words) : words_{std::string(std::forward<Words>(words))...} {}
  /// The same as a list, the program first.
  /// Throws: std::invalid_argument when it is empty.
  command(std::vector<std::string> words);
  /// For calling().
  explicit command(std::shared_ptr<const detail::process_call> call);

  command& with_argument(std::string word) {
    words_.push_back(std::move(word));
    return *this;
  }
  /// Sets a variable; the others are as in this process.
  command& with_environment(std::string name, std::string value) {
    changes_.insert_or_assign(std::move(name), std::move(value));
    return *this;
  }
  command& without_environment(std::string name) {
    changes_.insert_or_assign(std::move(name), std::nullopt);
    return *this;
  }
  /// Takes nothing over from this process's environment: what is set remains.
  command& with_empty_environment() noexcept {
    inherits_environment_ = false;
    return *this;
  }
  /// Where it starts. A program whose name is a relative path is looked for from there.
  command& in_directory(std::string directory) {
    directory_ = std::move(directory);
    return *this;
  }

  const std::vector<std::string>& words() const noexcept { return words_; }
  /// The program, as errors name it.
  const std::string& program() const noexcept { return words_.front(); }
  /// The function to call, or null when it is a program that is to be run.
  const detail::process_call* call() const noexcept { return call_.get(); }
  const std::string& directory() const noexcept { return directory_; }
  /// The whole environment that it will have, as "NAME=value"s.
  std::vector<std::string> environment() const;

  /// As one would type it into a shell: `sh -c 'exit 3'`.
  /// Source: shlex.join().
  std::string to_string() const;

 private:
  std::vector<std::string> words_;
  std::shared_ptr<const detail::process_call> call_;
  std::map<std::string, std::optional<std::string>, std::less<>> changes_;
  bool inherits_environment_ = true;
  std::string directory_;
};

}  // namespace pirn
