import FlowKit
import Testing

@Suite struct LayerListTests {
  private func chain(_ text: String, dimension: Int = 3, context: Int = 0) throws(FlowError) -> Chain {
    var random = RandomStream(seed: 1, purpose: .architecture)
    return try LayerList(text).chain(dimension: dimension, contextDimension: context, using: &random)
  }

  @Test(arguments: [
    "diagonal", "shift", "lower,upper", "leaky-relu(0.1)", "permute(reverse)", "permute(1,2,0)",
    "permute(random)",
    "coupling-affine(hidden=8x4)", "coupling-affine(mask=alternate,hidden=8,activation=tanh)",
    "inverse(coupling-affine(hidden=3x5,activation=silu))", "chain(lower,2*[shift],inverse(chain(upper,prelu)))",
    "chain()",
    "3*[coupling-affine(hidden=8x8),permute(reverse)],leaky-relu(0.5)", "2*[lower],upper",
    "permute(random),2*[diagonal,shift],lower",
  ])
  func printedListsReadTheSame(_ text: String) throws {
    let chain = try chain(text)
    #expect(LayerList.describing(chain.layers) == text)
  }

  @Test(arguments: [
    (" diagonal , shift ", "diagonal,shift"), ("diagonal()", "diagonal"), ("leaky-relu", "leaky-relu(0.1)"),
    ("leaky-relu(slope=0.2)", "leaky-relu(0.2)"), ("permute", "permute(reverse)"),
    ("permute(2,1,0)", "permute(reverse)"),
    ("2*lower", "2*[lower]"), ("lower,lower", "2*[lower]"), ("2*[2*[lower],shift]", "2*[2*[lower],shift]"),
    ("1*[lower]", "lower"), ("coupling-affine", "coupling-affine(hidden=64x64)"),
    ("coupling-affine(hidden=8,mask=halves)", "coupling-affine(hidden=8)"),
    ("inverse(inverse(lower))", "lower"), ("inverse(inverse(inverse(lower)))", "inverse(lower)"),
  ])
  func listsAreWrittenInOneWay(_ text: String, _ printed: String) throws {
    let chain = try chain(text)
    let description = LayerList.describing(chain.layers)
    // Nested repetitions fold to another list of the same layers.
    let again = try self.chain(description)
    #expect(again.layers.map(\.layerList) == chain.layers.map(\.layerList))
    if !text.contains("2*[2*") { #expect(description == printed) }
  }

  @Test func repetitionsDrawAnew() throws {
    let chain = try chain("4*permute(random)", dimension: 8)
    let drawn = chain.layers.map { ($0 as? Permutation)?.indices }
    #expect(Set(drawn).count == 4 && !drawn.contains(nil))
  }

  @Test func layersKnowTheContext() throws {
    let chain = try chain("coupling-affine(hidden=4),lower", context: 2)
    #expect(chain.layers.map(\.contextDimension) == [2, 0])
    #expect(chain.contextDimension == 2)
  }

  @Test(arguments: [
    ("", "the layer list has the end at character 1, where a layer's name"),
    ("lower,", "the layer list has the end at character 7, where a layer's name"),
    ("lower upper", "the layer list has 'u' at character 7, where ',' or the end"),
    ("2*[lower", "the layer list has the end at character 9, where ',' or ']'"),
    ("lower]", "the layer list has ']' at character 6, where ',' or the end"),
    ("2 lower", "the layer list has 'l' at character 3, where '*' after the number 2"),
    ("0*lower", "the layer list has '0' at character 1, where a number of repetitions from 1 to 10000"),
    (
      "lower,10001*lower",
      "the layer list has '1' at character 7, where a number of repetitions from 1 to 10000"
    ),
    ("leaky-relu(0.1", "the layer list has the end at character 15, where ')'"),
    (
      "lower,foo(1)",
      "unknown layer 'foo' at character 7 of the layer list: the layers are diagonal, shift, lower,"
    ),
    ("standardize", "unknown layer 'standardize' at character 1"),
    ("leaky-relu(-1)", "'-1' at character 12 of the layer list: slope takes a slope above 0"),
    ("leaky-relu(nan)", "'nan' at character 12 of the layer list: slope takes a slope above 0"),
    ("lower(3)", "'3' at character 7 of the layer list: lower takes no such argument"),
    (
      "coupling-affine(hidden=8,width=3)",
      "'width=3' at character 26 of the layer list: coupling-affine takes no such"
    ),
    (
      "coupling-affine(hidden=8x0)",
      "'hidden=8x0' at character 17 of the layer list: hidden takes widths such as"
    ),
    (
      "coupling-affine(mask=odd)",
      "'mask=odd' at character 17 of the layer list: mask takes one of halves, alternate"
    ),
    (
      "coupling-affine(activation=elu)",
      "'activation=elu' at character 17 of the layer list: activation takes one of"
    ),
    (
      "permute(0,1)",
      "'0' at character 9 of the layer list: permute takes reverse, random, or each of 0 to 2 once"
    ),
    ("inverse()", "inverse(…) takes one layer, got 0"),
    ("inverse(lower,upper)", "inverse(…) takes one layer, got 2"),
    ("residual(hidden=none)", "'hidden=none' at character 10 of the layer list: hidden takes widths such as 128x128"),
    (
      "autoregressive-affine(order=0+1)",
      "'order=0+1' at character 23 of the layer list: order takes reverse, random, or each of 0 to 2 once, such as"
    ),
    (
      String(repeating: "1*[", count: 20_000), "the layer list nests more than 32 deep at character 99; nest less"
    ),
    (
      String(repeating: "1*", count: 20_000), "the layer list nests more than 32 deep at character 67; nest less"
    ),
    (
      String(repeating: "inverse(", count: 10_000) + "lower" + String(repeating: ")", count: 10_000),
      "the layer list nests more than 32 deep at character 265; nest less"
    ),
    (
      "lower,2*[inverse(" + String(repeating: "chain(", count: 40),
      "the layer list nests more than 32 deep at character 204; nest less"
    ),
  ])
  func errorsPointAtTheOffender(_ text: String, _ message: String) {
    let error = #expect(throws: FlowError.self) { try chain(text) }
    #expect(error?.kind == .architecture)
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }

  /// What stands inside `inverse(…)` is counted from the start of the whole list.
  @Test(arguments: [
    ("lower,inverse(foo)", "unknown layer 'foo' at character 15 "),
    ("inverse(lower upper)", "the layer list has 'u' at character 15,"),
    ("inverse( inverse(leaky-relu(-1)))", "'-1' at character 29 "),
    ("lower,inverse(2*[lower])", "'2*[lower]' at character 15 of the layer list: inverse(…) takes one layer"),
  ])
  func errorsInsideInversePointAtTheOffender(_ text: String, _ message: String) {
    let error = #expect(throws: FlowError.self) { try chain(text) }
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }
}
