// swift-tools-version: 6.2
import PackageDescription

// Fuzzing of everything that reads files, apart from the product: `make fuzz` builds it with the flags that libFuzzer needs,
// which no package may ask for by itself.

let package = Package(
  name: "FoveaFuzz",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "Fovea", path: ".."),
    .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibFuzzer"),
    .executableTarget(
      name: "fovea-fuzz",
      dependencies: [
        "CLibFuzzer", .product(name: "Fovea", package: "Fovea"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: [
        .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"), .treatAllWarnings(as: .error),
      ]),
  ]
)
