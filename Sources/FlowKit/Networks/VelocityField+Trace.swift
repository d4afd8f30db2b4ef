// The trace of ∂f/∂x of a network with two hidden layers, as one product whatever D is: with D₁, D₂ the diagonal matrices of φ′,
//
//     tr(W₃ D₂ W₂ D₁ W₁) = φ′(a₂)ᵀ M φ′(a₁),  M = W₂ ∘ (W₁ W₃)ᵀ
//
// M is the same for all events, and prepared once per step.

extension VelocityField {
  /// Whether it is prepared.
  var hasTraceMatrix: Bool { layers.count == 3 }

  var parameterCount: Int { layers.last!.bias.upperBound }

  private var traceEntries: Int { layers[1].rows * layers[0].rows }

  var preparedCount: Int? { hasTraceMatrix ? parameterCount + traceEntries : nil }

  func traceMatrix(_ parameters: Parameters) -> WeightMatrix {
    WeightMatrix(parameters, offset: parameterCount, rows: layers[1].rows, columns: layers[0].rows)
  }

  func prepare(_ parameters: Parameters, into prepared: UnsafeMutableBufferPointer<Scalar>) {
    for index in 0..<parameterCount { prepared[index] = parameters[index] }
    for entry in 0..<traceEntries {
      let place = place(ofEntry: entry)
      let sum = (0..<dimension).reduce(0.0) {
        $0 + Double(parameters[place.first + $1]) * Double(parameters[place.last + $1 * layers[2].stride])
      }
      prepared[parameterCount + entry] = Scalar(Double(parameters[place.middle]) * sum)
    }
  }

  /// W̄₂ += M̄ ∘ (W₁ W₃)ᵀ, and with G = M̄ ∘ W₂: W̄₁ += Gᵀ W₃ᵀ, W̄₃ += W₁ᵀ Gᵀ.
  func pullBackPreparation(_ parameters: Parameters, preparedGradient: Parameters, to gradient: inout Gradient) {
    for index in 0..<parameterCount { gradient[index] += preparedGradient[index] }
    for entry in 0..<traceEntries {
      let (place, cotangent) = (place(ofEntry: entry), preparedGradient[parameterCount + entry])
      let ofSum = cotangent * parameters[place.middle]
      var sum: Scalar = 0
      for feature in 0..<dimension {
        let (first, last) = (place.first + feature, place.last + feature * layers[2].stride)
        sum += parameters[first] * parameters[last]
        gradient[first] += ofSum * parameters[last]
        gradient[last] += ofSum * parameters[first]
      }
      gradient[place.middle] += cotangent * sum
    }
  }

  /// Of the entry (i, j) of M, row-major: where W₂ has it, where row j of W₁ begins, and column i of W₃.
  private func place(ofEntry entry: Int) -> (middle: Int, first: Int, last: Int) {
    let (i, j) = entry.quotientAndRemainder(dividingBy: layers[0].rows)
    return (
      layers[1].weight.lowerBound + i * layers[1].stride + j, layers[0].weight.lowerBound + j * layers[0].stride,
      layers[2].weight.lowerBound + i
    )
  }
}

/// f and the trace of its Jacobian at one point per event, and what leads back.
struct VelocityPass {
  private let field: VelocityField
  private let parameters: Parameters
  /// v of the trace Σ ⟨v, J v⟩; nil where the trace is the product of two hidden layers.
  private let probes: Tile?
  private var tangents: TangentPass
  /// M φ′(a₁).
  private var image: Tile?
  /// One row.
  let trace: Tile

  var output: Tile { tangents.output }

  init(_ field: VelocityField, at x: Tile, _ pass: Pass, along probes: Tile?) {
    (self.field, self.probes, parameters) = (field, probes, pass.parameters)
    tangents = field.tangents(at: x, pass)
    if let probes {
      trace = tangents.push(probes).directionDots(with: probes, events: x.width)
    } else {
      var image = Tile(features: field.layers[1].rows, like: x)
      field.traceMatrix(parameters).multiply(tangents.first[0], into: &image)
      trace = image.eventDots(with: tangents.first[1])
      self.image = image
    }
  }

  /// Adds the gradient of ⟨ȳ, f⟩ + ⟨τ, trace⟩; returns that with respect to x.
  func pullBack(_ ȳ: Tile, trace τ: Tile, _ gradient: inout Gradient) -> Tile {
    if let probes {
      var directions = probes
      directions.scaleAllDirections(by: τ)
      return tangents.pullBack(ȳ, directions: directions, &gradient)
    }
    var weighted = tangents.first[1]
    weighted.scaleEvents(by: τ)
    var ofFirst = Tile(features: field.layers[0].rows, like: ȳ)
    let matrix = field.traceMatrix(parameters)
    matrix.multiplyTransposed(weighted, into: &ofFirst)
    matrix.addOuterProduct(weighted, tangents.first[0], to: &gradient)
    ofFirst.multiply(by: tangents.second[0])
    var ofSecond = image!
    ofSecond.multiply(by: tangents.second[1])
    ofSecond.scaleEvents(by: τ)
    return tangents.pullBack(ȳ, directions: nil, adding: [ofFirst, ofSecond], &gradient)
  }
}
