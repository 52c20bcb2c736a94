import Imaging
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The files below a folder, in byte order, without the notes beside them.
private func pictures(below folder: FilePath) -> [FilePath] {
  guard let stream = folder.withPlatformString(opendir) else { return [] }
  defer { closedir(stream) }
  var found: [FilePath] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    guard !name.hasPrefix("."), ![".csv", ".txt"].contains(where: name.hasSuffix), !name.hasPrefix("LICENSE")
    else { continue }
    let path = folder.appending(name)
    let inside = pictures(below: path)
    found += inside.isEmpty ? [path] : inside
  }
  return found.sorted { $0.string < $1.string }
}

@Suite("Real pictures, sound and damaged", .enabled(if: SharedData.isPresent)) struct MalformedTests {
  @Test("a picture whose comments no PNG may have is written without them")
  func impossibleComments() throws {
    let folder = TemporaryFolder()
    let source = FilePath(SharedData.path("images/malformed/imagers/issue_2026.png"))
    try Image(contentsOf: source).write(to: folder.file("a.png"))
    #expect(
      try Image(contentsOf: folder.file("a.png")).tensor().scalars
        == Image(contentsOf: source).tensor().scalars)
  }

  @Test("sound pictures all load", arguments: ["kodak", "imagenet_samples", "skimage", "sipi"])
  func sound(folder: String) throws {
    for path in pictures(below: FilePath(SharedData.path("images/" + folder))) {
      let image = try Image(contentsOf: path)
      #expect(try image.resized(height: 32, width: 32, fit: .cover).tensor().shape.count > 0, "\(path)")
    }
  }
}
