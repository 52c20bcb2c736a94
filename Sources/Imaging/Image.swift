import CVips
import Synchronization
public import SystemPackage

/// A picture, not decoded until its pixels are asked for.
///
/// ```swift
/// let photo = try Image(contentsOf: "photo.jpg")                        // reads the header
/// try photo.grayscale().resized(height: 224, width: 224).write(to: "small.png")
/// let x = try photo.tensor()                                            // [height, width, channels], 0...255
/// ```
///
/// An image is a value: a recipe of steps over a file or over pixels in memory. Each time pixels are asked for, the
/// recipe runs anew, strip by strip, so a picture larger than memory passes through and nothing is cached.
public struct Image: Sendable {
  /// How a file's pixels will be asked for: once from top to bottom, or anywhere.
  enum Access: Sendable { case sequential, random }

  typealias Recipe = @Sendable (Access) throws(ImagingError) -> Picture

  /// The header of what the recipe makes; its pixels are read only when it stands on memory, and once more by whoever
  /// asks first for those of a file that has been opened and not yet read.
  let header: Picture
  let recipe: Recipe
  /// Whether some step looks at rows out of order, so that a file must be readable anywhere.
  let needsRandomAccess: Bool

  /// The file the picture comes from; `nil` for pixels made in memory.
  public let origin: FilePath?

  /// Shared by all pictures whose headers stand on one opening of a file; `nil` for others.
  private let unread: Unread?

  /// Whether the pixels behind the file's name are in memory once the first has been asked for, so that rows need not be kept.
  let isInMemory: Bool

  /// The number of axes of the `.npy` array the picture comes from; a picture written as `.npy` has as many.
  var arrayRank: Int?

  init(
    header: Picture, recipe: @escaping Recipe, needsRandomAccess: Bool, origin: FilePath?,
    arrayRank: Int? = nil, isInMemory: Bool = false, unread: Unread? = nil
  ) {
    self.header = header
    self.recipe = recipe
    self.needsRandomAccess = needsRandomAccess
    self.origin = origin
    self.arrayRank = arrayRank
    self.isInMemory = isInMemory
    self.unread = unread
  }

  /// A picture whose pixels are in memory.
  init(inMemory picture: Picture, arrayRank: Int? = nil) {
    self.init(
      header: picture, recipe: { _ in picture }, needsRandomAccess: false, origin: nil, arrayRank: arrayRank)
  }

  /// This picture with one more step.
  func adding(
    randomAccess: Bool = false, _ step: @escaping @Sendable (Picture) throws(ImagingError) -> Picture
  ) throws(ImagingError) -> Image {
    let recipe = recipe
    return Image(
      header: try namingOrigin { () throws(ImagingError) in try step(header) },
      recipe: { (access) throws(ImagingError) in try step(try recipe(access)) },
      needsRandomAccess: needsRandomAccess || randomAccess, origin: origin, arrayRank: arrayRank,
      unread: unread)
  }

  /// A pipeline whose pixels may be read once.
  func pipeline() throws(ImagingError) -> Picture {
    if !needsRandomAccess, let unread, unread.take() { return header }
    return try recipe(needsRandomAccess ? .random : .sequential)
  }
}

/// Whether the pixels behind an opened file have been left for somebody to read.
final class Unread: Sendable {
  private let isTaken = Atomic(false)

  /// Whether the caller is the first to ask.
  func take() -> Bool { !isTaken.exchange(true, ordering: .acquiringAndReleasing) }
}

extension Image {
  /// Columns of one page.
  public var width: Int { header.width }

  /// Rows of one page.
  public var height: Int { header.pageHeight }

  /// Values a pixel, alpha included: 1 grey, 2 grey and alpha, 3 red, green, blue, 4 with alpha.
  public var channels: Int { header.bands }

  /// Whether the last channel is an opacity.
  public var hasAlpha: Bool { header.hasAlpha }

