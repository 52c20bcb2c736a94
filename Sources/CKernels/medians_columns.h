// One type of element of medians_body.h, which sets ELEMENT, ELEMENT_LANES and FOR_ELEMENT, and includes this file once
// for each.

#include "medians_network.h"

#define VALUES FOR_ELEMENT(values)
#define UNALIGNED_VALUES FOR_ELEMENT(unaligned_values)

typedef ELEMENT VALUES __attribute__((ext_vector_type(ELEMENT_LANES)));
typedef ELEMENT UNALIGNED_VALUES __attribute__((ext_vector_type(ELEMENT_LANES), aligned(sizeof(ELEMENT)), may_alias));

#define order FOR_ELEMENT(order)

// The lesser to a, the greater to b.
INLINE void order(VALUES *a, VALUES *b) {
  const VALUES x = *a, y = *b;
  *a = x < y ? x : y;
  *b = x < y ? y : x;
}

INLINE void FOR_ELEMENT(sort)(VALUES *v, const int side) {
  if (side == 3) {
    ORDER(0, 1), ORDER(1, 2), ORDER(0, 1);
  } else {
    ORDER(0, 3), ORDER(1, 4), ORDER(0, 2), ORDER(1, 3), ORDER(0, 1), ORDER(2, 4), ORDER(1, 2), ORDER(3, 4), ORDER(2, 3);
  }
}

// Sorts a vector of columns of `side` rows; the least values go to the first row of `sorted`.
INLINE void FOR_ELEMENT(sort_vector)(
    const ELEMENT *const *rows, ptrdiff_t first, ELEMENT *sorted, ptrdiff_t stride, const int side) {
  VALUES v[5];
#pragma clang loop unroll(full)
  for (int r = 0; r < side; r++) v[r] = *(const UNALIGNED_VALUES *)(rows[r] + first);
  FOR_ELEMENT(sort)(v, side);
#pragma clang loop unroll(full)
  for (int r = 0; r < side; r++) *(UNALIGNED_VALUES *)(sorted + r * stride) = v[r];
}

// Sorts `count` columns from `first` on. Where a last vector is not full, it is done once more from further left.
INLINE void FOR_ELEMENT(sort_columns_of)(
    const ELEMENT *const *rows, ptrdiff_t first, ELEMENT *sorted, ptrdiff_t stride, ptrdiff_t count, const int side) {
  ptrdiff_t i = 0;
  for (; i + ELEMENT_LANES <= count; i += ELEMENT_LANES) {
    FOR_ELEMENT(sort_vector)(rows, first + i, sorted + i, stride, side);
  }
  if (i == count) return;
  if (count >= ELEMENT_LANES) {
    i = count - ELEMENT_LANES;
    FOR_ELEMENT(sort_vector)(rows, first + i, sorted + i, stride, side);
    return;
  }
  // Rows may end with the memory: they come by way of a whole vector, the sorted rows have room for one.
  ELEMENT copies[5][ELEMENT_LANES] = {{0}};
  const ELEMENT *copied[5];
  for (int r = 0; r < side; r++) {
    memcpy(copies[r], rows[r] + first, (size_t)count * sizeof(ELEMENT));
    copied[r] = copies[r];
  }
  FOR_ELEMENT(sort_vector)(copied, 0, sorted, stride, side);
}

TARGET static void FOR_ELEMENT(sort_columns)(
    const ELEMENT *const *rows, ptrdiff_t first, ELEMENT *sorted, ptrdiff_t stride, ptrdiff_t count, int side) {
  if (side == 3) {
    FOR_ELEMENT(sort_columns_of)(rows, first, sorted, stride, count, 3);
  } else {
    FOR_ELEMENT(sort_columns_of)(rows, first, sorted, stride, count, 5);
  }
}

// The medians of the windows whose sorted columns begin at `sorted`, `step` apart.
INLINE VALUES FOR_ELEMENT(median_of)(const ELEMENT *sorted, ptrdiff_t stride, ptrdiff_t step, const int side) {
  VALUES v[25];
#pragma clang loop unroll(full)
  for (int rank = 0; rank < side; rank++) {
#pragma clang loop unroll(full)
    for (int c = 0; c < side; c++) {
      v[rank * side + c] = *(const UNALIGNED_VALUES *)(sorted + rank * stride + c * step);
    }
  }
  if (side == 3) {
    // The greatest of the least, the middle of the middle, the least of the greatest; and the middle of these.
    ORDER(0, 1), ORDER(1, 2);
    ORDER(3, 4), ORDER(4, 5), ORDER(3, 4);
    ORDER(6, 7), ORDER(6, 8);
    ORDER(2, 4), ORDER(4, 6), ORDER(2, 4);
    return v[4];
  }
  MEDIAN_OF_SORTED_FIVES
  return v[12];
}

// `count` medians side by side.
INLINE void FOR_ELEMENT(medians_of)(
    const ELEMENT *sorted, ptrdiff_t stride, ptrdiff_t step, ELEMENT *result, ptrdiff_t count, const int side) {
  ptrdiff_t i = 0;
  for (; i + ELEMENT_LANES <= count; i += ELEMENT_LANES) {
    *(UNALIGNED_VALUES *)(result + i) = FOR_ELEMENT(median_of)(sorted + i, stride, step, side);
  }
  if (i == count) return;
  if (count >= ELEMENT_LANES) {
    i = count - ELEMENT_LANES;
    *(UNALIGNED_VALUES *)(result + i) = FOR_ELEMENT(median_of)(sorted + i, stride, step, side);
    return;
  }
  const VALUES medians = FOR_ELEMENT(median_of)(sorted, stride, step, side);
  memcpy(result, &medians, (size_t)count * sizeof(ELEMENT));
}

TARGET static void FOR_ELEMENT(medians)(
    const ELEMENT *sorted, ptrdiff_t stride, ptrdiff_t step, ELEMENT *result, ptrdiff_t count, int side) {
  if (side == 3) {
    FOR_ELEMENT(medians_of)(sorted, stride, step, result, count, 3);
  } else {
    FOR_ELEMENT(medians_of)(sorted, stride, step, result, count, 5);
  }
}

#undef order
#undef ORDER
#undef MEDIAN_OF_SORTED_FIVES
#undef VALUES
#undef UNALIGNED_VALUES
#undef ELEMENT
#undef ELEMENT_LANES
#undef FOR_ELEMENT
