// The median of 25 values v[5 * rank + column] whose five columns are sorted, left in v[12]: what remains to compare
// between the columns, 82 minima and maxima. Unneeded halves of exchanges are left to the compiler to drop.
//
// Found by a search that began with sorted rows of the sorted columns, moved and left out comparisons at random, and kept
// what still gave the median of all 6^5 ways to fill sorted columns with zeros and ones, which suffices for any values
// (Knuth, The Art of Computer Programming 3, 5.3.4).
#define ORDER(A, B) order(v + (A), v + (B))
#define MEDIAN_OF_SORTED_FIVES \
  ORDER(24, 20); ORDER(13, 14); ORDER(10, 13); ORDER(5, 8); ORDER(6, 7); ORDER(7, 9); ORDER(5, 6); ORDER(15, 18); \
  ORDER(9, 8); ORDER(12, 13); ORDER(8, 18); ORDER(0, 3); ORDER(0, 2); ORDER(11, 14); ORDER(6, 9); ORDER(17, 19); \
  ORDER(2, 3); ORDER(8, 19); ORDER(16, 8); ORDER(12, 11); ORDER(9, 22); ORDER(14, 13); ORDER(4, 3); ORDER(6, 17); \
  ORDER(8, 14); ORDER(8, 11); ORDER(24, 23); ORDER(10, 7); ORDER(3, 12); ORDER(17, 16); ORDER(1, 12); ORDER(1, 2); \
  ORDER(2, 17); ORDER(7, 9); ORDER(21, 22); ORDER(15, 16); ORDER(21, 9); ORDER(8, 15); ORDER(21, 20); ORDER(9, 24); \
  ORDER(12, 15); ORDER(9, 21); ORDER(11, 21); ORDER(15, 23); ORDER(7, 4); ORDER(15, 16); ORDER(11, 15); \
  ORDER(9, 12); ORDER(11, 12); ORDER(11, 8); ORDER(8, 17); ORDER(4, 17); ORDER(12, 17);
