/// A piece of information attached to a file, group or dataset: an HDF5 attribute.
public enum MetadataValue: Sendable, Equatable {
  case text(String)
  case texts([String])
  case integer(Int)
  case integers([Int])
  case number(Double)
  case numbers([Double])

  /// The one text of this value, if it is that.
  public var text: String? { if case .text(let text) = self { text } else { nil } }

  /// The one integer of this value, if it is that.
  public var integer: Int? { if case .integer(let integer) = self { integer } else { nil } }

  /// The one number of this value, if it is that or an integer.
  public var number: Double? {
    switch self {
    case .number(let number): number
    case .integer(let integer): Double(integer)
    default: nil
    }
  }
}

extension MetadataValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  public init(stringLiteral text: String) { self = .text(text) }
  public init(integerLiteral integer: Int) { self = .integer(integer) }
  public init(floatLiteral number: Double) { self = .number(number) }
}

extension MetadataValue: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .texts(let texts): try container.encode(texts)
    case .integer(let integer): try container.encode(integer)
    case .integers(let integers): try container.encode(integers)
    // JSON has no numbers that are not finite.
    case .number(let number): try container.encode(number.isFinite ? number : nil)
    case .numbers(let numbers): try container.encode(numbers.map { $0.isFinite ? $0 : nil })
    }
  }
}
