import FlowKit
import Testing

@Test func errorDescribesItselfByItsMessage() {
  #expect("\(FlowError(.file, "no such file"))" == "no such file")
}
