import Imaging
import TensorCore
import Testing
import Visualization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct SheetFileTests {
  private let sheet: ContactSheet

  init() throws {
    var generator = SeededGenerator(seed: 9)
    sheet = try ContactSheet(
      of: Tensor(normal: [14, 14, 20], using: &generator), scale: .symmetric,
      options: .init(title: "conv1", note: "synthetic Gabor bank"))
  }

  @Test func aPngHoldsThePixelsAndNamesTheParameters() throws {
    let path = "\(temporaryFolder)/fovea-sheet-\(getpid())-a.png"
    defer { unlink(path) }
    try sheet.write(to: path)
    let back = try Image(contentsOf: path)
    #expect(back.width == sheet.width && back.height == sheet.height)
    #expect(try back.tensor().scalars == sheet.pixels.map(Float.init))
    let bytes = try file(path)
    for text in ["tEXtfovea:scale\0symmetric", "tEXtfovea:note\0synthetic Gabor bank", "tEXtfovea:range\0"] {
      #expect(bytes.firstRange(of: Array(text.utf8)) != nil, "\(text)")
    }
  }

  @Test func equalSheetsGiveEqualFiles() throws {
    let paths = ["b", "c"].map { "\(temporaryFolder)/fovea-sheet-\(getpid())-\($0).png" }
    defer { for path in paths { unlink(path) } }
    for path in paths { try sheet.write(to: path) }
    #expect(try file(paths[0]) == file(paths[1]))
  }

  private var temporaryFolder: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

  private func file(_ path: String) throws -> [UInt8] {
    let handle = try #require(fopen(path, "rb"))
    defer { fclose(handle) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, handle)
    return Array(bytes[..<count])
  }
}
