internal import FlowKit
internal import Glibc

/// Two-dimensional densities to fit, of the shapes that papers on normalizing flows show; all lie within about ±4.
///
/// Event e is a function of (seed, e) alone: fewer events are a prefix of more, on every machine.
public enum PlanarSet: String, Sendable, CaseIterable {
  /// Two interleaved half circles.
  case moons
  /// Four concentric circles.
  case rings
  /// Eight squares of a 4 × 4 board; the density jumps at their edges.
  case checkerboard
  /// Two spiral arms.
  case spirals
  /// Five bent Gaussian blades.
  case pinwheel
  /// Eight Gaussians on a circle of radius 2.
  case octagon

  /// `count` events, row-major.
  public func events(_ count: Int, seed: UInt64 = 0) -> [Double] {
    var events: [Double] = []
    events.reserveCapacity(2 * count)
    for event in 0..<count {
      var random = RandomStream(seed: seed, purpose: .samples, index: UInt64(event))
      let (x, y) = point(&random)
      events += [x, y]
    }
    return events
  }

  private func point(_ random: inout RandomStream) -> (Double, Double) {
    switch self {
    case .moons: Self.moon(&random)
    case .rings: Self.ring(&random)
    case .checkerboard: Self.square(&random)
    case .spirals: Self.spiral(&random)
    case .pinwheel: Self.blade(&random)
    case .octagon: Self.corner(&random)
    }
  }

  private static func moon(_ random: inout RandomStream) -> (Double, Double) {
    let isUpper = random.integer(below: 2) == 0
    let angle = Double.pi * random.uniform()
    let noise = normals(&random)
    let (x, y) = isUpper ? (cos(angle), sin(angle)) : (1 - cos(angle), 0.5 - sin(angle))
    return (2 * x - 1 + 0.2 * noise.0, 2 * y - 0.5 + 0.2 * noise.1)
  }

  private static func ring(_ random: inout RandomStream) -> (Double, Double) {
    let radius = 0.75 * Double(1 + random.integer(below: 4))
    let angle = 2 * Double.pi * random.uniform()
    let noise = normals(&random)
    return (radius * cos(angle) + 0.08 * noise.0, radius * sin(angle) + 0.08 * noise.1)
  }

  private static func square(_ random: inout RandomStream) -> (Double, Double) {
    let column = random.integer(below: 4)
    let row = 2 * random.integer(below: 2) + column % 2
    return (2 * (Double(column) + random.uniform()) - 4, 2 * (Double(row) + random.uniform()) - 4)
  }

  private static func spiral(_ random: inout RandomStream) -> (Double, Double) {
    let arm = random.integer(below: 2) == 0 ? 1.0 : -1.0
    let angle = 3 * Double.pi * random.uniform().squareRoot()
    let noise = normals(&random)
    return (
      arm * angle / 3 * cos(angle) + 0.1 * noise.0, arm * angle / 3 * sin(angle) + 0.1 * noise.1
    )
  }

  private static func blade(_ random: inout RandomStream) -> (Double, Double) {
    let blade = Double(random.integer(below: 5))
    let noise = normals(&random)
    let (along, across) = (1 + 0.3 * noise.0, 0.1 * noise.1)
    let angle = 2 * Double.pi * blade / 5 + 0.25 * exp(along)
    return (2 * (along * cos(angle) - across * sin(angle)), 2 * (along * sin(angle) + across * cos(angle)))
  }

  private static func corner(_ random: inout RandomStream) -> (Double, Double) {
    let angle = Double.pi / 4 * Double(random.integer(below: 8))
    let noise = normals(&random)
    return (2 * cos(angle) + 0.2 * noise.0, 2 * sin(angle) + 0.2 * noise.1)
  }

  /// Two independent standard normal numbers (Box & Muller 1958).
  private static func normals(_ random: inout RandomStream) -> (Double, Double) {
    let radius = (-2 * log(1 - random.uniform())).squareRoot()
    let angle = 2 * Double.pi * random.uniform()
    return (radius * cos(angle), radius * sin(angle))
  }
}
