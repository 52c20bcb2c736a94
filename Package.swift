// swift-tools-version: 6.2
import PackageDescription

// The rooms of the house, lowest first. Imports go down only: `make check` holds the sources to `needs`.

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]
let cSettings: [CSetting] = [.treatAllWarnings(as: .error)]

func cLibrary(_ name: String, pkgConfig: String, apt: String, brew: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt]), .brew([brew])])
}

func room(_ name: String, needs: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: needs, swiftSettings: swiftSettings)
}

func tests(_ name: String, needs: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + needs,
    exclude: [], resources: [], swiftSettings: swiftSettings)
}

let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "Fovea",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Fovea", targets: ["Fovea"]),
    .executable(name: "fovea", targets: ["fovea-tool"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
  ],
  targets: [
    cLibrary("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-dev", brew: "openblas"),
    .systemLibrary(name: "CXattr"),

    .target(name: "CKernels", cSettings: cSettings),

    room("TensorCore", needs: ["COpenBLAS", systemPackage]),
    room("Convolution", needs: ["CKernels", "TensorCore"]),
    room("NeuralNetwork", needs: ["TensorCore", "Convolution"]),
    room("Batch", needs: ["CXattr", systemPackage]),
    room("Fovea", needs: ["TensorCore", "Convolution", "NeuralNetwork"]),
    .executableTarget(
      name: "fovea-tool",
      dependencies: [
        "Fovea", "Batch", systemPackage, .product(name: "Logging", package: "swift-log"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: swiftSettings),

    .target(
      name: "TestSupport", dependencies: ["TensorCore"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    tests("TensorCore"),
    tests("Batch", needs: [systemPackage]),
    .testTarget(
      name: "ToolTests", dependencies: ["fovea-tool", "TestSupport", systemPackage],
      swiftSettings: swiftSettings),
    tests("Convolution", needs: ["CKernels", "TensorCore"]),
  ]
)
