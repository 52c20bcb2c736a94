import Batch
import Fovea
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

func removeFile(_ path: UnsafePointer<CInterop.PlatformChar>) -> CInt { unlink(path) }

/// Draws the sheets of a finished search: the pictures are read once more, a few layers at a time.
struct PatchDrawing: Sendable {
  let network: Network
  let loading: LoadOptions
  /// The channels to show, all for `nil`.
  let channels: [Int]?
  let model: String
  let note: String?
  /// The names of the network's classes.
  let labels: [String]

  /// Pieces wait until all of a sheet are there; so many bytes of them at a time.
  private static let budget = 192 << 20

  /// One piece to be cut out of a picture.
  private struct Cut: Sendable {
    let layer: Int
    let channel: Int
    let rank: Int
    let find: StrongestPatches.Find
  }

  func write(_ search: PatchSearch, _ files: [FilePath], _ outputs: inout Transaction) throws {
    let (strongest, paths) = (search.strongest, search.pictures.map(\.path))
    let first = try paths.first.map { try input($0) }
    let common = try first.map { try network.graph.receptiveFields(for: $0.shape) } ?? [:]
    func field(_ layer: StrongestPatches.Layer) -> ReceptiveField? {
      let name = network.graph[layer.name] == nil ? String(layer.name.dropLast(":linear".count)) : layer.name
      return common[name] ?? nil
    }
    var layer = 0
    while layer < strongest.layers.count {
      // As many layers as the budget holds, one at least.
      var end = layer
      var bytes = 0
      while end < strongest.layers.count {
        let (side, _, shown) = try plan(strongest, end)
        bytes += shown.count * strongest.count * side * side * 3
        if end > layer, bytes > Self.budget { break }
        end += 1
      }
      let patches = try cut(strongest, paths, layer..<end, field)
      for number in layer..<end {
        let drawn = strongest.layers[number]
        let (_, _, shown) = try plan(strongest, number)
        let size = field(drawn)
        let sheet = ContactSheet(
          patches: shown.map { channel in
            (channel, drawn.channels[channel].indices.compactMap { patches[Key(number, channel, $0)] })
          },
          options: PatchSheetOptions(
            title: drawn.name, model: model, note: note, pictures: strongest.pictures.count,
            field: size.map { "\(whole($0.columns.size))×\(whole($0.rows.size))" },
            channels: drawn.channels.count,
            labels: size == nil && drawn.channels.count == labels.count ? labels : []))
        SheetText.check(sheet)
        try outputs.write(files[number]) { try sheet.write(to: $0) }
      }
      layer = end
    }
    let table = strongest.table { layer, find in
      field(layer).map { FieldBox($0, row: find.row, column: find.column) }
    }
    if let file = files.last { try outputs.write(file) { try writeText(table, to: $0) } }
  }

  private struct Key: Hashable {
    let layer: Int
    let channel: Int
    let rank: Int

    init(_ layer: Int, _ channel: Int, _ rank: Int) {
      self.layer = layer
      self.channel = channel
      self.rank = rank
    }
  }

  private func whole(_ size: Double) -> String { "\(Int(size.rounded()))" }

  /// How large the patches of a layer are, how many channels fit, and which ones are shown.
  private func plan(_ strongest: StrongestPatches, _ number: Int) throws -> (
    side: Int, fitting: Int, shown: [Int]
  ) {
    let layer = strongest.layers[number]
    let chosen = try ChannelSelection(channels: channels).indices(
      among: Array(repeating: ChannelStatistics(of: [0]), count: layer.channels.count))
    let (side, fitting) = ContactSheet.patchSide(channels: chosen.count, count: strongest.count)
    return (side, fitting, Array(chosen.prefix(fitting)))
  }

  private func input(_ path: FilePath) throws -> Tensor {
    try network.input(contentsOf: path, options: loading)
  }

  /// Reads each picture that is needed once and cuts all its pieces.
  private func cut(
    _ strongest: StrongestPatches, _ paths: [FilePath], _ layers: Range<Int>,
    _ field: (StrongestPatches.Layer) -> ReceptiveField?
  ) throws -> [Key: Patch] {
    var cuts: [Int: [Cut]] = [:]
    var sides: [Int: Int] = [:]
    let fields = layers.map { field(strongest.layers[$0]) }
    for number in layers {
      let (side, _, shown) = try plan(strongest, number)
      sides[number] = side
      for channel in shown {
        for (rank, find) in strongest.layers[number].channels[channel].enumerated() {
          cuts[find.picture, default: []].append(Cut(layer: number, channel: channel, rank: rank, find: find))
        }
      }
    }
    let needed = cuts.keys.sorted()
    let (allCuts, allSides) = (cuts, sides)
    let found = Mutex<[Key: Patch]>([:])
    let failure = Mutex<(any Error)?>(nil)
    let record = network.effectivePreprocessing
    parallelFor(needed.count) { block in
      for place in block where failure.withLock({ $0 == nil }) {
        do {
          let x = try input(paths[needed[place]])
          guard x.shape.rank == 4 else {
            throw VisualizationError.notDrawable(x.shape, expected: "a picture to cut patches from")
          }
          let raster = Raster(record.picture(of: x))
          for cut in allCuts[needed[place]] ?? [] {
            let box =
              fields[cut.layer - layers.lowerBound].map {
                FieldBox($0, row: cut.find.row, column: cut.find.column)
              }
            let patch = Patch(
              of: raster, left: box?.left ?? 0, top: box?.top ?? 0, width: box?.width ?? Double(raster.width),
              height: box?.height ?? Double(raster.height), side: allSides[cut.layer] ?? 24,
              value: cut.find.value)
            found.withLock { $0[Key(cut.layer, cut.channel, cut.rank)] = patch }
          }
        } catch { failure.withLock { $0 = error } }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return found.withLock { $0 }
  }
}
