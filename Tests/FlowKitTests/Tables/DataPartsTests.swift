import FlowKit
import Testing

@Suite struct DataPartsTests {
  @Test func findsParts() throws {
    let source = try DataParts(location("split.h5"))
    #expect(source.hasParts)
    #expect(source.train == location("split.h5", "/train"))
    #expect(source.valid == location("split.h5", "/valid"))
    #expect(source.test == location("split.h5", "/test"))
    #expect(try HDF5Table(source.train).rows == 6)
  }

  @Test func findsPartsThatAreGroupsOfColumns() throws {
    let source = try DataParts(location("groups.h5", "columns"))
    #expect(source.hasParts && source.valid == nil)
    #expect(source.test == location("groups.h5", "/columns/test"))
    #expect(try HDF5Table(source.train).columns == ["u", "v"])
  }

  @Test(
    arguments: [
      ("split.h5", "train", "/train"), ("chunked.h5", nil, "/rows"), ("groups.h5", "events", "/events"),
      ("groups.h5", "single", "/single/inner/rows"),
    ] as [(String, String?, String)])
  func takesTheOneTable(name: String, path: String?, table: String) throws {
    let source = try DataParts(location(name, path))
    #expect(!source.hasParts && source.valid == nil && source.test == nil)
    #expect(source.train == location(name, path))
    #expect(try HDF5Table(source.train).location == location(name, table))
  }

  @Test func listsTheTablesWhereSeveralCouldBeMeant() {
    let text = message { () throws(FlowError) in _ = try HDF5Table(location("groups.h5")) }
    let file = reference("groups.h5")
    #expect(
      text == "\(file) holds 7 tables; name one, as in \(file):/: / (a group of 1 column), "
        + "/columns/test (a group of 2 columns), /columns/train (a group of 2 columns), "
        + "/events (a group of 2 columns), /single/inner/rows (3 x 2 float64), "
        + "/unequal/long (5 float64), /unequal/short (3 float64)")
  }
}
