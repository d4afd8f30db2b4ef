import FlowKit
import FlowKitTestSupport
import Testing

/// Which law must notice which fault.
private let noticed: [(fault: BrokenBijector.Fault, law: BijectorLaw)] = [
  (.inverseOff, .inverseUndoesForward), (.inverseOff, .forwardUndoesInverse),
  (.inverseLogDeterminantSign, .inverseLogDeterminant), (.logDeterminantScaled, .logDeterminant),
  (.plainValueRounded, .plainValue), (.inputGradientScaled, .inputGradient),
  (.contextGradientMissing, .contextGradient), (.oneParameterGradientMissing, .parameterGradient),
  (.logDeterminantCotangentIgnored, .logDeterminantGradient),
  (.inverseLogDeterminantCotangentIgnored, .logDeterminantGradient), (.adjointBent, .adjoint),
  (.gradientOverwritten, .gradientIsAdded), (.contextGradientOverwritten, .gradientIsAdded),
  (.neighbourSeen, .eventIndependence), (.placeSeen, .eventIndependence), (.infiniteFarOut, .finiteness),
  (.drawnAnew, .randomness), (.drawnByPlace, .randomness), (.drawnFactorForgotten, .randomness),
  (.dependencyMissing, .structure), (.dependencyTooMany, .structure), (.signWrong, .structure),
  (.affineClaimed, .structure), (.tooManyInitialParameters, .parameterCount), (.codingForgets, .coding),
]

@Suite struct BrokenBijectorTests {
  @Test func theUnbrokenOneObeysTheLaws() {
    let violations = BijectorLaws().violations(of: BrokenBijector(.none))
    #expect(violations.isEmpty, "\(violations)")
  }

  @Test(arguments: noticed)
  func faultIsNoticed(_ fault: BrokenBijector.Fault, by law: BijectorLaw) {
    let violations = BijectorLaws().violations(of: BrokenBijector(fault), laws: [law])
    #expect(violations.contains { $0.law == law }, "\(violations)")
  }

  @Test func everyLawAndEveryFaultIsCovered() {
    #expect(Set(noticed.map(\.law)) == Set(BijectorLaw.allCases))
    #expect(Set(noticed.map(\.fault)).union([.none]) == Set(BrokenBijector.Fault.allCases))
  }

  /// A bent adjoint is exactly what the laws of single cotangents cannot see.
  @Test func onlyTheAdjointLawSeesABentAdjoint() {
    let violations = BijectorLaws().violations(of: BrokenBijector(.adjointBent))
    #expect(Set(violations.map(\.law)) == [.adjoint])
  }

  @Test func aViolationSaysWhereAndHowMuch() throws {
    let violations = BijectorLaws().violations(of: BrokenBijector(.inverseOff), laws: [.inverseUndoesForward])
    let violation = try #require(violations.first)
    #expect(violation.place == "there by forward, event 3, feature 1")
    #expect(abs(abs(violation.got - violation.expected) - 1e-3) < 1e-5)
    #expect(
      violation.description.hasPrefix("inverseUndoesForward (there by forward, event 3, feature 1): got "))
  }
}
