import FlowKit
import Testing

@Suite struct NonFiniteTests {
  @Test func countsAndSaysWhereTheFirstIs() throws {
    let found = try HDF5Table(location("nonfinite.h5")).nonFinite()
    #expect(found?.description == "3 non-finite values in 2 rows, first nan in row 1, column '1'")
    #expect(found?.values == 3 && found?.rows == 2)
    #expect(found?.firstRow == 1 && found?.firstColumn == "1" && found?.firstValue.isNaN == true)
  }

  @Test func findsNothingWhereAllIsFinite() throws {
    #expect(try HDF5Table(location("split.h5", "train")).nonFinite() == nil)
  }
}
