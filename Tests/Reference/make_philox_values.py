"""Makes philox.json: the known answers of Philox 4×32-10 that Random123 publishes in its file kat_vectors
(Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11).

The rounds below are written from that paper. With 64-bit words they must give what numpy.random.Philox (4×64-10)
gives, which is somebody else's program; with 32-bit words they must give the published answers."""
import numpy as np

import reference

# counter | key | output
PUBLISHED = """
00000000 00000000 00000000 00000000 | 00000000 00000000 | 6627e8d5 e169c58d bc57ac4c 9b00dbd8
ffffffff ffffffff ffffffff ffffffff | ffffffff ffffffff | 408f276d 41c83b0e a20bc7c6 6d5451fd
243f6a88 85a308d3 13198a2e 03707344 | a4093822 299f31d0 | d16cfe09 94fdcceb 5001e420 24126ea1
"""
# word size ↦ (multipliers, the key's increments)
CONSTANTS = {
    32: ((0xD2511F53, 0xCD9E8D57), (0x9E3779B9, 0xBB67AE85)),
    64: ((0xD2E7470EE14C6C93, 0xCA5A826395121157), (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)),
}


def philox(counter, key, bits, rounds=10):
    (m0, m1), increments = CONSTANTS[bits]
    mask = (1 << bits) - 1
    c0, c1, c2, c3 = counter
    for _ in range(rounds):
        p0, p1 = m0 * c0, m1 * c2
        c0, c1, c2, c3 = (p1 >> bits) ^ c1 ^ key[0], p1 & mask, (p0 >> bits) ^ c3 ^ key[1], p0 & mask
        key = [(word + increment) & mask for word, increment in zip(key, increments)]
    return [c0, c1, c2, c3]


def check_against_numpy():
    random = np.random.default_rng(22)
    for _ in range(20):
        counter, key = (random.integers(0, 2**64, size, dtype=np.uint64) for size in (4, 2))
        words = counter.tolist()
        words[0] = (words[0] + 1) % 2**64  # NumPy counts on before it draws
        if words[0]:
            assert philox(words, key.tolist(), 64) == np.random.Philox(counter=counter, key=key).random_raw(4).tolist()


if __name__ == "__main__":
    check_against_numpy()
    vectors = []
    for line in PUBLISHED.split("\n"):
        if line:
            counter, key, output = ([int(word, 16) for word in part.split()] for part in line.split("|"))
            assert philox(counter, key, 32) == output, line
            vectors.append({"counter": counter, "key": key, "output": output})
    reference.write(
        "philox.json", __file__, "Known answers of Philox 4x32-10, from Random123's kat_vectors; words as integers.",
        ["numpy"], {"rounds": 10, "vectors": vectors})
