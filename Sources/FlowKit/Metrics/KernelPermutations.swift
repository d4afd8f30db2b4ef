/// What kernels of two pooled samples come to for each way to label their rows: Σᵢ≠ⱼ sᵢ sⱼ k(xᵢ, xⱼ) with sᵢ = 1/N in the first
/// sample and −1/M in the second, which is an MMD² without its diagonal.
///
/// All ways from one pass over the pairs: a strip of the kernel's rows is multiplied with the matrix of all sᵢ, rows × ways. Memory is
/// (N + M) · ways numbers and some strips; pairs are computed in Float, a few times 10⁻⁶ of a statistic.
struct KernelPermutations {
  let kernels: [(kernel: PairKernel, bandwidth: Double)]
  /// For each kernel, of each way, from that of the samples on.
  let forms: [[Double]]
  /// For each kernel Σᵢ≠ⱼ k and Σᵢ≠ⱼ k², means over pairs.
  let mean, meanSquare: [Double]
  let ways: Relabelling

  /// Rows of a strip.
  private static let stripRows = 64

  /// - Parameter points: the first sample's, then the second one's; weights do not count.
  init(
    _ points: PointCloud, _ kernels: [(kernel: PairKernel, bandwidth: Double)], _ ways: Relabelling, _ pool: WorkerPool
  ) {
    (self.kernels, self.ways) = (kernels, ways)
    let rows = ways.rows
    let width = (ways.permutations + 16) / 16 * 16
    let signs = Self.signs(ways, width, pool)
    let values = points.values.map { Float($0) }
    let strips = (rows + Self.stripRows - 1) / Self.stripRows
    let sums = UnitResults.collect(strips, startingWith: [StripSums]()) { sums in
      pool.run(units: strips) { _, strip in
        let strip = Strip(first: strip * Self.stripRows, rows: rows, count: Self.stripRows)
        sums[strip.first / Self.stripRows] = strip.sums(values, points.dimension, kernels, signs, width)
      }
    }
    let pairs = Double(rows) * Double(rows - 1)
    func total(_ kernel: Int, _ part: (StripSums) -> Double) -> Double {
      sums.reduce(0) { $0 + 2 * part($1[kernel]) }
    }
    forms = kernels.indices.map { kernel in
      (0...ways.permutations).map { way in total(kernel) { $0.forms[way] } }
    }
    mean = kernels.indices.map { total($0, \.sum) / pairs }
    meanSquare = kernels.indices.map { total($0, \.squares) / pairs }
  }

  /// sᵢ of each way, rows × width.
  private static func signs(_ ways: Relabelling, _ width: Int, _ pool: WorkerPool) -> [Float] {
    let (plus, minus) = (1 / Float(ways.first), -1 / Float(ways.second))
    return UnitResults.collect(ways.rows * width, startingWith: Float(0)) { signs in
      ways.forEach(pool) { way, isFirst in
        for row in isFirst.indices { signs[row * width + way] = isFirst[row] ? plus : minus }
      }
    }
  }

  /// Of one kernel, over the pairs of a strip.
  struct StripSums {
    var forms: [Double]
    var sum = 0.0
    var squares = 0.0
  }
}

/// Some rows with those after each of them.
private struct Strip {
  let first, rows, count: Int

  init(first: Int, rows: Int, count: Int) {
    (self.first, self.rows, self.count) = (first, rows, min(count, rows - first))
  }

  /// How many columns it has: row i is compared with the columns after i.
  private var columns: Int { rows - first }

  func sums(
    _ values: [Float], _ dimension: Int, _ kernels: [(kernel: PairKernel, bandwidth: Double)], _ signs: [Float],
    _ width: Int
  ) -> [KernelPermutations.StripSums] {
    let squares = squaredDistances(values, dimension)
    var kernelValues = [Float](repeating: 0, count: count * columns)
    var product = [Float](repeating: 0, count: count * width)
    return kernels.map { kernel, bandwidth in
      var result = KernelPermutations.StripSums(forms: [Double](repeating: 0, count: width))
      evaluate(kernel, Float(bandwidth), squares, into: &kernelValues, &result)
      signs.withUnsafeBufferPointer { signs in
        let own = signs.baseAddress! + first * width
        product.withUnsafeMutableBufferPointer { product in
          Products.inFloat(
            kernelValues, own, into: product.baseAddress!, rows: count, inner: columns, columns: width)
          for row in 0..<count {
            for way in 0..<width {
              result.forms[way] += Double(own[row * width + way] * product[row * width + way])
            }
          }
        }
      }
      return result
    }
  }

  private func squaredDistances(_ values: [Float], _ dimension: Int) -> [Float] {
    var squares = [Float](repeating: 0, count: count * columns)
    values.withUnsafeBufferPointer { values in
      squares.withUnsafeMutableBufferPointer { squares in
        for row in 0..<count {
          let x = values.baseAddress! + (first + row) * dimension
          for column in (row + 1)..<max(row + 1, columns) {
            let y = values.baseAddress! + (first + column) * dimension
            var sum: Float = 0
            for axis in 0..<dimension {
              let difference = x[axis] - y[axis]
              sum += difference * difference
            }
            squares[row * columns + column] = sum
          }
        }
      }
    }
    return squares
  }

  /// The kernel of each pair; 0 of a row with itself and those before it.
  private func evaluate(
    _ kernel: PairKernel, _ bandwidth: Float, _ squares: [Float], into result: inout [Float],
    _ sums: inout KernelPermutations.StripSums
  ) {
    let (rate, inverse) = (-0.5 / (bandwidth * bandwidth), -1 / bandwidth)
    result.withUnsafeMutableBufferPointer { result in
      squares.withUnsafeBufferPointer { squares in
        for row in 0..<count {
          var (sum, sumOfSquares): (Float, Float) = (0, 0)
          for column in (row + 1)..<max(row + 1, columns) {
            let square = squares[row * columns + column]
            let value =
              switch kernel {
              case .gaussian: Float.exp(rate * square)
              case .laplace: Float.exp(inverse * square.squareRoot())
              default: square.squareRoot()
              }
            result[row * columns + column] = value
            sum += value
            sumOfSquares += value * value
          }
          sums.sum += Double(sum)
          sums.squares += Double(sumOfSquares)
        }
      }
    }
  }
}
