#include "flowkit_mpi.h"

/* Without the package's trait MPI nothing of it is needed, nor linked. */
#ifdef FLOWKIT_MPI

#include <mpi.h>
#include <stdio.h>

/* Errors of MPI end the job: that is its default. */
void flowkit_mpi_begin(void) {
  int provided;
  MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
}

void flowkit_mpi_end(void) { MPI_Finalize(); }

void flowkit_mpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

int flowkit_mpi_rank(void) {
  int rank;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

int flowkit_mpi_count(void) {
  int count;
  MPI_Comm_size(MPI_COMM_WORLD, &count);
  return count;
}

int flowkit_mpi_count_here(void) {
  MPI_Comm here;
  int count;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
  MPI_Comm_size(here, &count);
  MPI_Comm_free(&here);
  return count;
}

void flowkit_mpi_host(char *name, size_t size) {
  char whole[MPI_MAX_PROCESSOR_NAME];
  int length;
  MPI_Get_processor_name(whole, &length);
  snprintf(name, size, "%s", whole);
}

void flowkit_mpi_exchange(const void *source, const int *sent, const int *sent_at, void *target, const int *received,
                          const int *received_at) {
  MPI_Alltoallv(source, sent, sent_at, MPI_BYTE, target, received, received_at, MPI_BYTE, MPI_COMM_WORLD);
}

void flowkit_mpi_gather(void *buffer, const int *counts, const int *at) {
  MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, buffer, counts, at, MPI_BYTE, MPI_COMM_WORLD);
}

void flowkit_mpi_broadcast(void *bytes, int count) { MPI_Bcast(bytes, count, MPI_BYTE, 0, MPI_COMM_WORLD); }

#else

typedef int flowkit_no_mpi;

#endif
