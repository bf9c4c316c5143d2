// component: a program that uses one room of an installed pirn.
#include <pirn/base/assert.hpp>

int main(int argc, char**) {
  PIRN_ASSERT(argc > 0, "a program has a name");
  return 0;
}
