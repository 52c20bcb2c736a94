// swift-tools-version: 6.2
import PackageDescription

// Measurements, apart from the product: `make bench` runs them, Peers/ holds the Python side of each comparison.

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "FoveaBenchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Fovea", path: "..")],
  targets: [
    .executableTarget(
      name: "fovea-bench", dependencies: [.product(name: "Fovea", package: "Fovea")],
      swiftSettings: swiftSettings)
  ]
)
