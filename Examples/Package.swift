// swift-tools-version: 6.2
import PackageDescription

// A package of its own: it sees of FlowKit what any other package sees. scripts/test.sh builds and runs it.
let package = Package(
  name: "Examples",
  dependencies: [.package(name: "FlowKit", path: "..")],
  targets: [
    "FitAndSample", "CustomBijector", "CustomScalarMap", "CustomBase", "CustomNetwork", "CustomObjective", "Guides",
    "PrintTable", "PlanarData",
  ].map { name in
    .executableTarget(
      name: name,
      dependencies: [
        .product(name: "FlowKit", package: "FlowKit"), .product(name: "FlowKitTestSupport", package: "FlowKit"),
      ],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
      ])
  },
  swiftLanguageModes: [.v6]
)
