// Fits a flow to a table, saves it, and draws from it: FitAndSample DATA.h5 MODEL.h5
import FlowKit

let paths = CommandLine.arguments
let events = try EventSet(DataLocation(paths[1]), ColumnSelection())
let trainer = try Trainer(
  fitting: events, layers: "4*[coupling-affine(hidden=64x64),permute(random)]",
  options: TrainingOptions { $0.epochs = 3 })
let result = try trainer.fit()
try Model(flow: result.flow, columns: events.columns, history: result.history).write(to: paths[2])

let flow = try Model(reading: paths[2]).flow
let samples = try flow.sample(1_000, seed: 1)
let densities = flow.logDensity(samples)
print("validation loss \(result.loss) nats")
print("drew \(samples.count / flow.dimension) events, mean log-density \(densities.reduce(0, +) / 1_000)")
