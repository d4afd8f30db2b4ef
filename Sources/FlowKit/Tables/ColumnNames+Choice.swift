extension ColumnNames {
  /// The indices of the columns that are asked for in a table without paths, part by part, as ``ColumnChoice`` finds them in
  /// HDF5 files: by name, index or pattern, or by what to leave out (`!label`).
  ///
  /// - Parameter labels: columns that are read only if they are named.
  func indices(
    of parts: [[String]?], labels: Set<Int>, in location: DataLocation
  ) throws(FlowError) -> [[Int]] {
    for part in parts {
      if let part, part.isEmpty { throw FlowError(.data, "no columns of \(location) are chosen") }
    }
    let patterns = parts.map { $0?.map { ColumnPattern($0, isName: names.contains) } }
    var named: [String: Int] = [:]
    for pattern in patterns.flatMap({ $0 ?? [] }) where pattern.kind == .name {
      named[pattern.text] = try index(of: pattern.text, in: location)
    }
    let data = names.indices.filter { !labels.contains($0) }
    var taken = Set(named.values)
    var result: [[Int]] = []
    // A pattern takes nothing that a later part takes.
    for (part, texts) in zip(patterns, parts).reversed() {
      let part = part ?? []
      let excluded = Set(
        try part.filter { $0.kind == .exclusion }.map { pattern throws(FlowError) in
          try matches(of: pattern, in: location)
        }.joined())
      var indices: [Int] = []
      func take(_ more: [Int]) {
        for index in more where !excluded.contains(index) && taken.insert(index).inserted { indices.append(index) }
      }
      if part.allSatisfy({ $0.kind == .exclusion }) { take(data.isEmpty ? Array(names.indices) : data) }
      for pattern in part {
        switch pattern.kind {
        case .name: indices.append(named[pattern.text]!)
        case .pattern: take(try matches(of: pattern, in: location).filter { !labels.contains($0) })
        case .exclusion: continue
        }
      }
      guard !indices.isEmpty else {
        throw FlowError(
          .data,
          texts.map { "of the columns of \(location) nothing is left for \(HDF5.list($0))" }
            ?? "\(location) has no columns besides those taken as context or weights")
      }
      result.insert(indices, at: 0)
    }
    return result
  }

  private func index(of name: String, in location: DataLocation) throws(FlowError) -> Int {
    let matches = names.indices.filter { names[$0] == name }
    guard matches.count <= 1 else {
      throw FlowError(
        .format, "\(location) has \(matches.count) columns called '\(name)'; choose them by index, from 0 on")
    }
    guard let index = matches.first ?? Int(name), names.indices.contains(index) else {
      throw unknown(name, in: location)
    }
    return index
  }

  /// The columns that a pattern, or a name or index to leave out, fits.
  private func matches(of pattern: ColumnPattern, in location: DataLocation) throws(FlowError) -> [Int] {
    let matches = names.indices.filter { pattern.matches(names[$0]) }
    if !matches.isEmpty { return matches }
    guard let index = Int(pattern.text), names.indices.contains(index) else {
      throw unknown(pattern.text, in: location)
    }
    return [index]
  }

  private func unknown(_ name: String, in location: DataLocation) -> FlowError {
    let known = areGiven ? HDF5.list(names, atMost: 64) : "0 to \(names.count - 1)"
    return FlowError(.data, "\(location) has no column '\(name)'; its columns are \(known)")
  }
}

extension [[String]?] {
  /// Whether some part takes columns that nobody named, so that others may have been left out.
  var takesUnnamed: Bool { contains { $0?.allSatisfy { $0.hasPrefix("!") } ?? true } }
}
