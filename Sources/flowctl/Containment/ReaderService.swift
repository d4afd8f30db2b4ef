import FlowKit
import Glibc

/// The process that reads HDF5 data files for flowctl: libhdf5 may crash, hang or run out of memory in it.
///
/// It is flowctl itself, started with the name of a command that the help does not list. Requests come, and replies
/// go, through a socket that is its standard input; it ends when the other side is gone.
struct ReaderService {
  static let command = "serve-tables"
  static let descriptor: Int32 = STDIN_FILENO

  private let channel = MessageChannel(descriptor: descriptor)
  private var tables: [Int: ServedTable] = [:]
  private var opened = 0
  private var gibibytes = 0
  private var rows: [Double] = []

  static func run() -> Never {
    // What the starting process had open is not for this one, whichever library opened it.
    for descriptor in 3..<1024 { close(Int32(descriptor)) }
    ReaderLimits.leaveNoCore()
    ReaderLimits.endWithParent()
    var service = ReaderService()
    do {
      while true { try service.serveNext() }
    } catch {
      _exit(0)
    }
  }

  private mutating func serveNext() throws(MessageChannel.Broken) {
    var none: [Double] = []
    let (request, _) = try channel.receive(ReaderRequest.self, &none, count: 0)
    ReaderLimits.setClock(running: true)
    defer { ReaderLimits.setClock(running: false) }
    if case .rows(let number, let range) = request, let table = tables[number] {
      do throws(FlowError) { try table.read(range, into: &rows) } catch {
        return try channel.send(ReaderReply.failure(ReaderLimits.explained(error)))
      }
      try channel.send(ReaderReply.done, rows)
      table.readAhead()
    } else if case .close(let number) = request {
      tables[number] = nil
    } else {
      let reply: ReaderReply
      do throws(FlowError) { reply = try answer(request) } catch {
        reply = .failure(ReaderLimits.explained(error))
      }
      try channel.send(reply)
    }
  }

  private mutating func answer(_ request: ReaderRequest) throws(FlowError) -> ReaderReply {
    if let file = request.file {
      // Tables of several files may be open.
      gibibytes = max(gibibytes, ReaderLimits.gibibytes(for: file))
      ReaderLimits.limitMemory(gibibytes: gibibytes)
    }
    switch request {
    case .parts(let location): return .parts(try DataParts(location))
    case .open(let location, let parts, let reading):
      let table = try HDF5Table(location, parts: parts, reading: reading)
      opened += 1
      tables[opened] = ServedTable(table)
      return .table(TableDescription(table, number: opened))
    case .contents(let path, let reading): return .contents(try FileContents(of: path, reading: reading))
    case .checkAppending(let location):
      try OutputPath.checkAppending(location)
      // It is written to in the process that asks: what crashes on the way through it is to crash here. Errors elsewhere
      // in the file do not stand in the way.
      do { _ = try FileContents(of: location.file) } catch {}
    case .checkModel(let path, let acceptingEdited):
      _ = try Model(reading: path, includingTraining: true, acceptingEdited: acceptingEdited)
    case .rows, .close: preconditionFailure("no such table is open")
    }
    return .done
  }
}

/// An open table, and the block of rows that is likely to be asked for next.
private final class ServedTable {
  private let reader: HDF5Table
  private var end = -1
  private var isSequential = false
  private var ahead = 0..<0
  private var rowsAhead: [Double] = []

  init(_ reader: HDF5Table) { self.reader = reader }

  func read(_ range: Range<Int>, into rows: inout [Double]) throws(FlowError) {
    isSequential = range.lowerBound == end
    end = range.upperBound
    if range == ahead {
      swap(&rows, &rowsAhead)
    } else {
      try reader.read(rows: range, into: &rows)
    }
    ahead = end..<(isSequential ? min(reader.rows, end + range.count) : end)
  }

  /// Reads what follows, if the last two requests followed each other, while the other side works on what it has.
  func readAhead() {
    guard !ahead.isEmpty else { return }
    do throws(FlowError) { try reader.read(rows: ahead, into: &rowsAhead) } catch {
      // Met again when these rows are asked for.
      ahead = 0..<0
    }
  }
}
