// Everything that stands in a file is coded by name: its keys are written out, so that a property can be renamed, and a
// property that a later version adds is decoded with a default, so that older files can still be read. The test
// `GoldenModelTests` reads files of earlier versions with every kind of part.

extension KeyedDecodingContainer {
  /// The value of a key, or `value` where an older version wrote none.
  func decode<Value: Decodable>(_ key: Key, default value: @autoclosure () -> Value) throws -> Value {
    contains(key) ? try decode(Value.self, forKey: key) : value()
  }
}
