// types: the standard library's types as values that travel.
#pragma once

// Others (complex, bitset, polymorphic pointers ...) travel when their header of cereal's is
// included.
#include <cereal/types/array.hpp>          // IWYU pragma: export
#include <cereal/types/chrono.hpp>         // IWYU pragma: export
#include <cereal/types/common.hpp>         // IWYU pragma: export
#include <cereal/types/deque.hpp>          // IWYU pragma: export
#include <cereal/types/list.hpp>           // IWYU pragma: export
#include <cereal/types/map.hpp>            // IWYU pragma: export
#include <cereal/types/memory.hpp>         // IWYU pragma: export
#include <cereal/types/optional.hpp>       // IWYU pragma: export
#include <cereal/types/set.hpp>            // IWYU pragma: export
#include <cereal/types/string.hpp>         // IWYU pragma: export
#include <cereal/types/tuple.hpp>          // IWYU pragma: export
#include <cereal/types/unordered_map.hpp>  // IWYU pragma: export
#include <cereal/types/unordered_set.hpp>  // IWYU pragma: export
#include <cereal/types/utility.hpp>        // IWYU pragma: export
#include <cereal/types/variant.hpp>        // IWYU pragma: export
#include <cereal/types/vector.hpp>         // IWYU pragma: export
