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
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let reportFiles = [
  "report.css", "report.js", "picture-page.mustache", "picture.mustache", "index-head.mustache",
  "card.mustache",
  "index-tail.mustache", "failure.mustache", "single-tail.mustache",
]

let package = Package(
  name: "Fovea",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Fovea", targets: ["Fovea"]),
    .executable(name: "fovea", targets: ["fovea-tool"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    cLibrary("COpenBLAS", pkgConfig: "openblas", apt: "libopenblas-dev", brew: "openblas"),
    cLibrary("CHDF5", pkgConfig: "hdf5", apt: "libhdf5-dev", brew: "hdf5"),
    cLibrary("CVips", pkgConfig: "vips", apt: "libvips-dev", brew: "vips"),
    cLibrary("CZip", pkgConfig: "libzip", apt: "libzip-dev", brew: "libzip"),
    cLibrary("CDeflate", pkgConfig: "libdeflate", apt: "libdeflate-dev", brew: "libdeflate"),
    cLibrary("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev", brew: "zlib"),
    .systemLibrary(name: "CXattr"),
    .target(name: "CKernels", cSettings: cSettings),
    .target(name: "CVipsShim", cSettings: cSettings),

    room("TensorCore", needs: ["CKernels", "COpenBLAS", system]),
    room("Convolution", needs: ["CKernels", "TensorCore"]),
    room("Isolation", needs: [system]),
    room("Batch", needs: ["CXattr", system]),
    room(
      "Imaging",
      needs: ["CKernels", "CVips", "CVipsShim", "CDeflate", "CZlib", "TensorCore", "Isolation", system]),
    room("Filtering", needs: ["Imaging", "Convolution", "TensorCore"]),
    room("NeuralNetwork", needs: ["TensorCore", "Convolution"]),
    room("WeightFiles", needs: ["TensorCore", "Isolation", "CHDF5", "CZip", "CZlib", system]),
    room(
      "ModelFiles", needs: ["TensorCore", "Convolution", "NeuralNetwork", "Isolation", "WeightFiles", system]),
    room("Datasets", needs: ["TensorCore", "Imaging", "CZlib", system]),
    room("Training", needs: ["TensorCore", "Convolution", "NeuralNetwork", "Datasets", system]),
    room("Inference", needs: ["TensorCore", "Imaging", "NeuralNetwork"]),
    room("Visualization", needs: ["TensorCore", "Imaging", "NeuralNetwork", system]),
    // Its pages travel inside the executable: an installed `fovea` is one file.
    .target(
      name: "Reports",
      dependencies: [
        "TensorCore", "Imaging", "NeuralNetwork", "Inference", "Visualization", "Batch", mustache, system,
      ],
      resources: reportFiles.map { .embedInCode("Page/Templates/" + $0) }, swiftSettings: swiftSettings),
    room(
      "Fovea",
      needs: [
        "TensorCore", "Convolution", "Imaging", "Filtering", "NeuralNetwork", "WeightFiles", "ModelFiles",
        "Datasets", "Training", "Inference", "Visualization", "Reports", "Isolation",
      ]),
    .executableTarget(
      name: "fovea-tool", dependencies: ["Fovea", "Batch", "Isolation", system, logging, argumentParser],
      swiftSettings: swiftSettings),

    // The page of `make lecture`.
    .executableTarget(
      name: "fovea-lecture",
      dependencies: ["Fovea", "Isolation", "NeuralNetwork", "Training", system, argumentParser],
      resources: [.embedInCode("Page/Templates/lecture.css")], swiftSettings: swiftSettings),

    // Nothing but a worker, for the tests to spawn; `fovea` is its own.
    .executableTarget(
      name: "fovea-worker", dependencies: ["Isolation", "Imaging", "WeightFiles"],
      swiftSettings: swiftSettings),

    .target(
      name: "TestSupport", dependencies: ["TensorCore", system], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    tests("TensorCore"),
    tests("Convolution", needs: ["CKernels", "TensorCore"], fixtures: true),
    tests("Imaging", needs: ["CKernels", "TensorCore", "Isolation", "fovea-worker", system], fixtures: true),
    tests("Filtering", needs: ["Imaging", "Convolution", "TensorCore"], fixtures: true),
    tests("NeuralNetwork", needs: ["TensorCore", "Convolution", system], fixtures: true),
    tests("WeightFiles", needs: ["TensorCore", "Isolation", "fovea-worker", system], fixtures: true),
    tests(
      "ModelFiles", needs: ["TensorCore", "NeuralNetwork", "Isolation", "WeightFiles", system], fixtures: true
    ),
    tests("Datasets", needs: ["Imaging", "TensorCore", system]),
    tests(
      "Training", needs: ["TensorCore", "Convolution", "NeuralNetwork", "Datasets", "WeightFiles"],
      fixtures: true),
    tests("Inference", needs: ["TensorCore", "Convolution", "Imaging", "NeuralNetwork"]),
    tests("Visualization", needs: ["TensorCore", "Imaging", "NeuralNetwork"], fixtures: true),
    tests(
      "Reports",
      needs: ["TensorCore", "Imaging", "Inference", "NeuralNetwork", "Visualization", "Batch", system],
      fixtures: true),
    tests("Batch", needs: [system]),
    tests("Fovea"),
    .testTarget(
      name: "LectureTests", dependencies: ["fovea-lecture", "fovea-tool"], swiftSettings: swiftSettings),
    .testTarget(
      name: "ToolTests", dependencies: ["fovea-tool", "TestSupport", "TensorCore", system],
      exclude: ["Fixtures"], swiftSettings: swiftSettings),
  ]
)
