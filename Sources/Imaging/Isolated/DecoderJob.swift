import CVips
public import Isolation
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension WorkerJob {
  /// Decodes one picture after another and sends their rows, see ``LoadOptions/isolation``.
  public static let pictures = WorkerJob(name: "pictures") { descriptor, _, reply in
    // Ctrl-C goes to the whole group of processes; this one ends when nobody asks any more.
    signal(SIGINT, SIG_IGN)
    signal(SIGHUP, SIG_IGN)
    while let bytes = WorkerSession.request(on: descriptor, atMost: DecoderRequest.longest),
      let request = DecoderRequest(bytes: bytes)
    {
      do throws(ImagingError) {
        let image = try Image(contentsOf: request.path, options: request.options)
        reply(DecoderReply.header(PictureHeader(image.header).bytes).bytes)
        guard request.wantsPixels else { continue }
        let outcome = Parallelism.limited(to: request.threads) { () -> Result<Void, ImagingError> in
          Result { () throws(ImagingError) in try image.sendRows(to: reply) }
        }
        try outcome.get()
        reply(DecoderReply.finished.bytes)
      } catch {
        reply(DecoderReply.failure(error).bytes)
      }
    }
  }
}

extension Image {
  /// Sends all rows from top to bottom, as they come out of the decoder.
  fileprivate func sendRows(to reply: ([UInt8]) -> Void) throws(ImagingError) {
    Libvips.clearError()
    let picture = try pipeline()
    let outcome = withoutActuallyEscaping(reply) { (reply) -> Result<Void, ImagingError> in
      Result { () throws(ImagingError) in
        let sender = RowSender(reply)
        try picture.consumed { (picture) throws(ImagingError) in
          let status = vips_sink_disc(
            picture.image,
            { region, area, sender in
              guard let region, let area = area?.pointee, let sender else { return -1 }
              Unmanaged<RowSender>.fromOpaque(sender).takeUnretainedValue().send(region, area)
              return 0
            }, Unmanaged.passUnretained(sender).toOpaque())
          guard status == 0 else {
            throw .failed(operation: "reading pixels", reason: Libvips.takeError())
          }
        }
        withExtendedLifetime(sender) {}
      }
    }
    try outcome.get()
  }
}

/// Packs the rows of an area into one message.
private final class RowSender {
  private let reply: ([UInt8]) -> Void

  init(_ reply: @escaping ([UInt8]) -> Void) { self.reply = reply }

  func send(_ region: UnsafeMutablePointer<VipsRegion>, _ area: VipsRect) {
    let count =
      Int(area.width) * Int(vips_image_get_bands(region.pointee.im))
      * Int(vips_format_sizeof(vips_image_get_format(region.pointee.im)))
    var message = DecoderReply.rows([]).bytes
    message.reserveCapacity(1 + count * Int(area.height))
    for row in area.top..<(area.top + area.height) {
      guard let line = fovea_region_address(region, area.left, row) else { return }
      message.append(contentsOf: UnsafeRawBufferPointer(start: line, count: count))
    }
    reply(message)
  }
}
