// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

// The tests are not what is fast: optimizing them takes as long as the library. Test targets are no part of the products that other
// packages use, so that these are free of unsafe flags.
let testSettings: [SwiftSetting] = swiftSettings + [.unsafeFlags(["-Onone"])]

/// The program and its tests are the same for any element: what tests the library in Double need not build them.
let hasProgram = Context.environment["FLOWKIT_LIBRARY_ONLY"] == nil

/// Files, tables, pictures and comparisons are in Double whatever the element is, and what is chosen for a fit is chosen alike.
let testsOfAnyElement = [
  "Automatic", "Calibration", "Comparison", "Diagnostics", "Events", "Expressivity", "Files", "HDF5", "Tables",
]

/// For packages that depend on this one, whose builds cannot name its traits: `FLOWKIT_MPI=1` is `--traits MPI`.
let hasMPI = Context.environment["FLOWKIT_MPI"] != nil

let program: [Target] = [
  .executableTarget(
    name: "flowctl",
    dependencies: [
      "FlowKit", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      .product(name: "Subprocess", package: "swift-subprocess"),
    ],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "FlowctlTests", dependencies: ["flowctl", "FlowKit", "FlowKitTestSupport"],
    exclude: ["Browser/check.js"],
    swiftSettings: testSettings),
]

let package = Package(
  name: "FlowKit",
  products: [
    .library(name: "FlowKit", targets: ["FlowKit"]),
    .library(name: "FlowKitTestSupport", targets: ["FlowKitTestSupport"]),
  ] + (hasProgram ? [.executable(name: "flowctl", targets: ["flowctl"])] : []),
  traits: [
    .trait(name: "DoublePrecision", description: "Computes in Double instead of Float."),
    .trait(name: "MPI", description: "Lets the processes of an MPI job share one fit."),
    .default(enabledTraits: hasMPI ? ["MPI"] : []),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
  ],
  targets: [
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CMPI", pkgConfig: "mpi-c", providers: [.apt(["libopenmpi-dev"])]),
    .target(
      name: "CFlowMPI", dependencies: [.target(name: "CMPI", condition: .when(traits: ["MPI"]))],
      cSettings: [.treatAllWarnings(as: .error), .define("FLOWKIT_MPI", .when(traits: ["MPI"]))]),
    .target(name: "CFlowKernels", cSettings: [.treatAllWarnings(as: .error)]),
    .target(
      name: "FlowKit",
      dependencies: [
        "CHDF5", "COpenBLAS", "CFlowKernels", .target(name: "CFlowMPI", condition: .when(traits: ["MPI"])),
      ],
      swiftSettings: swiftSettings),
    .target(name: "FlowKitTestSupport", dependencies: ["FlowKit"], swiftSettings: swiftSettings),
    .testTarget(
      name: "FlowKitTests", dependencies: ["FlowKit", "FlowKitTestSupport", "CFlowKernels"],
      exclude: hasProgram ? [] : testsOfAnyElement, swiftSettings: testSettings),
  ] + (hasProgram ? program : []),
  swiftLanguageModes: [.v6]
)
