/* MPI for Swift: its handles are macros, which Swift does not see. Sizes and places are bytes. */
#ifndef FLOWKIT_MPI_H
#define FLOWKIT_MPI_H

#include <stddef.h>

/* Joins the job of whoever started this process. Calls come from one thread. */
void flowkit_mpi_begin(void);
/* Leaves it: the last call. */
void flowkit_mpi_end(void);
/* Ends the job, all processes of it. */
void flowkit_mpi_abort(int code);

int flowkit_mpi_rank(void);
int flowkit_mpi_count(void);
/* How many processes of the job are on this machine. */
int flowkit_mpi_count_here(void);
/* The machine's name, at most `size` bytes with the 0. */
void flowkit_mpi_host(char *name, size_t size);

/* Of `source`, `sent[r]` bytes from `sent_at[r]` on go to process r; into `target`, those of process r go likewise. */
void flowkit_mpi_exchange(const void *source, const int *sent, const int *sent_at, void *target, const int *received,
                          const int *received_at);
/* Makes `buffer` the same everywhere: `counts[r]` bytes from `at[r]` on are those of process r. */
void flowkit_mpi_gather(void *buffer, const int *counts, const int *at);
void flowkit_mpi_broadcast(void *bytes, int count);

#endif
