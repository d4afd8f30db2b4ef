import FlowKit
import FlowKitTestSupport
import Foundation
import Testing

/// Flows of an angle in degrees beside a number, as fits make them.
@Suite struct CircularFlowTests {
  private func events() throws -> EventArray {
    var random = RandomStream(seed: 2, purpose: .samples)
    let rows = (0..<400).map { _ in
      let angle = 40 * (3.4 * random.uniform() - 1.7)
      return [angle < 0 ? angle + 360 : angle, 0.5 * (3.4 * random.uniform() - 1.7) + sin(angle * .pi / 180)]
    }
    return try EventArray(rows, columns: ["phi", "y"])
  }

  private var options: PreprocessingOptions {
    var options = PreprocessingOptions()
    options.circular = [ColumnInterval("phi", lower: 0, upper: 360)]
    return options
  }

  private func flow(_ layers: String, base: String = "normal", noise: Double = 0.3) throws -> Flow {
    let architecture = try Architecture(
      fitting: events(), layers: layers, base: base, preprocessing: options, seed: 3)
    var random = RandomStream(seed: 5, purpose: .parameters)
    return Flow(
      architecture: architecture,
      parameters: Flow(architecture: architecture).parameters.map {
        $0 + Scalar(noise * (3.4 * random.uniform() - 1.7))
      })
  }

  private static let lists = [
    "2*[coupling-rqs(hidden=8,activation=tanh),permute(reverse)]",
    "2*[autoregressive-rqs(hidden=8,activation=silu),permute(random)]",
    "permute(reverse),2*[coupling-affine(hidden=8,bound=2,mask=random)],elementwise-rqs",
  ]

  /// The integral over one period and ±40 deviations of y, the two sides of the seam, and draws near it.
  @Test(arguments: lists) func densitiesArePeriodicAndNormalized(_ layers: String) throws {
    let flow = try flow(layers)
    let (angles, heights) = (180, 300)
    var (total, near) = (0.0, 0.0)
    let step = 12.0 / Double(heights)
    for index in 0..<angles {
      let angle = 2 * (Double(index) + 0.5)
      let rows = (0..<heights).flatMap { [angle, -6 + (Double($0) + 0.5) * step] }
      let mass = flow.logDensity(rows).reduce(0) { $0 + exp($1) } * 2 * step
      total += mass
      if angle < 10 || angle > 350 { near += mass }
    }
    #expect(abs(total - 1) < 0.005)
    let seam = flow.logDensity([1e-7, 0.2, 360 - 1e-7, 0.2])
    #expect(abs(seam[0] - seam[1]) < 1e-3)
    let count = 8_000
    let drawn = try flow.sample(count, seed: 1)
    let found = (0..<count).count { drawn[2 * $0] < 10 || drawn[2 * $0] > 350 }
    let error = (near * (1 - near) / Double(count)).squareRoot()
    #expect(abs(Double(found) / Double(count) - near) < 4 * error + 0.002)
  }

  @Test func basesAreUniformOnAngles() throws {
    #expect(try flow("permute(reverse),coupling-rqs").architecture.base.text.hasPrefix("product(normal,uniform(-3.14"))
    #expect(try flow("coupling-rqs", base: "student-t").architecture.base.text.hasSuffix(",student-t)"))
    #expect(
      try flow("coupling-rqs", base: "product(uniform(-pi,pi),laplace)").architecture.base.text.hasSuffix("laplace)"))
    let error = #expect(throws: FlowError.self) { try flow("coupling-rqs", base: "mixture(2)") }
    #expect(error?.message.contains("has mass outside") == true)
  }

  /// A linear layer takes the angle for a number, which check says.
  @Test func tornCirclesAreFound() throws {
    let torn = try flow("permute(reverse),lu,coupling-rqs").architecture
    let finding = try #require(Expressivity.analyze(torn).findings.first { $0.kind == .tornCircle })
    #expect(finding.layers == [1] && finding.says.hasPrefix("x0 has a period") && finding.kind.isWarning)
    #expect(torn.base.text == "normal")
    for list in Self.lists {
      #expect(!Expressivity.analyze(try flow(list).architecture).findings.contains { $0.kind == .tornCircle })
    }
    #expect(Expressivity.analyze(try flow(Self.lists[1]).architecture).density.kind == .universal)
  }
}
