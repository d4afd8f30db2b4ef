import FlowKit
import Glibc
import Testing

@Suite struct AtomicFileTests {
  private func failure(_ path: String) -> String? {
    message { () throws(FlowError) in try AtomicFile.write([1], to: path) }
  }

  @Test func replacesAFileAsAWhole() throws {
    try withFolder { folder in
      let path = "\(folder)/a"
      let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
      try AtomicFile.write(large, to: path)
      #expect(try AtomicFile.read(path) == large)
      try AtomicFile.write([], to: path)
      #expect(try AtomicFile.read(path) == [])
      #expect(files(in: folder) == ["a"])
    }
  }

  @Test func writesToWhatALinkLeadsTo() throws {
    try withFolder { folder in
      try AtomicFile.write([1], to: "\(folder)/target")
      symlink("target", "\(folder)/link")
      try AtomicFile.write([2], to: "\(folder)/link")
      #expect(try AtomicFile.read("\(folder)/target") == [2])
      #expect(files(in: folder) == ["link", "target"])
    }
  }

  @Test func saysWhyItCannotWrite() throws {
    try withFolder { folder in
      #expect(
        failure("\(folder)/no/a")
          == "cannot write \(folder)/no/a: the folder \(folder)/no does not exist; create it first")
      #expect(failure(folder) == "cannot write \(folder): it is a folder; give the path of a file")
      #expect(failure("/dev/null") == "cannot write /dev/null: it is not a regular file")
      try AtomicFile.write([1], to: "\(folder)/file")
      #expect(failure("\(folder)/file/a") == "cannot write \(folder)/file/a: \(folder)/file is not a folder")
    }
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may write everywhere"))
  func respectsPermissions() throws {
    try withFolder { folder in
      try AtomicFile.write([1], to: "\(folder)/file")
      chmod("\(folder)/file", 0o400)
      #expect(failure("\(folder)/file") == "cannot write \(folder)/file: Permission denied")
      chmod(folder, 0o500)
      #expect(failure("\(folder)/new") == "cannot write \(folder)/new: Permission denied")
      chmod(folder, 0o700)
    }
  }

  @Test func saysWhyItCannotRead() throws {
    try withFolder { folder in
      #expect(
        message { () throws(FlowError) in _ = try AtomicFile.read("\(folder)/a") }
          == "\(folder)/a does not exist; check the path and the working folder")
      #expect(
        message { () throws(FlowError) in _ = try AtomicFile.read(folder) }
          == "\(folder) is a folder; give the path of a file")
    }
  }
}
