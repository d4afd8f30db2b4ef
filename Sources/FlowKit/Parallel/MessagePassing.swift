#if MPI
  internal import CFlowMPI
  internal import Synchronization

  /// The processes that `mpirun`, `srun` or another launcher of MPI has started together; there where the package is built with
  /// its trait `MPI`.
  ///
  /// Two collective calls of a standard (MPI 3.1, sections 5.7 and 5.8) carry all that a step hands over; which algorithm they take is the
  /// library's choice, as sums are not left to it.
  public struct MessagePassing: Collective {
    public let rank: Int
    public let count: Int
    /// The machine's name.
    public let host: String

    /// Joins the job; to be called once, by the thread that makes all calls.
    public init() {
      flowkit_mpi_begin()
      (rank, count) = (Int(flowkit_mpi_rank()), Int(flowkit_mpi_count()))
      Processors.processesHere.store(Int(flowkit_mpi_count_here()), ordering: .relaxed)
      host = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { name in
        flowkit_mpi_host(name.baseAddress, name.count)
        return String(cString: name.baseAddress!)
      }
    }

    /// Leaves the job.
    public func end() { flowkit_mpi_end() }

    /// Ends all processes of the job.
    public func abort(code: Int32) { flowkit_mpi_abort(code) }

    public func exchange(
      _ source: UnsafeRawPointer, _ sent: [Range<Int>], _ target: UnsafeMutableRawPointer, _ received: [Range<Int>]
    ) {
      flowkit_mpi_exchange(
        source, sent.map { Self.int($0.count) }, sent.map { Self.int($0.lowerBound) }, target,
        received.map { Self.int($0.count) }, received.map { Self.int($0.lowerBound) })
    }

    public func gather(_ buffer: UnsafeMutableRawPointer, _ parts: [Range<Int>]) {
      flowkit_mpi_gather(buffer, parts.map { Self.int($0.count) }, parts.map { Self.int($0.lowerBound) })
    }

    public func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {
      flowkit_mpi_broadcast(bytes.baseAddress, Self.int(bytes.count))
    }

    /// MPI counts in `int`.
    private static func int(_ count: Int) -> Int32 {
      precondition(count <= Int(Int32.max), "\(count) bytes at once are more than MPI counts")
      return Int32(count)
    }
  }
#endif
