import CVips
import CVipsShim

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What libvips keeps in modules of their own (HEIF, JPEG XL, PDF, slides, ImageMagick's formats): loaded when the first file
/// needs one.
///
/// libvips would load them all when it starts, with some fifty libraries behind them, which takes longer than a photograph.
enum VipsModules {
  /// Their folder, beside libvips' own file; `nil` where it is not there, or somebody has said where libvips' files are.
  private static let folder: String? = {
    guard getenv(home) == nil, let library = fovea_library_of(fovea_vips_address()) else { return nil }
    let path = String(cString: library)
    guard let slash = path.lastIndex(of: "/") else { return nil }
    let folder = "\(path[...slash])vips-modules-\(vips_version(0)).\(vips_version(1))"
    return access(folder, R_OK | X_OK) == 0 ? folder : nil
  }()

  /// The variable that tells libvips where its files are.
  private static let home = "VIPSHOME"

  /// Runs what starts libvips in such a way that it finds no modules.
  static func leftOut(_ start: () -> CInt) -> CInt {
    guard folder != nil else { return start() }
    g_setenv(home, "/dev/null", 1)
    defer { g_unsetenv(home) }
    return start()
  }

  private static let areThere: Bool = {
    guard let folder, let entries = g_dir_open(folder, 0, nil) else { return false }
    defer { g_dir_close(entries) }
    var loaded = false
    while let entry = g_dir_read_name(entries) {
      let name = String(cString: entry)
      guard name.hasSuffix(".so") || name.hasSuffix(".dylib") else { continue }
      loaded = fovea_load_module("\(folder)/\(name)") != 0 || loaded
    }
    // What libvips does after its own loading.
    if getenv("VIPS_BLOCK_UNTRUSTED") != nil { vips_block_untrusted_set(1) }
    return loaded
  }()

  /// Loads them unless that has been done; whether there are any that libvips has not loaded itself.
  @discardableResult
  static func load() -> Bool { areThere }
}
