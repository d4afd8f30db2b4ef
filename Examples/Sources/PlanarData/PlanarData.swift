// Two-dimensional densities as files to fit, and a grid of points to score: PlanarData FOLDER
// FOLDER/moons.h5 and the others hold train and valid; FOLDER/grid.h5 holds 480 × 480 cell centres of [−6, 6]².
import FlowKit
import FlowKitTestSupport

guard CommandLine.arguments.count == 2 else { fatalError("usage: PlanarData FOLDER") }
let folder = CommandLine.arguments[1]

func write(_ tables: [(name: String, events: [Double])], to file: String) throws {
  let writer = try TableWriter(to: "\(folder)/\(file).h5")
  for (name, events) in tables {
    try writer.addDataset(name, shape: [events.count / 2, 2], columns: ["x", "y"])
    try writer.append(events, to: name)
  }
  try writer.finish()
}

for set in PlanarSet.allCases {
  try write([("train", set.events(50_000)), ("valid", set.events(5_000, seed: 1))], to: set.rawValue)
}
let (cells, half) = (480, 6.0)
let places = (0..<cells).map { (Double($0) + 0.5) * 2 * half / Double(cells) - half }
try write([("grid", places.flatMap { y in places.flatMap { x in [x, y] } })], to: "grid")
