import ArgumentParser
import FlowKit
import Glibc

/// This process among those of a job of MPI: the first one shows and writes, the others keep still.
///
/// A launcher is known by what it leaves in the environment, so that a program that can take part in a job needs none.
enum JobProcess {
  #if MPI
    /// As Open MPI, MPICH and Intel MPI, and PMIx name the number of a process.
    private static let number = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK"].lazy.compactMap(variable).first
  #else
    private static let number: Int? = nil
  #endif
  /// Whether this process shows results and writes files.
  static let isFirst = (number ?? 0) == 0
  /// Standard error, where a process that keeps still says why the job ends. Written once, before there is another thread.
  nonisolated(unsafe) private static var errors = STDERR_FILENO

  private static func variable(_ name: String) -> Int? { getenv(name).flatMap { Int(String(cString: $0)) } }

  /// To be called before anything is written.
  static func keepStillUnlessFirst() {
    guard !isFirst else { return }
    errors = dup(STDERR_FILENO)
    let nowhere = open("/dev/null", O_WRONLY)
    for output in [STDOUT_FILENO, STDERR_FILENO] { dup2(nowhere, output) }
    close(nowhere)
  }

  /// Throws in a process that has something else than the first: `what` of it is `text` here.
  static func agree(_ what: String, _ text: String) throws(FlowError) {
    let first = Job.processes.decided(text)
    guard text == first else {
      throw FlowError(.data, "\(what) is not that of process 0: \(text) here, \(first) there")
    }
  }

  /// The same of data and options, as a file keeps them.
  static func agree(_ provenance: [String: MetadataValue]) throws(FlowError) {
    for (key, value) in provenance.sorted(by: { $0.key < $1.key }) { try agree(key, value.text ?? "\(value)") }
  }

  #if MPI
    /// nil outside of a job. Only the main thread joins, leaves and ends one.
    nonisolated(unsafe) private static var job: MessagePassing?

    /// Runs a command with all processes of the job, or, where it is not made for that, by the first alone.
    /// What it throws ends the job by `fail`: others may wait for this process.
    static func run(_ command: inout any ParsableCommand) throws {
      guard number != nil else { return try command.run() }
      let job = MessagePassing()
      self.job = job
      guard command is any Shared else { return isFirst ? try command.run() : () }
      try Job.$processes.withValue(job) {
        try agree(
          "the program", "flowctl \(flowKitVersion), \(Scalar.elementTypeName), HDF5 \(HDF5.Version.ofLibrary())")
        try command.run()
      }
    }

    /// Waits for the others and leaves the job.
    static func leave() {
      job?.end()
      job = nil
    }

    /// Ends the whole job, where there is one, with a line of this process. An error that all have met is told by the first.
    static func fail(_ message: String, code: Int32) {
      guard let job else { return }
      if !isFirst {
        sleep(1)
        dup2(errors, STDERR_FILENO)
        Terminal.note("flowctl: process \(job.rank) on \(job.host): \(message)")
      }
      job.abort(code: code)
    }
  #else
    static func run(_ command: inout any ParsableCommand) throws {
      // Launchers of batch systems also start programs that have nothing to do with each other; `mpirun` is for those that do.
      if let count = variable("OMPI_COMM_WORLD_SIZE"), count > 1 {
        throw FlowError(
          .architecture,
          "started as one of \(count) processes, but built without MPI: build with 'swift build -c release --product flowctl --traits MPI'"
        )
      }
      try command.run()
    }
    static func leave() {}
    static func fail(_ message: String, code: Int32) {}
  #endif
}

/// A command that all processes of a job run together.
protocol Shared {}

extension Fit: Shared {}
extension Infer: Shared {}
extension Density: Shared {}
extension Sample: Shared {}

extension Model {
  /// Writes the file, once for all processes of a job.
  func writeOnce(to path: String, keepingState: Bool = false) throws(FlowError) {
    if JobProcess.isFirst { try write(to: path, keepingState: keepingState) }
  }
}
