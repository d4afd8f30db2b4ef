import FlowKit

extension Comparison {
  /// What `flowctl compare` prints: a table of columns, what is measured jointly, and the verdict.
  func lines(quantiles: Bool) -> [String] {
    var lines = [
      "A  \(first.name): \(first.rows.grouped) rows", "B  \(second.name): \(second.rows.grouped) rows", "",
    ]
    lines += columnTable
    if quantiles { lines += [""] + quantileTable }
    return lines + [""] + jointLines + ["", verdict]
  }

  private var columnTable: [String] {
    let head = ["column", "KS", "p", "p (Holm)", "W1/sigma", ""]
    let rows = columns.map { column in
      [
        column.name, column.ks.text(digits: 4), Self.p(column.ksP), Self.p(column.ksPHolm), column.w1.text(digits: 4),
        column.ksMethod == .permutation ? "by permutation" : "",
      ]
    }
    return Self.aligned([head] + rows)
  }

  private var quantileTable: [String] {
    let levels = columns.first?.quantiles.map { "\(($0.level * 100).text(digits: 0)) %" } ?? []
    let rows = columns.flatMap { column in
      [
        [column.name, "A"] + column.quantiles.map { "\(Self.rounded($0.first))" },
        ["", "B"] + column.quantiles.map { "\(Self.rounded($0.second))" },
      ]
    }
    return Self.aligned([["quantiles", ""] + levels] + rows)
  }

  private var jointLines: [String] {
    var rows = [["sliced W2", joint.slicedW2.text(digits: 4), "sigma", ""]]
    rows.append(["sliced KS", joint.slicedKS.text(digits: 4), "", ""])
    rows.append(["energy distance", joint.energy.text(digits: 5), "", Self.tested(joint.energyP)])
    if let mmd = joint.mmd { rows.append(["MMD^2", mmd.text(digits: 6), "", Self.tested(joint.mmdP)]) }
    if let frechet = joint.frechet, let error = joint.frechetError {
      rows.append(["Frechet distance", frechet.text(digits: 5), "+- \(error.text(digits: 5))", ""])
    }
    if let accuracy = joint.c2st, let error = joint.c2stError {
      rows.append([
        "classifier accuracy", accuracy.text(digits: 4), "+- \(error.text(digits: 4))", Self.tested(joint.c2stP),
      ])
    }
    if let area = joint.auc, let error = joint.aucError {
      rows.append(["classifier AUC", area.text(digits: 4), "+- \(error.text(digits: 4))", ""])
    }
    return Self.aligned(rows)
  }

  private static func tested(_ p: Double?) -> String { p.map { "p = \(self.p($0))" } ?? "" }

  private static func p(_ value: Double) -> String { value < 0.00005 && value > 0 ? "< 0.0001" : value.text(digits: 4) }

  private static func rounded(_ value: Double) -> String {
    let size = abs(value)
    return size > 0 && (size < 1e-3 || size >= 1e7) ? "\(value)" : value.text(digits: size >= 1_000 ? 1 : 4)
  }

  /// The first column to the left, others to the right.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let spaces = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 || cell.contains(where: \.isLetter) && column == row.count - 1
          ? cell + spaces : spaces + cell
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
