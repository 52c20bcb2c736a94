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

/// The tests of one room; they may use what `needs` names besides it.
func tests(_ name: String, needs: [Target.Dependency] = [], fixtures: Bool = false) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + needs,
    exclude: fixtures ? ["Fixtures"] : [], swiftSettings: swiftSettings)
}

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "Fovea",
  platforms: [.macOS(.v15)],
  products: [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-system", from: "1.6.0")
  ],
  targets: [
    cLibrary("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-dev", brew: "openblas"),
    cLibrary("CVips", pkgConfig: "vips", apt: "libvips-dev", brew: "vips"),
    cLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev", brew: "zlib"),
    .target(name: "CKernels", cSettings: cSettings),

    room("TensorCore", needs: ["COpenBLAS", system]),
    room("Convolution", needs: ["CKernels", "TensorCore"]),
    room("Imaging", needs: ["CVips", "TensorCore", system]),
    room("Filtering", needs: ["Imaging", "Convolution", "TensorCore"]),
    room("NeuralNetwork", needs: ["TensorCore", "Convolution"]),
    room("Datasets", needs: ["TensorCore", "CZlib", system]),

    .target(
      name: "TestSupport", dependencies: ["TensorCore"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    tests("Imaging", needs: ["TensorCore", system], fixtures: true),
    tests("Filtering", needs: ["Imaging", "Convolution", "TensorCore"]),
    tests("TensorCore"),
    tests("Convolution", needs: ["CKernels", "TensorCore"], fixtures: true),
    tests("NeuralNetwork", needs: ["TensorCore", "Convolution"]),
    tests("Datasets", needs: [system]),
  ]
)
