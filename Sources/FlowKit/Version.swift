/// The version of FlowKit, as files record it.
public let flowKitVersion = "0.1.0"
