#include "pirn/mpi/mpi_link.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <list>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include <mpi.h>

#include "pirn/base/assert.hpp"

// MPI's default error handler ends all ranks with a message; so no call here looks at its result.
namespace pirn::detail {
namespace {

// So far from the next one that they share no cache line. It is not aligned to one, for the memory
// that MPI gives is not.
struct bell_place {
  class bell bell;
  std::array<std::byte, 64 - sizeof(class bell)> apart{};
};

struct transfer {
  rank_message message;
  MPI_Request request = MPI_REQUEST_NULL;

  bool is_over() {
    int over = 0;
    MPI_Test(&request, &over, MPI_STATUS_IGNORE);
    return over != 0;
  }
};

}  // namespace

bool started_as_rank() noexcept {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"}) {
    if (std::getenv(name) != nullptr) return true;  // NOLINT: before threads
  }
  return false;
}

struct mpi_link::parts {
  int rank = 0;
  int size = 0;
  // A list: MPI holds the addresses of what is under way.
  std::list<transfer> outgoing;
  std::optional<transfer> incoming;

  MPI_Win window = MPI_WIN_NULL;   // of the bells that ranks of this host share
  std::vector<class bell*> bells;  // by rank; null on another host
  class bell own_bell;             // where none are shared
  bool all_can_ring = false;
};

mpi_link::mpi_link(int& argc, char**& argv, bells how) : parts_(std::make_unique<parts>()) {
  int level = MPI_THREAD_SINGLE;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
  if (level < MPI_THREAD_SERIALIZED) {
    MPI_Finalize();
    throw std::runtime_error("this MPI was built without MPI_THREAD_SERIALIZED");
  }
  MPI_Comm_rank(MPI_COMM_WORLD, &parts_->rank);
  MPI_Comm_size(MPI_COMM_WORLD, &parts_->size);
  parts_->bells.resize(static_cast<std::size_t>(parts_->size));
  parts_->bells[static_cast<std::size_t>(parts_->rank)] = &parts_->own_bell;
  if (how == bells::shared) share_bells();
}

// Each rank puts a bell into memory that the ranks of its host map, and learns where theirs are.
void mpi_link::share_bells() {
  MPI_Comm host = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host);
  void* memory = nullptr;
  MPI_Win_allocate_shared(sizeof(bell_place), 1, MPI_INFO_NULL, host, static_cast<void*>(&memory),
                          &parts_->window);
  PIRN_ASSERT(reinterpret_cast<std::uintptr_t>(memory) % alignof(bell_place) == 0,
              "MPI's memory is aligned for a bell");
  std::construct_at(static_cast<bell_place*>(memory));
  MPI_Barrier(host);  // nobody rings before it is a bell

  int neighbours = 0;
  MPI_Comm_size(host, &neighbours);
  std::vector<int> here(static_cast<std::size_t>(neighbours));
  MPI_Allgather(&parts_->rank, 1, MPI_INT, here.data(), 1, MPI_INT, host);
  for (int index = 0; index < neighbours; ++index) {
    MPI_Aint size_bytes = 0;
    int unit_bytes = 0;
    void* base = nullptr;
    MPI_Win_shared_query(parts_->window, index, &size_bytes, &unit_bytes,
                         static_cast<void*>(&base));
    const int rank = here[static_cast<std::size_t>(index)];
    parts_->bells[static_cast<std::size_t>(rank)] = &static_cast<bell_place*>(base)->bell;
  }
  MPI_Comm_free(&host);
  // A worker hears from rank 0 alone, and rank 0 from all.
  parts_->all_can_ring =
      parts_->rank == 0 ? neighbours == parts_->size : parts_->bells.front() != nullptr;
}

mpi_link::~mpi_link() {
  PIRN_ASSERT(parts_->outgoing.empty(), "ranks part after their last message has gone");
  if (parts_->window != MPI_WIN_NULL) MPI_Win_free(&parts_->window);
  MPI_Finalize();
}

int mpi_link::rank() const noexcept {
  return parts_->rank;
}
int mpi_link::workers() const noexcept {
  return parts_->size - 1;
}
bool mpi_link::all_can_ring() const noexcept {
  return parts_->all_can_ring;
}

std::size_t mpi_link::size_max_bytes() const noexcept {
  return std::numeric_limits<int>::max();  // MPI counts in int
}

class bell& mpi_link::bell() noexcept {
  return *parts_->bells[static_cast<std::size_t>(parts_->rank)];
}

void mpi_link::ring(int rank) noexcept {
  class bell* other = parts_->bells[static_cast<std::size_t>(rank)];
  if (other != nullptr) other->ring();
}

void mpi_link::send(rank_message message) {
  if (message.content.size() > size_max_bytes()) {
    throw std::length_error("a message of " + std::to_string(message.content.size()) +
                            " bytes: MPI sends at most " + std::to_string(size_max_bytes()));
  }
  const int to = message.rank;
  transfer& going = parts_->outgoing.emplace_back(std::move(message));
  MPI_Isend(going.message.content.data(), static_cast<int>(going.message.content.size()), MPI_BYTE,
            to, static_cast<int>(going.message.what), MPI_COMM_WORLD, &going.request);
  if (going.is_over()) parts_->outgoing.pop_back();  // a short one has been copied
  ring(to);
}

// What MPI could not pass on at once goes with one of these looks: news for the receiver.
bool mpi_link::still_sending() {
  std::erase_if(parts_->outgoing, [this](transfer& each) {
    const bool is_over = each.is_over();
    if (is_over) ring(each.message.rank);
    return is_over;
  });
  return !parts_->outgoing.empty();
}

// Open MPI's probe looks first and then fetches what has come: only the second one sees it. Who
// sleeps after one look would miss the message that the bell has rung for.
std::optional<rank_message> mpi_link::try_receive() {
  if (parts_->incoming) return take_arrived();
  int found = 0;
  MPI_Message handle = MPI_MESSAGE_NULL;
  MPI_Status status;
  for (int look = 0; look < 2 && found == 0; ++look) {
    MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &found, &handle, &status);
  }
  if (found == 0) return std::nullopt;
  int size_bytes = 0;
  MPI_Get_count(&status, MPI_BYTE, &size_bytes);
  transfer& coming = parts_->incoming.emplace();
  coming.message.rank = status.MPI_SOURCE;
  coming.message.what = static_cast<rank_message::kind>(status.MPI_TAG);
  coming.message.content.resize(static_cast<std::size_t>(size_bytes));
  MPI_Imrecv(coming.message.content.data(), size_bytes, MPI_BYTE, &handle, &coming.request);
  return take_arrived();
}

// A long message needs its sender to look, too; it may have gone to sleep.
std::optional<rank_message> mpi_link::take_arrived() {
  if (!parts_->incoming->is_over()) {
    ring(parts_->incoming->message.rank);
    return std::nullopt;
  }
  std::optional<rank_message> arrived(std::move(parts_->incoming->message));
  parts_->incoming.reset();
  return arrived;
}

}  // namespace pirn::detail
