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
    cLibrary("CHDF5", pkgConfig: "hdf5", apt: "libhdf5-dev", brew: "hdf5"),
    cLibrary("CVips", pkgConfig: "vips", apt: "libvips-dev", brew: "vips"),
    cLibrary("CZip", pkgConfig: "libzip", apt: "libzip-dev", brew: "libzip"),
    cLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev", brew: "zlib"),
    .systemLibrary(name: "CXattr"),

    .target(name: "CKernels", cSettings: cSettings),

    room("TensorCore", needs: ["COpenBLAS", systemPackage]),
    room("Convolution", needs: ["CKernels", "TensorCore"]),
    room("Datasets", needs: ["TensorCore", "CZlib", systemPackage]),
    room("Imaging", needs: ["CVips", "TensorCore", systemPackage]),
    room("NeuralNetwork", needs: ["TensorCore", "Convolution"]),
    room("Isolation", needs: [systemPackage]),
    room("WeightFiles", needs: ["TensorCore", "Isolation", "CHDF5", "CZip", "CZlib", systemPackage]),
    room("Visualization", needs: ["TensorCore", "NeuralNetwork"]),
    room("Batch", needs: ["CXattr", systemPackage]),
    room(
      "Fovea",
      needs: ["TensorCore", "Convolution", "Imaging", "NeuralNetwork", "WeightFiles", "Visualization"]),
    .executableTarget(
      name: "fovea-tool",
      dependencies: [
        "Fovea", "Batch", "Isolation", "WeightFiles", systemPackage,
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: swiftSettings),

    // Nothing but a worker, for the tests to spawn; `fovea` is its own.
    .executableTarget(
      name: "fovea-worker", dependencies: ["Isolation", "WeightFiles"], swiftSettings: swiftSettings),

    .target(
      name: "TestSupport", dependencies: ["TensorCore"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    tests("TensorCore"),
    tests("Convolution", needs: ["CKernels", "TensorCore"]),
    tests("Datasets", needs: [systemPackage]),
    tests("Imaging", needs: ["TensorCore", systemPackage]),
    tests("NeuralNetwork", needs: ["TensorCore", "Convolution"]),
    tests("WeightFiles", needs: ["TensorCore", "Isolation", "fovea-worker", systemPackage]),
    tests("Visualization", needs: ["TensorCore", "NeuralNetwork"]),
    tests("Batch", needs: [systemPackage]),
    .testTarget(
      name: "ToolTests", dependencies: ["fovea-tool", "TestSupport", systemPackage],
      swiftSettings: swiftSettings),
  ]
)
