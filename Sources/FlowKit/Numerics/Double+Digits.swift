extension Double {
  /// Three digits, for a message.
  var short: String {
    guard isFinite, self != 0 else { return "\(self)" }
    if magnitude >= 1e5 || magnitude < 1e-3 {
      let exponent = decimalExponent
      return "\((self / Double.pow(10, Double(exponent)) * 10).rounded() / 10)e\(exponent)"
    }
    let rounded = rounded(toDigits: 3)
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  /// The nearest number of so many decimal digits; itself where that is beyond the numbers.
  func rounded(toDigits digits: Int) -> Double {
    guard self != 0, isFinite else { return self }
    let unit = Double.pow(10, Double(digits - 1 - decimalExponent))
    let scaled = self * unit
    return unit > 0 && scaled.isFinite ? scaled.rounded() / unit : self
  }

  private var decimalExponent: Int { Int((Double.log(magnitude) / Double.log(10)).rounded(.down)) }
}
