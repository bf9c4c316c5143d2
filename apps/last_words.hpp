// last_words: what a program that dies by a signal still says.
#pragma once

#include <string>

namespace pirn::apps {

/// While it lives, an abort or a bad memory access on this thread prints the words, a line on
/// standard error, before the program ends as it would have.
class last_words {
 public:
  explicit last_words(std::string words);
  last_words(last_words&&) = delete;  // the handler reads them
  ~last_words();

 private:
  std::string words_;
  const std::string* before_;
};

}  // namespace pirn::apps
