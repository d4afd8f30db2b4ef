import FlowKit
import Testing

@Suite struct ScheduleTests {
  private let cosine = CosineSchedule()

  @Test func theRateRisesAndFallsAlongACosine() {
    let plan = TrainingPlan(totalSteps: 1_000, warmupSteps: cosine.warmupSteps(of: 1_000))
    let rates = (0..<1_000).map { plan.rate(at: $0, peak: 2, cosine) }
    #expect(plan.warmupSteps == 20 && cosine.warmupSteps(of: 1_000_000) == 500)
    #expect(rates[0] == 2 / 21.0 && rates[19] == 40 / 21.0 && rates[20] == 2)
    expectClose([rates[20 + 490]], [1], within: 1e-12, "half way")
    #expect(zip(rates[20...], rates[21...]).allSatisfy { $0 > $1 } && rates[999] < 1e-4)
  }

  /// A machine that becomes half as fast: the schedule goes on from where it is, without a jump, and still ends at 0.
  @Test func aRevisedPlanGoesOnWithoutAJump() {
    let plan = TrainingPlan(totalSteps: 1_000, warmupSteps: 20)
    let revised = plan.revised(at: 500, totalSteps: 750, cosine)
    #expect(revised.rate(at: 500, peak: 1, cosine) == plan.rate(at: 500, peak: 1, cosine))
    expectClose([revised.progress(at: 625)], [(plan.progress(at: 500) + 1) / 2], within: 1e-12, "progress")
    #expect(revised.progress(at: 750) == 1 && revised.rate(at: 750, peak: 1, cosine) < 1e-12)
    #expect(revised.revision == 1 && revised.warmupSteps == 20)
  }

  @Test func aPlanThatIsRevisedDuringTheRiseHasAnother() {
    let plan = TrainingPlan(totalSteps: 1 << 40, warmupSteps: 500)
    let revised = plan.revised(at: 4, totalSteps: 2_000, cosine)
    #expect(revised.warmupSteps == 40 && revised.step == 40 && revised.progress == 0)
  }
}
