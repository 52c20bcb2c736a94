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
  dependencies: [
    .package(url: "https://github.com/apple/swift-system", from: "1.6.0")
  ],
  targets: [
    cLibrary("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-dev", brew: "openblas"),

    cLibrary("CVips", pkgConfig: "vips", apt: "libvips-dev", brew: "vips"),

    room("TensorCore", needs: ["COpenBLAS", .product(name: "SystemPackage", package: "swift-system")]),
    room("Convolution", needs: ["TensorCore"]),
    room("Imaging", needs: ["CVips", "TensorCore", .product(name: "SystemPackage", package: "swift-system")]),
    room("NeuralNetwork", needs: ["TensorCore", "Convolution"]),
    room(
      "Visualization",
      needs: ["TensorCore", "Imaging", "NeuralNetwork", .product(name: "SystemPackage", package: "swift-system")]),

    .target(
      name: "TestSupport", dependencies: ["TensorCore"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    tests("Imaging", needs: ["TensorCore", .product(name: "SystemPackage", package: "swift-system")]),
    tests("TensorCore"),
    tests("Visualization", needs: ["TensorCore", "Imaging", "NeuralNetwork"]),
  ]
)
