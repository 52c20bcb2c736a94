import TensorCore
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct NpyTests {
  /// A file as numpy writes it: version 1, `literal` padded to a multiple of 64 bytes, then `numbers`.
  static func file(_ literal: String, numbers: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let lengthSize = version == 1 ? 2 : 4
    let padding = 63 - (8 + lengthSize + literal.utf8.count) % 64
    let length = literal.utf8.count + padding + 1
    let lengthBytes = (0..<lengthSize).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + Array(literal.utf8)
      + [UInt8](repeating: 0x20, count: padding) + [0x0A] + numbers
  }

  @Test(
    arguments: [
      ("<f4", [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0], [1, -2]),
      (">f4", [0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0], [1, -2]),
      ("<f8", [0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0], [1, -2]),
      ("<f2", [0x00, 0x3C, 0x01, 0x00], [1, 0x1p-24]),
      (">f2", [0x7B, 0xFF, 0xC0, 0x00], [65504, -2]),
      ("|u1", [255, 7], [255, 7]),
      ("|i1", [255, 7], [-1, 7]),
      ("<u2", [0, 1, 255, 255], [256, 65535]),
      (">i2", [255, 254, 0, 3], [-2, 3]),
      ("<i4", [254, 255, 255, 255, 1, 0, 0, 0], [-2, 1]),
      (">i8", [0, 0, 0, 0, 0, 0, 1, 0, 255, 255, 255, 255, 255, 255, 255, 255], [256, -1]),
      ("|b1", [0, 2], [0, 1]),
    ] as [(String, [UInt8], [Float])])
  func everyNumericTypeBecomesFloats(descriptor: String, numbers: [UInt8], expected: [Float]) throws {
    let literal = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (2,), }"
    for version: UInt8 in 1...3 {
      let tensor = try Tensor(npy: Self.file(literal, numbers: numbers, version: version))
      #expect(tensor == Tensor(expected, shape: [2]))
    }
  }

  @Test func fortranOrderIsTurnedRowMajor() throws {
    let literal = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }"
    // The columns (1, 4), (2, 5), (3, 6) one after another.
    let tensor = try Tensor(npy: Self.file(literal, numbers: [1, 4, 2, 5, 3, 6]))
    #expect(tensor == Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]))
  }

  @Test(arguments: [[], [0], [3], [2, 3], [1, 5, 7, 3]])
  func whatIsWrittenIsReadBack(dimensions: [Int]) throws {
    let shape = Shape(dimensions)
    let tensor = Tensor((0..<shape.count).map { Float($0) * 0.5 - 3 }, shape: shape)
    let bytes = tensor.npyBytes
    #expect(try Tensor(npy: bytes) == tensor)
    #expect((bytes.count - shape.count * 4) % 64 == 0)
    let path = temporaryPath()
    defer { unlink(path) }
    try tensor.write(npy: path)
    #expect(try Tensor(npy: path) == tensor)
  }

  @Test(arguments: [
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 4), }",
      "too short: expected 64 bytes of numbers, found 8"
    ),
    ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "found numpy type <c8"),
    ("{'descr': '|O', 'fortran_order': False, 'shape': (), }", "found numpy type |O"),
    ("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (), }", "structured type"),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }", "expected text, True, False or a tuple"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", "expected a whole number"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "too large"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,), }", "too large"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "beyond 64 bits"),
    ("{'descr': '<f4', 'fortran_order': False}", "'shape' is no tuple"),
    ("{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", "twice"),
    ("__import__('os').system('false')", "expected '{'"),
  ])
  func aFileThatLiesIsRefusedWithTheReason(literal: String, expected: String) {
    let error = #expect(throws: TensorFileError.self) {
      try Tensor(npy: Self.file(literal, numbers: [0, 0, 0, 0, 0, 0, 0, 0]), file: "x.npy")
    }
    #expect(
      error.map { "\($0)".contains(expected) && "\($0)".hasPrefix("x.npy: ") } == true, "\(error as Any)")
  }

  @Test func everyTruncationIsAnError() {
    let bytes = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]).npyBytes
    for length in 0..<bytes.count {
      #expect(throws: TensorFileError.self) { try Tensor(npy: Array(bytes[..<length])) }
    }
  }

  @Test func everyFlippedByteIsAnErrorOrALoad() throws {
    let bytes = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]).npyBytes
    for index in 0..<bytes.count {
      for flip: UInt8 in [0x01, 0x80, 0xFF] {
        var damaged = bytes
        damaged[index] ^= flip
        do { _ = try Tensor(npy: damaged) } catch { #expect(!"\(error)".isEmpty) }
      }
    }
  }

  @Test func missingFilesAndFoldersAreNamed() {
    let missing = #expect(throws: TensorFileError.self) { try MappedFile("/no/such/file.npy") }
    #expect(missing.map { "\($0)" } == "/no/such/file.npy: cannot open it: No such file or directory")
    #expect(throws: TensorFileError.notAFile(file: "/")) { try MappedFile("/") }
    #expect(throws: TensorFileError.notNpy(file: "x", found: [])) { try Tensor(npy: [], file: "x") }
  }

  @Test func aFileThatShrinksIsNoticed() throws {
    let path = temporaryPath()
    defer { unlink(path) }
    try Tensor(repeating: 1, shape: [1000]).write(npy: path)
    let file = try MappedFile(path)
    truncate(path, 100)
    #expect(throws: TensorFileError.shrunk(file: path, expected: 4128, found: 100)) { try file.checkSize() }
  }

  @Test func aWriteThatFailsLeavesNothing() throws {
    let folder = temporaryPath()
    mkdir(folder, 0o700)
    defer { rmdir(folder) }
    // The target is a folder that is not empty of meaning: renaming a file over it fails.
    #expect(throws: TensorFileError.self) { try Tensor([1], shape: [1]).write(npy: folder) }
    #expect(rmdir(folder) == 0)
  }

  private func temporaryPath() -> String { "/tmp/fovea-npy-\(getpid())-\(UInt64.random(in: 0 ... .max))" }
}
