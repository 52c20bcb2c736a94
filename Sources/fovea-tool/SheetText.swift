import Batch
import Fovea
import Synchronization

/// Says, once in a run, that sheets have no captions because no font is installed.
enum SheetText {
  private static let isSaid = Atomic(false)

  static func check(_ sheet: ContactSheet) { if sheet.lacksText { saysThereIsNone() } }

  static func saysThereIsNone() {
    guard !isSaid.exchange(true, ordering: .relaxed) else { return }
    StandardError.line("fovea: sheets are drawn without captions: \(ImagingError.noFont)")
  }
}
