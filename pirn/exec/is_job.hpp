// is_job: tells jobs from other results, for headers that need no more of them.
#pragma once

namespace pirn {

template <class T>
class job;

template <class T>
inline constexpr bool is_job = false;
template <class T>
inline constexpr bool is_job<job<T>> = true;

}  // namespace pirn
