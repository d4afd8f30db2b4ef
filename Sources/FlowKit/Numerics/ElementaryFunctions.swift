internal import Glibc

// The one file that calls the C library's mathematics: elsewhere these are members of the type they compute in.

extension Float {
  static func exp(_ x: Float) -> Float { Glibc.exp(x) }
}

extension Double {
  static func exp(_ x: Double) -> Double { Glibc.exp(x) }
  /// exp(x) − 1, exact near x = 0.
  static func expMinusOne(_ x: Double) -> Double { Glibc.expm1(x) }
  static func log(_ x: Double) -> Double { Glibc.log(x) }
  /// log(1 + x), exact near x = 0.
  static func log(onePlus x: Double) -> Double { Glibc.log1p(x) }
  /// log(exp a + exp b) without overflow: −∞ where both are.
  static func logAddExp(_ a: Double, _ b: Double) -> Double {
    let (low, high) = a < b ? (a, b) : (b, a)
    return high == -.infinity ? high : high + log(onePlus: exp(low - high))
  }
  static func pow(_ x: Double, _ exponent: Double) -> Double { Glibc.pow(x, exponent) }
  static func cos(_ x: Double) -> Double { Glibc.cos(x) }
  static func sinh(_ x: Double) -> Double { Glibc.sinh(x) }
  static func cosh(_ x: Double) -> Double { Glibc.cosh(x) }
  static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
  static func asinh(_ x: Double) -> Double { Glibc.asinh(x) }
  /// √(x² + y²), without overflow of the squares.
  static func hypot(_ x: Double, _ y: Double) -> Double { Glibc.hypot(x, y) }
  static func errorFunction(_ x: Double) -> Double { Glibc.erf(x) }
  /// 1 − erf x, exact where erf x is near 1.
  static func complementaryErrorFunction(_ x: Double) -> Double { Glibc.erfc(x) }

  /// log |Γ(x)|.
  static func logGamma(_ x: Double) -> Double {
    // lgamma would write the sign to a global variable.
    var sign: Int32 = 0
    return lgamma_r(x, &sign)
  }
}
