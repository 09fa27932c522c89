// swift-tools-version: 6.1
import PackageDescription

/// Settings of every Swift target of the package.
let settings: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny")]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)",
    exclude: exclude, swiftSettings: settings)
}

func cLibrary(_ name: String, pkgConfig: String, debian package: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
  name: "Incept",
  products: [
    .library(name: "Incept", targets: ["Incept", "GraphIR", "Operators", "TensorCore"]),
    .executable(name: "incept", targets: ["InceptCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0"),
  ],
  targets: [
    // C libraries
    cLibrary("COpenCL", pkgConfig: "OpenCL", debian: "ocl-icd-opencl-dev"),
    cLibrary("CPNG", pkgConfig: "libpng", debian: "libpng-dev"),
    cLibrary("CTurboJPEG", pkgConfig: "libturbojpeg", debian: "libturbojpeg0-dev"),
    cLibrary("CHDF5", pkgConfig: "hdf5", debian: "libhdf5-dev"),
    cLibrary("CZlib", pkgConfig: "zlib", debian: "zlib1g-dev"),
    cLibrary("CZip", pkgConfig: "libzip", debian: "libzip-dev"),

    .target(
      name: "COptionalLibrary",
      linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(name: "CCairo", dependencies: ["COptionalLibrary"]),
    .target(name: "CGIF", dependencies: ["COptionalLibrary"]),
    .target(name: "CCurl", dependencies: ["COptionalLibrary"]),

    // Foundations
    library("TensorCore"),
    library("OpenCLRuntime", ["COpenCL", "TensorCore"]),
    library("DiskCache", ["TensorCore", .product(name: "Crypto", package: "swift-crypto")]),

    library(
      "Downloads", ["TensorCore", "CCurl", .product(name: "Crypto", package: "swift-crypto")]),

    // The graph
    library("GraphIR", ["TensorCore"]),
    library("Operators", ["GraphIR", "TensorCore"]),
    library("Passes", ["Operators", "GraphIR", "TensorCore", "Reference"]),
    library("Reference", ["Operators", "GraphIR", "TensorCore"]),
    library("Differentiation", ["Operators", "GraphIR", "TensorCore", "Reference"]),

    // OpenCL
    .target(
      name: "KernelSources", path: "kernels", exclude: ["README.md"], swiftSettings: settings,
      plugins: ["EmbedKernels"]),
    .target(
      name: "OpenCLBackend",
      dependencies: [
        "Operators", "GraphIR", "TensorCore", "OpenCLRuntime", "KernelSources", "DiskCache",
      ],
      exclude: ["Resources/README.md"], swiftSettings: settings, plugins: ["EmbedResources"]),

    // Files
    library(
      "ProtobufMessages", [.product(name: "SwiftProtobuf", package: "swift-protobuf")]),
    library("WireFormats", ["TensorCore", "CZlib", "CZip"]),
    library("GraphFiles", ["Operators", "GraphIR", "TensorCore"]),
    library("ImportKeras", ["WireFormats", "Operators", "GraphIR", "TensorCore"]),
    library(
      "ImportONNX",
      [
        "ProtobufMessages", "WireFormats", "Operators", "Reference", "GraphIR", "TensorCore",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    library(
      "ImportTensorFlow",
      [
        "ProtobufMessages", "WireFormats", "Operators", "Reference", "GraphIR", "TensorCore",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    .target(
      name: "Models", dependencies: ["Operators", "GraphIR", "TensorCore"],
      exclude: ["Resources/README.md"], swiftSettings: settings, plugins: ["EmbedResources"]),
    library("Imaging", ["TensorCore", "CPNG", "CTurboJPEG"]),
    library("Datasets", ["WireFormats", "Imaging", "TensorCore", "CZlib"]),
    library("Drawing", ["TensorCore", "Imaging", "CCairo"]),
    library("Animation", ["TensorCore", "Imaging", "CGIF"]),
    library("Profiling", ["TensorCore"]),
    library("Roofline"),
    library("Filters", ["TensorCore"]),
    library(
      "SelfTest",
      ["OpenCLBackend", "OpenCLRuntime", "Reference", "Operators", "GraphIR", "TensorCore"]),
    library(
      "PeakMeasurement",
      [
        "OpenCLRuntime", "KernelSources", "Profiling", "Roofline", "TensorCore",
        .product(name: "Crypto", package: "swift-crypto"),
      ]),
    .target(
      name: "GraphPictures", dependencies: ["TensorCore", "Profiling"],
      exclude: ["Resources/README.md"], swiftSettings: settings, plugins: ["EmbedResources"]),

    .target(
      name: "ProfilePages", dependencies: ["GraphPictures", "Profiling"],
      exclude: ["Resources/README.md"], swiftSettings: settings, plugins: ["EmbedResources"]),

    library("Training", ["Differentiation", "Operators", "GraphIR", "TensorCore"]),

    library(
      "TensorBoardFiles",
      [
        "ProtobufMessages", "Operators", "GraphIR", "TensorCore",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),

    // What people use
    library(
      "Incept",
      [
        "TensorCore", "GraphIR", "Operators", "Passes", "Reference", "OpenCLRuntime",
        "OpenCLBackend", "DiskCache", "WireFormats", "GraphFiles", "ImportKeras", "ImportONNX",
        "ImportTensorFlow", "Models", "Imaging", "Datasets", "Drawing", "Profiling", "Roofline",
        "PeakMeasurement", "SelfTest", "Downloads", "GraphPictures", "ProfilePages",
        "TensorBoardFiles", "Training", "Filters", "Animation",
      ]),
    .executableTarget(
      name: "InceptCommand",
      dependencies: [
        "Incept", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: settings),

    // The program that the documentation's first steps are
    .executableTarget(
      name: "first-steps", dependencies: ["Incept", "Operators"], path: "Samples/FirstSteps",
      swiftSettings: settings),

    // Build tools
    .executableTarget(name: "embed-files", path: "tools/embed-files", swiftSettings: settings),
    .executableTarget(
      name: "bench-runner", dependencies: ["Incept"], path: "tools/bench/bench-runner",
      swiftSettings: settings),
    .executableTarget(
      name: "check-kernels", dependencies: ["KernelSources", "OpenCLRuntime", "TensorCore"],
      path: "tools/check-kernels", swiftSettings: settings),
    .executableTarget(
      name: "device-suite",
      dependencies: [
        "TestSupport", "OpenCLBackend", "OpenCLRuntime", "KernelSources", "TensorCore",
      ],
      path: "tools/device-suite", swiftSettings: settings),
    .executableTarget(
      name: "conformance-runner",
      dependencies: ["Incept", "ImportONNX", "Reference", "WireFormats", "TensorCore", "GraphIR"],
      path: "tools/conformance/runner", swiftSettings: settings),
    .plugin(
      name: "EmbedKernels", capability: .buildTool(), dependencies: ["embed-files"],
      path: "tools/EmbedKernelsPlugin"),
    .plugin(
      name: "EmbedResources", capability: .buildTool(), dependencies: ["embed-files"],
      path: "tools/EmbedResourcesPlugin"),

    // Tests
    .target(
      name: "TestSupport",
      dependencies: [
        "TensorCore", "GraphIR", "Operators", "Reference", "OpenCLRuntime", "OpenCLBackend",
      ], path: "Tests/TestSupport", swiftSettings: settings),
    tests("TensorCoreTests", ["TensorCore"]),
    tests("OpenCLRuntimeTests", ["OpenCLRuntime", "TensorCore"]),
    tests("DiskCacheTests", ["DiskCache", "TensorCore"]),
    tests(
      "DownloadsTests",
      ["Downloads", "TensorCore", .product(name: "Crypto", package: "swift-crypto")]),
    tests("GraphIRTests", ["GraphIR", "Operators", "TensorCore"]),
    tests(
      "OperatorsTests", ["Operators", "Reference", "GraphIR", "TensorCore"], exclude: ["Fixtures"]),
    tests("PassesTests", ["Passes", "Operators", "Reference", "GraphIR", "TensorCore"]),
    tests(
      "DifferentiationTests",
      [
        "Differentiation", "Passes", "OpenCLBackend", "Operators", "Reference", "GraphIR",
        "TensorCore",
      ], exclude: ["Fixtures"]),
    tests(
      "OpenCLBackendTests",
      [
        "OpenCLBackend", "OpenCLRuntime", "Operators", "Reference", "GraphIR", "TensorCore",
        "KernelSources", "DiskCache",
      ]),
    tests(
      "WireFormatsTests", ["WireFormats", "TensorCore", "CHDF5", "CZlib"],
      exclude: ["Fixtures"]),
    tests(
      "ImportKerasTests",
      [
        "ImportKeras", "WireFormats", "Operators", "GraphIR", "TensorCore", "Reference", "Imaging",
      ], exclude: ["Fixtures"]),
    tests(
      "ImportONNXTests",
      [
        "ImportONNX", "ProtobufMessages", "WireFormats", "Models", "Operators", "GraphIR",
        "TensorCore", "Reference", "Passes", "Incept", "Imaging",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    tests(
      "ImportTensorFlowTests",
      [
        "ImportTensorFlow", "ProtobufMessages", "WireFormats", "Operators", "GraphIR",
        "TensorCore", "Reference", "Passes", "Imaging",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], exclude: ["Fixtures"]),
    tests(
      "ModelsTests", ["Models", "Imaging", "Operators", "GraphIR", "Reference", "WireFormats"],
      exclude: ["Fixtures"]),
    tests("ImagingTests", ["Imaging", "TensorCore"], exclude: ["Fixtures"]),
    tests("DatasetsTests", ["Datasets", "Imaging", "TensorCore", "CZlib"]),
    tests("DrawingTests", ["Drawing", "Imaging", "TensorCore"]),
    tests("AnimationTests", ["Animation", "Imaging", "TensorCore"]),
    tests("ProfilingTests", ["Profiling", "TensorCore"]),
    tests("RooflineTests", ["Roofline"]),
    tests("FiltersTests", ["Filters", "WireFormats", "TensorCore"], exclude: ["Fixtures"]),
    tests(
      "TrainingTests",
      ["Training", "Differentiation", "Operators", "Reference", "GraphIR", "TensorCore"]),
    tests(
      "SelfTestTests",
      [
        "SelfTest", "OpenCLBackend", "OpenCLRuntime", "KernelSources", "Reference", "Operators",
        "GraphIR", "TensorCore",
      ]),
    tests(
      "PeakMeasurementTests", ["PeakMeasurement", "Roofline", "OpenCLRuntime", "TensorCore"]),
    tests("GraphPicturesTests", ["GraphPictures", "Profiling", "TensorCore"]),
    tests(
      "TensorBoardFilesTests",
      [
        "TensorBoardFiles", "ProtobufMessages", "Operators", "GraphIR", "TensorCore",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),
    tests(
      "InceptTests",
      [
        "Incept", "Models", "Imaging", "WireFormats", "GraphFiles", "Passes", "OpenCLBackend",
        "Operators", "GraphIR", "TensorCore", "Roofline", "Profiling", "GraphPictures", "Reference",
        "Filters", "Drawing", "Training",
      ], exclude: ["Fixtures"]),
    tests(
      "EndToEndTests",
      [
        "Incept", "Models", "Imaging", "WireFormats", "Passes", "OpenCLBackend", "OpenCLRuntime",
        "Operators",
        "GraphIR", "TensorCore",
      ]),
    tests("CommandLineTests", ["TensorCore", "Imaging"]),
  ]
)

// `make fuzz` links these objects with libFuzzer, which an executable of the package can't be.
if Context.environment["INCEPT_FUZZ"] != nil {
  package.products.append(
    .library(name: "FuzzTargets", type: .static, targets: ["FuzzTargets"]))
  package.targets.append(
    .target(
      name: "FuzzTargets",
      dependencies: [
        "ImportKeras", "ImportONNX", "ImportTensorFlow", "GraphFiles", "Models", "Imaging",
        "Datasets", "WireFormats", "Filters", "Passes", "Operators", "GraphIR", "TensorCore",
      ], path: "tools/fuzz/targets", swiftSettings: settings))
}
