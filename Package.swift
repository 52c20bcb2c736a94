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

let package = Package(
  name: "Fovea",
  platforms: [.macOS(.v15)],
  products: [],
  dependencies: [],
  targets: [
    cLibrary("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-dev", brew: "openblas"),

    .target(name: "CKernels", cSettings: cSettings),

    room("TensorCore", needs: ["COpenBLAS"]),
    room("Convolution", needs: ["CKernels", "TensorCore"]),
    room("NeuralNetwork", needs: ["TensorCore", "Convolution"]),

    .target(
      name: "TestSupport", dependencies: ["TensorCore"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    tests("TensorCore"),
    tests("Convolution", needs: ["TensorCore"]),
    tests("NeuralNetwork", needs: ["TensorCore", "Convolution"]),
  ]
)
