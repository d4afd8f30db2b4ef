import Glibc

/// In place of the standard library's, which in release builds says neither what does not hold nor where: here, in which
/// line of which guide.
func precondition(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String = "it does not hold",
  file: StaticString = #file, line: UInt = #line
) {
  guard !condition() else { return }
  print("\(file):\(line): \(message())")
  exit(1)
}
