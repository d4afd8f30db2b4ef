/// k(v) = 10⁻³ + log(1 + exp(v + c)) − 1 > −0.999 with k(0) = 0: how freely trained numbers keep a unit invertible.
enum UnitGain {
  private static let margin = 1e-3
  /// log(exp(1 − 10⁻³) − 1).
  private static let offset = 0.5397424172369522

  static func value(_ v: Scalar) -> Scalar {
    let shifted = Double(v) + offset
    let tail = Double(Scalar.exp(Scalar(-abs(shifted))))
    return Scalar(max(shifted, 0) + Double.log(1 + tail) - (1 - margin))
  }

  /// dk/dv.
  static func slope(_ v: Scalar) -> Scalar { 1 / (1 + Scalar.exp(-v - Scalar(offset))) }
}
