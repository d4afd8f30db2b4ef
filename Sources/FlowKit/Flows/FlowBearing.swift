/// Something trainable whose first parts are those of a flow, such as a flow with a critic of its samples: a fit of it makes a model of
/// the flow.
public protocol FlowBearing: Trainable {
  var architecture: Architecture { get }
}
