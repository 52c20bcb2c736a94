import CVips
import Synchronization
import TensorCore

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
    if let whole = try computedHere() {
      return try DecoderWatch.besides { () throws(ImagingError) in try sink(whole) }
    }
    let witness = Witness(pixels: width * height)
    defer { witness.end() }
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
    if let whole = try computedHere() { return whole }
    let isSmall = byteCount <= 100 << 20
    return try consumed { (picture) throws(ImagingError) in
      guard let copy = isSmall ? vips_image_new_memory() : vips_image_new_temp_file("%s.v") else {
        throw .failed(operation: "reading pixels", reason: Libvips.takeError())
      }
      let whole = Picture(owning: copy)
      guard vips_image_write(picture.image, copy) == 0 else {
        let reason = Libvips.takeError()
        if !isSmall { try ScratchFolder.check() }
        throw .failed(operation: "reading pixels", reason: reason)
      }
      vips_image_remove(copy, VIPS_META_SEQUENTIAL)
      return whole
    }
  }

  /// All pixels in memory, computed from top to bottom on the caller's thread, when that is the only one to use and they
  /// take at most 32 MB; `nil` otherwise.
  ///
  /// libvips hands every few rows from a thread to the next. Where each processor has a picture of its own, that costs
  /// more than it gains.
  private func computedHere() throws(ImagingError) -> Picture? {
    guard Parallelism.threads == 1, byteCount <= 32 << 20 else { return nil }
    func failure() -> ImagingError { .failed(operation: "reading pixels", reason: Libvips.takeError()) }
    guard let copy = vips_image_new_memory() else { throw failure() }
    let whole = Picture(owning: copy)
    var inputs: [UnsafeMutablePointer<VipsImage>?] = [image, nil]
    guard vips_image_pipeline_array(copy, VIPS_DEMAND_STYLE_ANY, &inputs) == 0,
      vips_image_write_prepare(copy) == 0, let source = SourceRegion(of: self),
      let target = vips_region_new(copy)
    else { throw failure() }
    defer { fovea_unref(target) }
    for top in stride(from: 0, to: height, by: Picture.rowsAtOnce) {
      var rows = VipsRect(
        left: 0, top: Int32(top), width: Int32(width), height: Int32(min(Picture.rowsAtOnce, height - top)))
      // The region is a part of the copy, so the rows are computed where they are to stay.
      guard vips_region_image(target, &rows) == 0, source.prepare(into: target) else { throw failure() }
      DecoderWatch.step()
    }
    vips_image_remove(copy, VIPS_META_SEQUENTIAL)
    whole.limitThreads()
    return whole
  }

  /// Many enough to share their margins, few enough to stay in the cache as floats.
  private static let rowsAtOnce = 96

  var byteCount: Int { width * height * bands * Int(vips_format_sizeof(format)) }
}

/// What the threads that compute one picture leave behind.
private final class Witness: Sendable {
  let sawFailure = Atomic(false)
  private let pixelsLeft: Atomic<Int>

  init(pixels: Int) { pixelsLeft = Atomic(pixels) }

  /// Notes pixels that were made; once all have been, nothing is decoded any more.
  func note(pixels: Int) {
    DecoderWatch.step()
    let left = pixelsLeft.subtract(pixels, ordering: .acquiringAndReleasing).newValue
    if left <= 0, left + pixels > 0 { DecoderWatch.pause() }
  }

  /// The picture is done with.
  func end() { if pixelsLeft.load(ordering: .acquiring) <= 0 { DecoderWatch.resume() } }
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
    guard source.prepare(into: target) else {
      witness.sawFailure.store(true, ordering: .releasing)
      return false
    }
    witness.note(pixels: Int(target.pointee.valid.width) * Int(target.pointee.valid.height))
    return true
  }
}
