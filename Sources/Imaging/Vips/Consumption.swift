import CVips
import Synchronization

extension Picture {
  /// Hands `sink` this picture to compute all of its pixels, and throws when any of them could not be made.
  ///
  /// The word of libvips alone is not enough: before 8.15 it takes stock of its threads when the first of them finds
  /// no more work, while another may still be failing in the last rows (`vips_threadpool_run`), and then calls a
  /// picture whole whose end is missing. A last step in front of the sink sees every failure; it has seen them all when
  /// the sink returns, which joins the threads.
  func consumed<Value>(
    by sink: (Picture) throws(ImagingError) -> Value
  ) throws(ImagingError) -> Value {
    let witness = Witness()
    let shape = GeneratedShape(
      width: width, height: height, pageHeight: nil, format: format, hint: VIPS_DEMAND_STYLE_ANY)
    let watched = try generating(shape) { source in
      SourceRegion(of: source).map { WatchedRegion($0, witness) }
    }
    watched.limitThreads()
    let value = try sink(watched)
    guard !witness.sawFailure.load(ordering: .acquiring) else {
      throw .failed(operation: "reading pixels", reason: Libvips.takeError())
    }
    return value
  }

  /// The pixels of a picture that can be read once from top to bottom, decoded into memory, or into a file of libvips'
  /// that is gone with the picture when they take more than 100 MB.
  func readableAnywhere() throws(ImagingError) -> Picture {
    let isSmall = byteCount <= 100 << 20
    return try consumed { (picture) throws(ImagingError) in
      guard let copy = isSmall ? vips_image_new_memory() : vips_image_new_temp_file("%s.v") else {
        throw .failed(operation: "reading pixels", reason: Libvips.takeError())
      }
      let whole = Picture(owning: copy)
      guard vips_image_write(picture.image, copy) == 0 else {
        throw .failed(operation: "reading pixels", reason: Libvips.takeError())
      }
      vips_image_remove(copy, VIPS_META_SEQUENTIAL)
      return whole
    }
  }

  var byteCount: Int { width * height * bands * Int(vips_format_sizeof(format)) }
}

/// What the threads that compute one picture leave behind.
private final class Witness: Sendable {
  let sawFailure = Atomic(false)
}

/// Passes regions on as they are, and remembers when one could not be made.
private final class WatchedRegion: RegionMaker {
  private let source: SourceRegion
  private let witness: Witness

  init(_ source: SourceRegion, _ witness: Witness) {
    self.source = source
    self.witness = witness
  }

  func make(_ target: UnsafeMutablePointer<VipsRegion>) -> Bool {
    if source.prepare(into: target) { return true }
    witness.sawFailure.store(true, ordering: .releasing)
    return false
  }
}
