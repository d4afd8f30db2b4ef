#pragma once
#include <stddef.h>
#include <stdint.h>

/* Philox 4x32-10 of Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), section 5:
 * ten rounds of two 32x32 -> 64 bit products, the key bumped by Weyl constants between the rounds. */
static inline __attribute__((always_inline)) void philox4x32(uint32_t c[4], uint32_t k0, uint32_t k1) {
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c[0], p1 = (uint64_t)0xCD9E8D57u * c[2];
    uint32_t c0 = (uint32_t)(p1 >> 32) ^ c[1] ^ k0, c2 = (uint32_t)(p0 >> 32) ^ c[3] ^ k1;
    c[0] = c0, c[1] = (uint32_t)p1, c[2] = c2, c[3] = (uint32_t)p0;
    k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
  }
}

/* The words of one event for the block of rows number `block`. */
static inline __attribute__((always_inline)) void event_words(uint64_t event, size_t block, uint32_t purpose, uint64_t seed,
                                                              uint32_t c[4]) {
  c[0] = (uint32_t)event, c[1] = (uint32_t)(event >> 32), c[2] = (uint32_t)block, c[3] = purpose;
  philox4x32(c, (uint32_t)seed, (uint32_t)(seed >> 32));
}
