extension [Int] {
  /// The sign of this permutation of its indices: −1 to the number of its cycles of even length.
  var permutationSign: Int {
    var seen = Set<Int>()
    return indices.reduce(1) { sign, start in
      var (length, index) = (0, start)
      while seen.insert(index).inserted { (length, index) = (length + 1, self[index]) }
      return length > 0 && length % 2 == 0 ? -sign : sign
    }
  }
}
