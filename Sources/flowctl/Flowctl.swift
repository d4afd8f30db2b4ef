import ArgumentParser

@main
struct Flowctl: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "flowctl")
}
