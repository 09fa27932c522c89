// Wrong on purpose, in both ways that Oclgrind is asked to find.
__kernel void canary(__global int *shared_cell) {
  int never_set[4];
  if (shared_cell[1] == 77) never_set[0] = 1;
  if (never_set[get_global_id(0) & 3] > 0) shared_cell[2 + get_global_id(0)] = 1;
  shared_cell[0] = get_global_id(0);
}
