package import Isolation
public import SystemPackage

/// Why a picture could not be read, changed or written.
public enum ImagingError: Error, Sendable, Equatable {
  /// There is no such file.
  case missing(FilePath)
  /// The path is a folder where a picture was expected.
  case isFolder(FilePath)
  /// The file may not be read by this user.
  case noPermission(FilePath)
  /// The file could not be opened for another reason, in the system's words.
  case unreadable(FilePath, reason: String)
  /// The file has no bytes.
  case empty(FilePath)
  /// The bytes are of no picture format that is known here.
  case notPicture(FilePath)
  /// The format is read by a decoder that is not hardened against hostile files; `format` is libvips' name of it.
  case blockedFormat(FilePath, format: String)
  /// The picture is damaged or cut short; `reason` is the decoder's.
  case damaged(FilePath, reason: String)
  /// More pixels, over all pages, than ``LoadOptions/maximumPixels`` allows.
  case tooLarge(FilePath, width: Int, height: Int, pages: Int, limit: Int)
  /// A `.npy` array whose shape is no picture's.
  case notPictureShape(FilePath, shape: [Int])
  /// The file name's suffix names no format that can be written here.
  case unknownSuffix(FilePath)
  /// The picture could not be written; an existing file of that name is untouched.
  case cannotWrite(FilePath, reason: String)
  /// A size that no picture can have.
  case invalidSize(width: Int, height: Int)
  /// Text was asked for where no font is installed.
  case noFont
  /// libvips refused an operation on a picture in memory.
  case failed(operation: String, reason: String)
}

extension ImagingError {
  /// A word for the kind of error, stable for programs: `missing`, `damaged`, `blocked`, ...
  public var kind: String {
    switch self {
    case .missing: "missing"
    case .isFolder: "folder"
    case .noPermission: "permission"
    case .unreadable: "unreadable"
    case .empty: "empty"
    case .notPicture: "not-a-picture"
    case .blockedFormat: "blocked"
    case .damaged: "damaged"
    case .tooLarge: "too-large"
    case .notPictureShape: "shape"
    case .unknownSuffix: "suffix"
    case .cannotWrite: "cannot-write"
    case .invalidSize: "size"
    case .noFont: "no-font"
    case .failed: "failed"
    }
  }
}

extension ImagingError {
  /// Damage as a decoder tells it, which names the file again.
  static func damage(in path: FilePath, _ reason: String) -> ImagingError {
    let names = ["\(path): ", "\"\(path)\" "]
    return .damaged(path, reason: names.reduce(reason) { $0.replacing($1, with: "") })
  }

  /// A picture whose worker did not come to its end.
  package static func lost(_ path: FilePath, _ failure: WorkerFailure) -> ImagingError {
    guard case .tookTooLong = failure else { return .damaged(path, reason: "\(failure)") }
    return .damaged(path, reason: "\(failure); --decoder-timeout gives it longer")
  }
}

extension ImagingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing(let path): "\(path): no such file"
    case .isFolder(let path): "\(path): is a folder, not a picture"
    case .noPermission(let path): "\(path): no permission to read it"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .empty(let path): "\(path): the file is empty"
    case .notPicture(let path): "\(path): not a picture in any format known here"
    case .blockedFormat(let path, let format):
      "\(path): blocked: its decoder (\(format)) is not safe for files from strangers; "
        + "--allow-untrusted-formats lifts this"
    case .damaged(let path, let reason): "\(path): damaged or truncated: \(reason)"
    case .tooLarge(let path, let width, let height, let pages, let limit):
      "\(path): \(width)x\(height)" + (pages > 1 ? " x \(pages) pages" : "")
        + " is more than \(limit) pixels; --max-pixels raises the limit"
    case .notPictureShape(let path, let shape):
      "\(path): an array of shape \(shape) is no picture; expected [H,W], [H,W,C] or [N,H,W,C]"
    case .unknownSuffix(let path):
      "\(path): no picture format known here has this suffix; known: \(PictureFormat.writableSuffixes)"
    case .cannotWrite(let path, let reason): "\(path): cannot be written: \(reason)"
    case .invalidSize(let width, let height): "a picture cannot be \(width)x\(height)"
    case .noFont:
      "text cannot be drawn: no font is installed (on Debian and Ubuntu: apt install fonts-dejavu-core)"
    case .failed(let operation, let reason): "\(operation): \(reason)"
    }
  }
}
