public import Imaging
public import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A folder for each class, named as the class, with its pictures.
extension LabelledPictures {
  /// All pictures below `folder`, brought to `height` x `width` by covering it, in colour; classes in byte order of their names.
  ///
  /// A picture that cannot be read is left out and told to `problem`. Throws ``DatasetError`` for a folder without class
  /// folders, and for a class without a picture that can be read.
  public init(
    folder: FilePath, height: Int, width: Int, options: LoadOptions = .init(),
    problem: (ImagingError) -> Void
  ) throws(DatasetError) {
    let classes = try listed(folder).filter(\.isFolder).map(\.name)
    guard classes.count > 1 else { throw .fewClasses(folder: folder.string, found: classes) }
    var (pixels, labels): ([UInt8], [Int]) = ([], [])
    for (label, name) in classes.enumerated() {
      var count = 0
      for file in try listed(folder.appending(name)) where !file.isFolder {
        do throws(ImagingError) {
          let picture = try Image(contentsOf: folder.appending(name).appending(file.name), options: options)
          let sized = try picture.colour().resized(
            height: height, width: width, fit: .cover, resampling: .linear)
          pixels += try sized.tensor().scalars.map { UInt8(min(255, max(0, $0.rounded()))) }
          labels.append(label)
          count += 1
        } catch { problem(error) }
      }
      guard count > 0 else { throw .emptyClass(folder: folder.appending(name).string) }
    }
    self.init(
      height: height, width: width, channels: 3, pixels: pixels, labels: labels, classNames: classes)
  }
}

/// What a folder holds, by name in byte order, hidden things left out.
func listed(_ folder: FilePath) throws(DatasetError) -> [(name: String, isFolder: Bool)] {
  guard let handle = folder.withPlatformString(opendir) else {
    throw .unreadable(file: folder.string, reason: String(cString: strerror(errno)))
  }
  defer { closedir(handle) }
  var found: [(name: String, isFolder: Bool)] = []
  while let entry = readdir(handle) {
    let name = withUnsafePointer(to: entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    guard !name.hasPrefix(".") else { continue }
    var information = stat()
    guard folder.appending(name).withPlatformString({ stat($0, &information) }) == 0 else { continue }
    found.append((name, information.st_mode & S_IFMT == S_IFDIR))
  }
  return found.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
}
