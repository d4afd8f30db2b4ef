import FlowKit
import Testing

@Suite struct SmoothedDensityTests {
  private var density: SmoothedDensity {
    SmoothedDensity(
      x: DiagnosticsReference.x, y: DiagnosticsReference.y, weights: DiagnosticsReference.weights, xRange: -2.5...2.5,
      yRange: -2.5...2.5, size: 40)
  }

  @Test func smoothingAndLevelsAreSciPys() throws {
    let expected = try DiagnosticsReference.read().density
    let found = density
    expectClose(
      stride(from: 0, to: 1_600, by: 37).map { found.values[$0] }, expected.smooth, within: 1e-12, "smooth")
    let levels = [0.393, 0.865].map(found.level)
    expectClose(levels, expected.levels, within: 1e-12, "levels")
    #expect(zip(levels, expected.levels).allSatisfy { abs($0 - $1) < 1e-9 * $1 })
  }

  @Test func contoursAreThoseOfContourpy() throws {
    let expected = try DiagnosticsReference.read().density
    let found = density
    for (level, lines) in zip(expected.levels, expected.lines) {
      let contours = found.contours(at: level)
      #expect(contours.count == lines.count)
      #expect(contours.allSatisfy { $0.points.first! == $0.points.last! })
      let length = contours.reduce(0) { sum, contour in
        sum
          + zip(contour.points, contour.points.dropFirst()).reduce(0) { total, step in
            let (dx, dy) = (step.1.x - step.0.x, step.1.y - step.0.y)
            return total + (dx * dx + dy * dy).squareRoot()
          }
      }
      // 25 is the area of the picture. contourpy goes around what is higher clockwise or not as it likes: areas in magnitude.
      let area = contours.reduce(0) { $0 + ($1.isHole ? -1 : 1) * $1.area * 25 }
      expectClose([length, area], [lines.length, abs(lines.area)], within: 1e-9, "level \(level)")
    }
  }

  @Test func aRegionHoldsWhatItSays() {
    let (x, y) = (uniforms(20_000, seed: 3), uniforms(20_000, seed: 4))
    let found = SmoothedDensity(x: x, y: y, xRange: -0.2...1.2, yRange: -0.2...1.2)
    let level = found.level(enclosing: 0.5)
    let inside = x.indices.count { found.value(atX: x[$0], y[$0])! >= level }
    // To within one bin of about 10 events.
    #expect(abs(inside - 10_000) < 30, "\(inside)")
    #expect(found.value(atX: 2, 0) == nil && found.level(enclosing: 1.5) == 0)
  }

  @Test func aRingHasAHole() {
    let (angles, radii) = (
      uniforms(20_000, seed: 5).map { 2 * Double.pi * $0 }, uniforms(20_000, seed: 6).map { 0.7 + 0.3 * $0 }
    )
    let found = SmoothedDensity(
      x: zip(radii, angles).map { $0 * DiagnosticsReference.cosine($1) },
      y: zip(radii, angles).map { $0 * DiagnosticsReference.sine($1) }, xRange: -1.5...1.5, yRange: -1.5...1.5)
    let contours = found.contours(at: 0.3 * found.values.max()!)
    #expect(contours.map(\.isHole) == [false, true])
    #expect(contours[0].area > contours[1].area)
    #expect(found.contours(at: 0).isEmpty && found.contours(at: 1).isEmpty)
  }
}
