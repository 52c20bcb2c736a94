#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The folder of real weights and pictures that the tests run on, or `nil` on a machine without it.
///
/// It is `../shared/data` beside the repository, or the folder that `FOVEA_TEST_DATA` names.
public enum SharedData {
  public static let folder: String? = {
    let named = getenv("FOVEA_TEST_DATA").map { String(cString: $0) }
    let folder = named ?? repositoryFolder + "/../shared/data"
    return access(folder, R_OK) == 0 ? folder : nil
  }()

  /// Whether tests that need the data can run; with `.enabled(if:)` a skip says so by name.
  public static var isPresent: Bool { folder != nil }

  /// The path of one file of the data.
  public static func path(_ relative: String) -> String {
    (folder ?? "/missing-shared-data") + "/" + relative
  }
}

/// The top of this repository, from where this file was compiled.
public let repositoryFolder: String = {
  var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
  parts.removeLast(3)
  return parts.joined(separator: "/")
}()
