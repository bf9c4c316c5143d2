// flag_download: one flag, from the site to the disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "pirn/base/time.hpp"
#include "pirn/core/task.hpp"
#include "pirn/http/client.hpp"
#include "pirn/sync/semaphore.hpp"
#include "stop_switch.hpp"

namespace pirn::apps {

enum class flag_fate : std::uint8_t {
  downloaded,
  not_found,
  refused,  ///< the site answered, but with another error
  failed,   ///< no answer, or no place for the file
};

/// What became of one code.
struct flag_result {
  std::string code;
  flag_fate fate = flag_fate::failed;
  std::string file;  ///< its name, when it was downloaded
  std::size_t size_bytes = 0;
  std::string message;  ///< "OK", or what happened instead

  template <class Archive>
  void serialize(Archive& archive) {
    archive(code, fate, file, size_bytes, message);
  }
};

/// A flag on its way to the disk. It travels between processes.
struct fetched_flag {
  flag_result result;
  std::string image;  ///< empty when there is none

  template <class Archive>
  void serialize(Archive& archive) {
    archive(result, image);
  }
};

/// What the downloads of a run have in common.
struct flag_order {
  std::string base_url;   ///< what comes before `/br/br.gif`
  std::string directory;  ///< where the files go; it exists
  /// Ask for the country's name too, and call the file `Brazil-BR.gif`.
  bool with_country = false;
  duration patience = std::chrono::seconds(30);  ///< with a site that says nothing

  template <class Archive>
  void serialize(Archive& archive) {
    archive(base_url, directory, with_country, patience);
  }
};

/// How a client is to be for so many downloads at once.
http::client_options client_options_of(const flag_order& order, unsigned connections);

/// Downloads one flag; each request holds one of the `permits`. The file appears when it is whole.
///
/// Returns: what happened; it throws nothing but `cancelled`.
/// Cancel:  no part of the file stays behind.
task<flag_result> download_flag(http::client& client, const flag_order& order, std::string code,
                                semaphore& permits);

/// The same as a call that blocks its thread until it is done, over a connection of its own.
/// Requires: no loop runs on this thread.
/// Throws:   future_cancelled when `stop` was pulled meanwhile.
flag_result download_flag_blocking(const flag_order& order, std::string code, stop_switch& stop);

/// The half of it that can be left to another process: fetches a flag, and writes nothing.
/// Requires: no loop runs on this thread.
/// Returns:  the flag, or what happened instead; it throws nothing.
fetched_flag fetch_flag_blocking(const flag_order& order, const std::string& code);

/// The other half: writes what was fetched.
/// Returns: what became of the flag; it throws nothing but `cancelled`.
/// Cancel:  no part of the file stays behind.
task<flag_result> store_flag(const flag_order& order, fetched_flag fetched);

/// What `metadata.json` says that the country is called.
/// Throws: std::runtime_error when it does not say it.
std::string country_in_metadata(std::string_view json);

/// `Brazil-BR.gif`; in it no spaces, and nothing that leads out of a directory.
std::string flag_file_name(std::string_view country, std::string_view code);

}  // namespace pirn::apps
