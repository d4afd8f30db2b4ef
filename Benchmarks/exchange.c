/* What a step's calls of MPI take here: mpicc -O2 exchange.c -o exchange && mpirun -n 2 ./exchange
 *
 * For gradients of several sizes, the seconds of what a step of n parameters makes (an exchange of parts, a gathering of 4 KB, a gathering of
 * n parameters, a broadcast of 2 bytes), the median of 200, and a straight line through them: the calls' latency and their bandwidth. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

enum { REPEATS = 200, SIZES = 6 };

static int compare(const void *a, const void *b) { return (*(double *)a > *(double *)b) - (*(double *)a < *(double *)b); }

int main(int argc, char **argv) {
  int rank, count;
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  int largest = 1 << 21, *counts = malloc(sizeof(int) * count * 4), *at = counts + count;
  int *sent = at + count, *received_at = sent + count;
  float *own = calloc(largest, sizeof *own), *others = calloc(2 * (size_t)largest, sizeof *others);
  char *small = calloc(1, 4096 * (size_t)count), word[2] = {0};
  double bytes[SIZES], seconds[SIZES], times[REPEATS];
  for (int size = 0; size < SIZES; size++) {
    int n = largest >> (2 * (SIZES - 1 - size)), part = n / count;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
      MPI_Barrier(MPI_COMM_WORLD);
      double start = MPI_Wtime();
      for (int r = 0; r < count; r++) {
        sent[r] = r == rank ? 0 : part, counts[r] = r == rank ? 0 : part;
        at[r] = r * part, received_at[r] = r * part;
      }
      MPI_Alltoallv(own, sent, at, MPI_FLOAT, others, counts, received_at, MPI_FLOAT, MPI_COMM_WORLD);
      MPI_Allgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, small, 4096 / count, MPI_BYTE, MPI_COMM_WORLD);
      for (int r = 0; r < count; r++) counts[r] = part;
      MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, own, counts, at, MPI_FLOAT, MPI_COMM_WORLD);
      MPI_Bcast(word, 2, MPI_BYTE, 0, MPI_COMM_WORLD);
      times[repeat] = MPI_Wtime() - start;
    }
    qsort(times, REPEATS, sizeof *times, compare);
    bytes[size] = 2 * 4.0 * n * (count - 1) / count, seconds[size] = times[REPEATS / 2];
    if (rank == 0) printf("%8d parameters  %7.0f KB each way  %9.1f us\n", n, bytes[size] / 1e3, 1e6 * seconds[size]);
  }
  /* From the smallest and the largest. */
  double rate = (bytes[SIZES - 1] - bytes[0]) / (seconds[SIZES - 1] - seconds[0]);
  if (rank == 0) printf("latency of all calls %.1f us, %.2f GB/s\n", 1e6 * (seconds[0] - bytes[0] / rate), rate / 1e9);
  MPI_Finalize();
  return 0;
}
