import FlowKit
import Testing

/// Chains x draws x columns, arrays that stand the other way round, and columns that are no real numbers (see
/// Tests/Reference/make_table_files.py).
@Suite struct ChainTests {
  private func file(_ name: String, _ path: String? = nil) -> DataLocation {
    DataLocation(file: reference("../tables/\(name)"), path: path)
  }

  private func expected(_ rows: [Int], _ columns: some Sequence<Int>) -> [Double] {
    rows.flatMap { row in columns.map { Double(100 * row + $0) } }
  }

  private func failure(
    _ name: String, _ path: String? = nil, _ columns: [String]? = nil, _ reading: TableReading = TableReading()
  ) -> String? {
    message { () throws(FlowError) in _ = try HDF5Table(file(name, path), columns: columns, reading: reading) }?
      .replacing(reference("../tables/"), with: "")
  }

  private func reading(burnIn: Int = 0, thin: Int = 1, axis: Int? = nil, transposed: Bool = false) -> TableReading {
    var reading = TableReading()
    (reading.burnIn, reading.thin, reading.drawAxis, reading.isTransposed) = (burnIn, thin, axis, transposed)
    return reading
  }

  /// Every range of rows is a part of all rows.
  private func expectRanges(_ table: HDF5Table, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (all, width) = (try table.values(), table.columns.count)
    for first in 0...table.rows {
      for end in first...table.rows {
        #expect(
          try table.read(rows: first..<end) == Array(all[(first * width)..<(end * width)]), "\(first)..<\(end)",
          sourceLocation: sourceLocation)
      }
    }
  }

  // MARK: emcee

  /// The file has room for 8 steps, of which 5 have been made.
  @Test func emceesChains() throws {
    let table = try HDF5Table(file("emcee.h5"))
    #expect(table.columns == ["0", "1", "2"] && table.rows == 10)
    #expect(try table.values() == expected(Array(0..<10), 0..<3))
    #expect(
      table.notes.contains { $0.hasSuffix("its rows are 5 draws x 2 chains, one after the other") }, "\(table.notes)")
    try expectRanges(table)
    #expect(try HDF5Table(file("emcee.h5", "mcmc/chain")).values() == table.values())
    // What the sampler says of a draw is read if it is named.
    let named = try HDF5Table(file("emcee.h5"), columns: ["log_prob", "chain[0]"])
    #expect(try named.values() == expected(Array(0..<10), [3, 0]))
    #expect(try HDF5Table(file("emcee.h5", "mcmc/log_prob")).rows == 10)
  }

  @Test func emceesBurnInAndThinning() throws {
    // Steps 1 and 3 of both walkers.
    let table = try HDF5Table(file("emcee.h5"), reading: reading(burnIn: 1, thin: 2))
    #expect(try table.values() == expected([2, 3, 6, 7], 0..<3))
    try expectRanges(table)
    let named = try HDF5Table(file("emcee.h5"), columns: ["log_prob"], reading: reading(burnIn: 4))
    #expect(try named.values() == expected([8, 9], [3]))
    #expect(
      failure("emcee.h5", nil, nil, reading(burnIn: 5))
        == "emcee.h5:/mcmc/chain has 5 draws in a chain; leaving out the first 5 leaves none")
  }

  // MARK: ArviZ

  @Test func variablesOfChainsAndDraws() throws {
    let table = try HDF5Table(file("arviz.nc", "posterior"))
    #expect(table.columns == ["mu", "tau", "theta[0]", "theta[1]", "theta[2]"] && table.rows == 8)
    #expect(try table.values() == expected(Array(0..<8), 0..<5))
    try expectRanges(table)
    #expect(try HDF5Table(file("arviz.nc", "posterior/theta")).values() == expected(Array(0..<8), 2..<5))
    #expect(try HDF5Table(file("arviz.nc", "posterior/mu")).values() == expected(Array(0..<8), [0]))
    let both = try HDF5Table(file("arviz.nc"), columns: ["posterior/tau", "sample_stats/lp", "theta[1]"])
    #expect(both.columns == ["tau", "lp", "theta[1]"])
    #expect(try both.values() == expected(Array(0..<8), [1, 5, 3]))
  }

  @Test func drawsOfNamedAxes() throws {
    let table = try HDF5Table(
      file("arviz.nc", "posterior"), columns: ["theta", "mu"], reading: reading(burnIn: 1, thin: 2))
    #expect(try table.values() == expected([1, 3, 5, 7], [2, 3, 4, 0]))
    try expectRanges(table)
  }

  // MARK: Arrays whose axes nobody names

  @Test func drawsRunAlongTheLongerAxisUnlessSaidOtherwise() throws {
    let table = try HDF5Table(file("cubes.h5", "long"))
    #expect(try table.values() == expected(Array(0..<10), 0..<3))
    #expect(table.notes == ["\(table.location): its rows are 5 x 2, one after the other"])
    let thinned = try HDF5Table(file("cubes.h5", "long"), reading: reading(burnIn: 3))
    #expect(try thinned.values() == expected([6, 7, 8, 9], 0..<3))
    let other = try HDF5Table(file("cubes.h5", "long"), reading: reading(burnIn: 1, axis: 1))
    #expect(try other.values() == expected([1, 3, 5, 7, 9], 0..<3))
    #expect(
      failure("cubes.h5", "even", nil, reading(thin: 2))
        == "cubes.h5:/even/chain has 3 x 3 rows, and nothing says along which axis the draws of a chain run")
    let even = try HDF5Table(file("cubes.h5", "even"), reading: reading(thin: 2, axis: 0))
    #expect(try even.values() == expected([0, 1, 2, 6, 7, 8], 0..<2))
  }

  @Test func otherArraysAreRefusedWithTheirAxes() {
    #expect(
      failure("cubes.h5", "deep")
        == "cubes.h5:/deep is 4-D (2 x 2 x 2 x 2); a table needs a 2-D dataset, rows x columns, a 1-D dataset, or chains x "
        + "draws x columns")
    #expect(failure("cubes.h5", "grid/t2m")?.hasPrefix("cubes.h5:/grid/t2m is 3-D (time x lat x lon); ") == true)
  }

  /// A single chain is thinned like many.
  @Test func rowsOfOneChain() throws {
    let table = try HDF5Table(file("lalinference.h5"), reading: reading(burnIn: 1, thin: 2))
    #expect(try table.values() == expected([1, 3], 0..<2))
    let matrix = try HDF5Table(file("weights.h5"), columns: ["X", "weights"], reading: reading(burnIn: 4))
    #expect(try matrix.values() == [400, 401, 402, 4, 500, 501, 502, 5])
  }

  // MARK: Columns by rows

  @Test func matricesThatStandTheOtherWayRound() throws {
    let table = try HDF5Table(file("julia.h5"), columns: ["events"], reading: reading(transposed: true))
    #expect(table.rows == 30 && table.columns == ["events[0]", "events[1]", "events[2]"])
    #expect(try table.values() == expected(Array(0..<30), 0..<3))
    let some = try HDF5Table(
      file("julia.h5"), columns: ["events[2]", "w"], reading: reading(burnIn: 28, transposed: true))
    #expect(try some.values() == [2802, 28, 2902, 29])
    let cube = try HDF5Table(file("julia-cube.h5"), reading: reading(transposed: true))
    #expect(try cube.values() == expected(Array(0..<8), 0..<3))
    try expectRanges(cube)
  }

  /// MATLAB's own arrays are turned without being told: its first axis is the last one in the file.
  @Test func arraysOfMATLAB() throws {
    let table = try HDF5Table(file("cube.mat"))
    #expect(table.rows == 8 && table.columns.count == 3)
    // Rows run over the axes as they are stored, the second of MATLAB's before the first.
    #expect(try table.values() == expected([0, 2, 4, 6, 1, 3, 5, 7], 0..<3))
  }

  // MARK: What is no real number

  @Test func textAndComplexNumbersMatterOnlyIfTheyAreAskedFor() throws {
    for (name, path) in [("catalogue.h5", "cat"), ("columns.h5", "/")] {
      let table = try HDF5Table(file(name, path))
      #expect(Array(table.columns.prefix(2)) == ["ra", "dec"])
      #expect(table.notes.count == 1 && table.notes[0].contains("name (text)"), "\(table.notes)")
    }
    let table = try HDF5Table(file("columns.h5"))
    #expect(table.columns == ["ra", "dec"])
    #expect(
      table.notes[0].hasSuffix(
        "left out name (text), z.r (complex), z.i (complex), tracks (rows of varying length), link (references), which "
          + "hold no real numbers"), "\(table.notes)")
    let parts = try HDF5Table(file("columns.h5"), columns: ["z.i", "ra", "z.r"])
    #expect(try parts.values() == expected(Array(0..<5), [3, 0, 2]) && parts.notes.isEmpty)
    #expect(try HDF5Table(file("columns.h5", "z")).columns == ["r", "i"])
    #expect(
      failure("columns.h5", nil, ["ra", "name"])
        == "columns.h5:/name holds text, not numbers; choose columns of numbers")
    #expect(
      failure("catalogue.h5", nil, ["name"])
        == "the field 'name' of catalogue.h5:/cat holds text, not numbers; choose columns of numbers")
    #expect(try HDF5Table(file("columns.h5"), columns: ["*", "!dec"]).columns == ["ra"])
    // Only what would have been taken is missed.
    #expect(try HDF5Table(file("columns.h5"), columns: ["r*"]).notes == [])
    let some = try HDF5Table(file("columns.h5"), columns: ["!name", "!link"])
    let left = "left out z.r (complex), z.i (complex), tracks (rows of varying length), which hold no real numbers"
    #expect(some.notes.map { $0.hasSuffix(left) } == [true], "\(some.notes)")
  }

  @Test func categoriesOfPandas() throws {
    let table = try HDF5Table(file("categories.h5"))
    #expect(table.columns == ["x", "y"])
    #expect(try table.values() == expected(Array(0..<4), 0..<2))
    #expect(table.notes.first?.contains("kind (categories)") == true, "\(table.notes)")
  }

  @Test func sparseMatricesAreRefused() throws {
    #expect(
      failure("anndata.h5", "layers/counts")
        == "anndata.h5:/layers/counts is a sparse matrix (data, indices, indptr), which is not read; write it as a dense one"
    )
    #expect(try HDF5Table(file("anndata.h5", "X")).columns.count == 4)
    #expect(try HDF5Table(file("anndata.h5", "obs")).columns == ["n_genes"])
    let both = try HDF5Table(file("anndata.h5"), columns: ["obsm/X_pca", "obs/n_genes"])
    #expect(both.columns == ["X_pca[0]", "X_pca[1]", "n_genes"])
  }
}