  /// Frames of an animation or pages of a document; 1 for other pictures.
  ///
  /// Pages share one size.
  public var pageCount: Int { header.height / header.pageHeight }

  /// How long each page of an animation is shown, in milliseconds; empty for other pictures.
  public var delays: [Int] {
    guard header.has("delay") else { return [] }
    var values: UnsafeMutablePointer<Int32>?
    var count: Int32 = 0
    guard vips_image_get_array_int(header.image, "delay", &values, &count) == 0, let values else { return [] }
    return (0..<Int(count)).map { Int(values[$0]) }
  }

  /// The type of the stored values.
  public var pixelType: PixelType { PixelType(header.format) }

  /// Whether the picture carries a colour profile.
  public var hasProfile: Bool { header.has("icc-profile-data") }

  /// One page of an animation, as a picture of its own.
  public func page(_ index: Int) throws(ImagingError) -> Image {
    precondition(index >= 0 && index < pageCount, "page \(index) of \(pageCount)")
    guard pageCount > 1 else { return self }
    let (width, height) = (width, height)
    return try adding { (picture) throws(ImagingError) in
      let page = try picture.applying(
        "extract_area",
        [
          "left": .int(0), "top": .int(index * height), "width": .int(width), "height": .int(height),
        ]
      )
      return try page.withHeader { image in
        for field in pageFields { vips_image_remove(image, field) }
      }
    }
  }

  /// The part of every page from row `top` and column `left` on; throws when it reaches outside.
  public func cropped(top: Int, left: Int, height: Int, width: Int) throws(ImagingError) -> Image {
    guard top >= 0, left >= 0, height > 0, width > 0, top <= self.height - height, left <= self.width - width
    else { throw .invalidSize(width: width, height: height) }
    return try eachPage { (page) throws(ImagingError) in
      try page.applying(
        "extract_area",
        [
          "left": .int(left), "top": .int(top), "width": .int(width), "height": .int(height),
        ])
    }
  }

  /// Runs a step on each page on its own and stacks the results; timing and loop count of an animation are kept.
  func eachPage(
    randomAccess: Bool = false, _ step: @escaping @Sendable (Picture) throws(ImagingError) -> Picture
  ) throws(ImagingError) -> Image {
    let (pages, width, height) = (pageCount, width, height)
    guard pages > 1 else { return try adding(randomAccess: randomAccess, step) }
    return try adding(randomAccess: randomAccess) { (picture) throws(ImagingError) in
      var results: [Picture] = []
      for index in 0..<pages {
        let page = try picture.applying(
          "extract_area",
          [
            "left": .int(0), "top": .int(index * height), "width": .int(width), "height": .int(height),
          ]
        )
        results.append(try step(page))
      }
      let stack = try Picture.made(by: "arrayjoin", ["in": .pictures(results), "across": .int(1)])
      let pageHeight = stack.height / pages
      return try stack.withHeader { vips_image_set_int($0, "page-height", Int32(pageHeight)) }
    }
  }
}

/// What libvips notes about pages; stale once a picture of one page changes its size.
let pageFields = ["page-height", "n-pages", "delay", "loop"]

/// The type of a picture's stored values.
public enum PixelType: Sendable, Hashable {
  /// 8-bit, 0...255.
  case uint8
  /// 16-bit, 0...65535.
  case uint16
  /// 32-bit floats, as stored.
  case float32
  /// Anything else libvips reads; handled as 32-bit floats.
  case other

  init(_ format: VipsBandFormat) {
    switch format {
    case VIPS_FORMAT_UCHAR: self = .uint8
    case VIPS_FORMAT_USHORT: self = .uint16
    case VIPS_FORMAT_FLOAT: self = .float32
    default: self = .other
    }
  }

  var format: VipsBandFormat {
    switch self {
    case .uint8: VIPS_FORMAT_UCHAR
    case .uint16: VIPS_FORMAT_USHORT
    case .float32, .other: VIPS_FORMAT_FLOAT
    }
  }
}
