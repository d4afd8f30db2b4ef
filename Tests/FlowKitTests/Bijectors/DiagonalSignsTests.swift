import FlowKit
import Testing

@Suite struct DiagonalSignsTests {
  private func layers(_ text: String, dimension: Int = 3) throws(FlowError) -> [any Bijector] {
    var random = RandomStream(seed: 1, purpose: .architecture)
    return try LayerList(text).chain(dimension: dimension, using: &random).layers
  }

  @Test(arguments: [
    "diagonal(signs=-++)", "lower(signs=+-+)", "upper(signs=---)", "lu(signs=++-)", "plu(2,0,1,signs=-++)",
    "qr(signs=+-+)", "qr(determinant=-1,signs=+-+)", "qr(determinant=-1)", "lu", "qr", "plu(0,1,2)", "householder(3)",
    "householder(1)", "actnorm", "prelu", "inverse(lower(signs=+--))", "2*[lower(signs=-++),qr]",
  ])
  func printedListsReadTheSame(_ text: String) throws {
    #expect(try LayerList.describing(layers(text)) == text)
  }

  @Test(arguments: [
    ("lower(signs=+++)", "lower"), ("householder", "householder(3)"), ("plu(reverse)", "plu(2,1,0)"),
    ("qr(determinant=1)", "qr"),
  ])
  func listsAreWrittenInOneWay(_ text: String, _ printed: String) throws {
    #expect(try LayerList.describing(layers(text)) == printed)
  }

  @Test(arguments: ["diagonal", "lower", "upper", "lu", "plu", "qr"])
  func drawnSignsAreDrawnAnewAndKept(_ name: String) throws {
    let drawn = try layers("8*\(name)(signs=random)", dimension: 6)
    let lists = drawn.map(\.layerList)
    #expect(Set(lists).count > 4 && lists.allSatisfy { !$0.contains("random") })
    #expect(try layers(LayerList.describing(drawn), dimension: 6).map(\.layerList) == lists)
    // Of 48 signs the number of negative ones is within four standard deviations of 24.
    let negative = lists.joined().split(separator: "signs=").dropFirst().joined().filter { $0 == "-" }.count
    #expect(10...38 ~= negative)
  }

  @Test func signsShowInTheStructure() throws {
    for name in ["diagonal", "lower", "upper"] {
      #expect(try layers("\(name)(signs=+-+)")[0].structure.diagonalSigns == [1, -1, 1])
    }
  }

  @Test(arguments: [
    ("lower(signs=+-)", "'signs=+-' at character 7 of the layer list: signs takes random, or + or - for each of 3"),
    ("lu(signs=+0-)", "'signs=+0-' at character 4 of the layer list: signs takes random, or + or - for each of 3"),
    ("qr(determinant=0)", "'determinant=0' at character 4 of the layer list: determinant takes 1 or -1"),
    ("householder(0)", "'0' at character 13 of the layer list: k takes a whole number from 1 to 4096"),
    ("plu(0,1)", "'0' at character 5 of the layer list: plu takes reverse, random, or each of 0 to 2 once"),
    ("plu(0,x,1,2)", "'0' at character 5 of the layer list: plu takes reverse, random, or each of 0 to 2 once"),
    ("lu(0,1,2)", "'0' at character 4 of the layer list: lu takes no such argument"),
  ])
  func errorsPointAtTheOffender(_ text: String, _ message: String) {
    let error = #expect(throws: FlowError.self) { try layers(text) }
    #expect(error?.kind == .architecture && error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }
}
