// The analysis for people: short lines, and a picture of the dependencies.

extension Expressivity {
  /// The report of `flowctl check`, without the repaired stacks' analyses.
  public var report: [String] {
    var lines = ["layers   \(layers)", "base     \(base), D = \(dimension)", ""]
    lines += picture.map { "  " + $0 }
    lines += ["", "mixing   \(mixingText)"]
    if let group { lines.append("affine   yes: \(groupText(group))") } else { lines.append("affine   no") }
    if !untransformed.isEmpty { lines.append("as is    \(Finding.names(untransformed))") }
    lines += ["", "density  \(density.kind.rawValue): \(density.because)"]
    if let assumptions = density.assumptions { lines.append("         \(assumptions)") }
    if let witness = density.witness { lines.append("         never \(witness)") }
    if !density.source.isEmpty { lines.append("         [\(density.source)]") }
    lines += supportLines
    for run in collapsible {
      lines.append("shorter  layers \(run.from)-\(run.to) = \(run.equivalent), \(run.parametersSaved) parameters less")
    }
    return lines.flatMap { Self.wrapped($0) }
  }

  /// A line of at most 100 characters, continued below its own text.
  public static func wrapped(_ line: String, indent: Int = 9) -> [String] {
    var lines: [String] = []
    var current: String?
    for word in line.split(separator: " ", omittingEmptySubsequences: false) {
      guard let started = current else {
        current = String(word)
        continue
      }
      if started.count + 1 + word.count <= 100 || started.count <= indent {
        current = started + " " + word
      } else {
        lines.append(started)
        current = String(repeating: " ", count: indent) + word
      }
    }
    lines.append(current ?? "")
    return lines
  }

  private var mixingText: String {
    switch mixing.kind {
    case .none: return "none: each output depends on one input"
    case .full: return "full: each output depends on each input"
    case .triangular:
      let order = mixing.order!.prefix(16).map { "x\($0)" }.joined(separator: ", ")
      return "triangular in the order \(order)\(dimension > 16 ? ", ..." : "")"
    case .partial:
      let missing = mixing.missing
      let pairs = missing.prefix(6).map { "z\($0[0]) on x\($0[1])" }.joined(separator: ", ")
      return "partial: \(missing.count) dependencies are missing: \(pairs)\(missing.count > 6 ? ", ..." : "")"
    }
  }

  private func groupText(_ group: AffineGroup.Name) -> String {
    switch group {
    case .general: "general, an open dense part of one sign of the determinant or all of it"
    default: group.rawValue
    }
  }

  private var supportLines: [String] {
    var lines = ["tails    \(tailsText)"]
    lines.append("image    \(support.imageIsEverything ? "all of R^D" : "a part of R^D")")
    if let lipschitz = support.lipschitz {
      let mass = support.leastMassBetweenHalves(distance: 4) ?? 0
      lines.append(
        "stretch  the generative map stretches by at most \(Self.rounded(lipschitz)): with a normal base, between")
      lines.append(
        "         two halves of the density 4 apart lies at least \(Self.rounded(mass)) of it "
          + "[isoperimetry; Cornish et al. 2020, arXiv:1909.13833]")
    } else {
      lines.append("stretch  not bounded for every parameter; separate clusters need steep maps [Cornish et al. 2020]")
    }
    return lines
  }

  private var tailsText: String {
    switch support.tails {
    case .light: "light: at most linear growth on a light base [Jaini et al. 2020, arXiv:1907.04481]"
    case .heavy:
      "heavy: the base is, and the map grows at most linearly both ways [Jaini et al. 2020, arXiv:1907.04481]"
    case .unknown: "unknown"
    }
  }

  private static func rounded(_ value: Double) -> String {
    let scaled = (value * 10_000).rounded() / 10_000
    return "\(scaled)"
  }

  /// The dependency matrix, outputs down and inputs across; a cell stands for a block of features where D > 32 and is
  /// half filled where only some of the block depend.
  public var picture: [String] {
    let cells = min(dimension, 32)
    func bounds(_ cell: Int) -> Range<Int> { (cell * dimension / cells)..<((cell + 1) * dimension / cells) }
    return (0..<cells).map { row in
      (0..<cells).map { column in
        let entries = bounds(row).lazy.flatMap { i in bounds(column).lazy.map { mixing.matrix[i, $0] } }
        let some = entries.contains(true)
        return !some ? "·" : entries.contains(false) ? "▪" : "■"
      }.joined(separator: " ")
    }
  }
}
