import FlowKit
import Testing

/// Rows of tiles are moved within the tiles alone, in release builds too: what reaches beyond them ends the program.
@Suite struct TileTests {
  private static func tile(_ features: Int, width: Int = 16) -> Tile {
    var tile = Tile(features: features, width: width, pool: TilePool())
    for feature in 0..<features {
      tile.withMutableRow(feature) { for event in $0.indices { $0[event] = Scalar(feature) } }
    }
    return tile
  }

  @Test func rowsAreGatheredAndScattered() {
    var tile = Self.tile(4)
    #expect((0..<4).map { tile.gathering([3, 0, 0, 2])[$0, 15] } == [3, 0, 0, 2])
    tile.scatter(Self.tile(2), to: [3, 1])
    #expect((0..<4).map { tile[$0, 7] } == [0, 1, 2, 0])
  }

  @Test func rowsThatATileHasNotAreNotGathered() async {
    await #expect(processExitsWith: .failure) { _ = TileTests.tile(4).gathering([0, 5]) }
    await #expect(processExitsWith: .failure) { _ = TileTests.tile(4).gathering([1, -1]) }
    await #expect(processExitsWith: .failure) { _ = TileTests.tile(4).rows(2..<5) }
  }

  @Test func rowsThatATileHasNotAreNotWritten() async {
    await #expect(processExitsWith: .failure) {
      var tile = TileTests.tile(4)
      tile.scatter(TileTests.tile(2), to: [0, 4])
    }
    await #expect(processExitsWith: .failure) {
      var tile = TileTests.tile(4)
      tile.scatter(TileTests.tile(2), to: [0, -1])
    }
    await #expect(processExitsWith: .failure) {
      var tile = TileTests.tile(4)
      tile.scatter(TileTests.tile(2), to: [0, 1, 2])
    }
  }

  @Test func anotherWidthIsNotWritten() async {
    await #expect(processExitsWith: .failure) {
      var tile = TileTests.tile(4)
      tile.scatter(TileTests.tile(2, width: 32), to: [0, 1])
    }
  }

  @Test func slicesOfParametersLieWithinThem() async {
    let parameters = Parameters([1, 2, 3])
    #expect(parameters.slice(1..<3)[1] == 3)
    await #expect(processExitsWith: .failure) { _ = Parameters([1, 2, 3]).slice(-1..<2) }
    await #expect(processExitsWith: .failure) { _ = Parameters([1, 2, 3]).slice(1..<4) }
    await #expect(processExitsWith: .failure) {
      var gradient = Gradient(count: 3)
      gradient.withSlice(-2..<1) { $0[0] = 1 }
    }
    await #expect(processExitsWith: .failure) {
      _ = WeightMatrix(Parameters([1, 2, 3, 4]), offset: -2, rows: 2, columns: 2)
    }
  }
}
