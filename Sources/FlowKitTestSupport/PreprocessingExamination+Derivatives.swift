// The derivatives of ℓ = Σ c·values + w log|det| of each event, by central differences in Double.

extension PreprocessingExamination {
  mutating func examineGradient() {
    let cotangents = Rows(values: normals(events.values.count), logDeterminants: normals(count))
    compare(
      probe.pullBack(cotangents, at: events.values), at: events.values,
      units: probe.units(at: events.values, images.values), cotangents, value: images
    ) { [probe] in probe.forward($0) }
  }

  mutating func examineInverseGradient() {
    let units = probe.units(at: events.values, images.values)
    let cotangents = Rows(
      values: zip(normals(events.values.count), units).map { $0 / $1 }, logDeterminants: normals(count))
    compare(
      probe.pullBackInverse(cotangents, at: probe.inverse(images.values).values), at: images.values,
      units: units.map { _ in 1 }, cotangents, value: events
    ) { [probe] in probe.inverse($0) }
  }

  /// Moves one feature of all events at a time, by steps in its units.
  private mutating func compare(
    _ gradient: [Double], at arguments: [Double], units: [Double], _ cotangents: Rows, value: Rows,
    by map: (_ rows: [Double]) -> Rows
  ) {
    let sizes = value.sums(with: cotangents, abs)
    for feature in 0..<dimension {
      let slopes = derivative { offset in
        var moved = arguments
        for index in stride(from: feature, to: moved.count, by: dimension) { moved[index] += offset * units[index] }
        return map(moved).sums(with: cotangents) { $0 }
      }
      for (event, slope) in slopes.enumerated() {
        let (index, own) = (event * dimension + feature, (event * dimension)..<((event + 1) * dimension))
        // What the rounding of the arguments costs, in their units.
        let rounding = own.reduce(1) { $0 + abs(arguments[$1]) / units[$1] }
        let size = 1 + sizes[event] + (1 + abs(slope.value)) * rounding
        expect(
          gradient[index] * units[index], slope.value,
          within: 16 * derivative.relativeError * size + 2 * slope.uncertainty, place(index))
      }
    }
  }
}

extension PreprocessingProbe.Rows {
  /// ℓ of each event, or the sum of the sizes of its terms.
  fileprivate func sums(with cotangents: Self, _ term: (Double) -> Double) -> [Double] {
    let dimension = values.count / logDeterminants.count
    return logDeterminants.indices.map { event in
      ((event * dimension)..<((event + 1) * dimension)).reduce(
        term(cotangents.logDeterminants[event] * logDeterminants[event])
      ) { $0 + term(cotangents.values[$1] * values[$1]) }
    }
  }
}
