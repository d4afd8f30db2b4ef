import FlowKit
import Foundation
import Testing

@Suite struct BaseTextTests {
  @Test(arguments: [
    ("normal", 3), ("gaussian", 2), ("gaussian(full)", 2), ("student-t", 4), ("mixture(5)", 2), ("t-mixture(3)", 2),
    ("laplace", 1),
    ("logistic", 1), ("uniform(-1.0,1.0)", 2), ("product(3*normal,student-t,uniform(0.0,1.0))", 5),
    ("product(mixture(4,dimension=2),gaussian(full,dimension=3),2*normal,mixture(2))", 8),
  ])
  func printedTextsReadTheSame(_ text: String, _ dimension: Int) throws {
    let base = try Registry.standard.base(text, dimension: dimension)
    #expect(base.text == text && base.dimension == dimension)
  }

  @Test(arguments: [
    (" normal ", "normal"), ("t-mixture", "t-mixture(8)"), ("uniform", "uniform(-1.0,1.0)"), ("mixture", "mixture(8)"),
    ("mixture(components=3)", "mixture(3)"), ("gaussian(diagonal)", "gaussian"),
    ("uniform(-pi,pi)", "uniform(-3.141592653589793,3.141592653589793)"), ("uniform(upper=3)", "uniform(-1.0,3.0)"),
    ("product(normal,normal,1*normal)", "product(3*normal)"), ("product(3*[normal])", "product(3*normal)"),
    ("product(2*normal,normal(dimension=1))", "product(3*normal)"),
    ("product(3*mixture(2))", "product(mixture(2),mixture(2),mixture(2))"),
    ("product(uniform(0,1),2*uniform(0,2))", "product(uniform(0.0,1.0),2*uniform(0.0,2.0))"),
  ])
  func textsAreWrittenInOneWay(_ text: String, _ printed: String) throws {
    #expect(try Registry.standard.base(text, dimension: 3).text == printed)
  }

  @Test(arguments: [
    ("cauchy", "unknown base distribution 'cauchy': the bases are normal, gaussian, student-t"),
    (
      "product(2*normal,cauchy)", "unknown base distribution 'cauchy' at character 18 of the base: the bases are normal"
    ),
    ("mixture(0)", "'0' at character 9 of the base: components takes a whole number from 1 to 256"),
    ("mixture(2,3)", "'3' at character 11 of the base: mixture takes no such argument"),
    ("mixture(dimension=3)", "'dimension=3' at character 9 of the base: mixture takes no such argument"),
    ("uniform(2,1)", "'1' at character 11 of the base: upper takes a number above 2.0"),
    ("gaussian(diag)", "'diag' at character 10 of the base: gaussian takes diagonal or full"),
    ("normal(1)", "'1' at character 8 of the base: normal takes no such argument"),
    ("product(product(normal))", "'product(normal)' at character 9 of the base: a part of a product is no product"),
    ("product(normal(dimension=0))", "'dimension=0' at character 16 of the base: dimension takes a whole number above"),
    ("product()", "product(…) takes 1 to 65535 bases"),
    ("product(2*normal)", "the base product(2*normal) has 2 features, but the events have 3"),
    ("normal,laplace", "'normal,laplace' names 2 bases; put them side by side by product(normal,laplace)"),
    ("", "the base has the end at character 1, where a base's name, such as normal is expected"),
    ("product(2 normal)", "the base has 'n' at character 11, where '*' after the number 2 is expected"),
    ("product(20000*normal)", "the base has '2' at character 9, where a number of repetitions from 1 to 10000"),
  ])
  func mistakesAreNamed(_ text: String, _ message: String) {
    let error = #expect(throws: FlowError.self) { try Registry.standard.base(text, dimension: 3) }
    #expect(error?.kind == .architecture && error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }

  @Test func aDecodedArchitectureHasTheSameBase() throws {
    let base = try Registry.standard.base("product(normal,student-t,mixture(2,dimension=2))", dimension: 4)
    let original = Architecture(chain: try Chain([], dimension: 4), base: base)
    let copy = try JSONDecoder().decode(Architecture.self, from: JSONEncoder().encode(original))
    #expect(copy.base.text == base.text && copy.parameterShapes == original.parameterShapes)
    #expect(
      original.parameterShapes.map(\.name) == [
        "base/01-student-t/logExcessFreedom", "base/02-mixture/logits", "base/02-mixture/means",
        "base/02-mixture/logScales",
      ])
    let (flow, events) = (Flow(architecture: original, seed: 2), [0.1, 0.2, 0.3, 0.4])
    #expect(Flow(architecture: copy, parameters: flow.parameters).logDensity(events) == flow.logDensity(events))
  }
}
