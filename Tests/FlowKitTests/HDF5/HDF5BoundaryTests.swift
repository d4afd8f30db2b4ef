import FlowKit
import Foundation
import Glibc
import Testing

@Suite struct HDF5BoundaryTests {
  @Test func manyTasksReadAtOnce() async throws {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for task in 0..<16 {
        group.addTask {
          var matches = 0
          for round in 0..<20 {
            // Failures and successes side by side: each thread's error is its own.
            let reader = try HDF5Table(location("chunked.h5"), columns: [["a", "e"][task % 2]])
            let row = (task + round) % 50
            if try reader.read(rows: row..<(row + 1)) == [Double(10 * row + 4 * (task % 2))] { matches += 1 }
            let text = message { () throws(FlowError) in
              _ = try HDF5Table(location("split.h5", "absent\(task)"))
            }
            if text?.contains("'absent\(task)'") == true { matches += 1 }
          }
          return matches
        }
      }
      for try await matches in group { #expect(matches == 40) }
    }
  }

  /// In a child process whose standard error is a file.
  @Test func theLibraryPrintsNothingOnAnyThread() async {
    await #expect(processExitsWith: .success) {
      let output = try withFolder { folder in
        let path = "\(folder)/output"
        let saved = dup(STDERR_FILENO)
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
        dup2(descriptor, STDERR_FILENO)
        for _ in 0..<4 { failOnNewThread() }
        dup2(saved, STDERR_FILENO)
        close(descriptor)
        return try AtomicFile.read(path)
      }
      #expect(output == [])
    }
  }

  @Test func errorsCarryTheLibrarysStack() {
    do throws(FlowError) {
      _ = try HDF5.File(reading: reference("signature-only.h5"))
      Issue.record("eight bytes were opened")
    } catch {
      #expect(error.kind == .file)
      #expect(error.detail?.contains("H5Fopen") == true)
    }
  }

  @Test(arguments: [
    ("chunked.h5", HDF5.FileKind.hdf5), ("missing.h5", .missing), ("missing/x.h5", .missing),
    ("empty.h5", .empty), ("text.csv", .notHDF5(format: "text")), ("truncated.h5", .hdf5), ("", .folder),
  ])
  func tellsKindsOfFiles(name: String, kind: HDF5.FileKind) throws {
    #expect(try HDF5.FileKind(of: reference(name)) == kind)
  }

  @Test func saysThatAFileIsBeingWritten() throws {
    try withFolder { folder in
      let path = "\(folder)/busy.h5"
      try AtomicFile.write(try AtomicFile.read(reference("split.h5")), to: path)
      let descriptor = open(path, O_RDWR)
      defer { close(descriptor) }
      flock(descriptor, LOCK_EX)
      let text = message { () throws(FlowError) in _ = try HDF5.File(reading: path) }
      #expect(text?.hasPrefix("\(path) is locked by a program that writes to it; wait for it") == true)
    }
  }

  /// A writer that is about to close its file is waited for.
  @Test func waitsForALockThatIsGivenUp() throws {
    try withFolder { folder in
      let path = "\(folder)/busy.h5"
      try AtomicFile.write(try AtomicFile.read(reference("split.h5")), to: path)
      let descriptor = open(path, O_RDWR)
      flock(descriptor, LOCK_EX)
      let writer = Thread {
        usleep(200_000)
        close(descriptor)
      }
      writer.start()
      _ = try HDF5.File(reading: path)
    }
  }

  /// A program that is started while a file is open does not keep the file's lock.
  @Test func startedProgramsDoNotHoldFiles() throws {
    try withFolder { folder in
      let path = "\(folder)/own.h5"
      let file = try HDF5.File(creating: path, name: path)
      // Foundation's `Process` would close the file in the program by itself.
      var program = pid_t()
      let words: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("20"), nil]
      defer { words.forEach { free($0) } }
      try #require(posix_spawn(&program, "/bin/sleep", nil, nil, words, nil) == 0)
      defer {
        kill(program, SIGKILL)
        waitpid(program, nil, 0)
      }
      _ = consume file
      _ = try HDF5.File(reading: path)
    }
  }

  @Test func tellsADeviceFromAFile() throws {
    #expect(try HDF5.FileKind(of: "/dev/null") == .special)
  }
}

/// Meets an error inside the library on a thread that has not entered it before.
private func failOnNewThread() {
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { _ in
      _ = message { () throws(FlowError) in _ = try HDF5.File(reading: reference("signature-only.h5")) }
      return nil
    }, nil)
  pthread_join(thread, nil)
}
