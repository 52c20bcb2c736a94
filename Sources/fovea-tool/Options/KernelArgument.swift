import ArgumentParser
import Batch
import Fovea
import SystemPackage

extension Kernel {
  /// The kernel that text describes or a file holds; wrong ones end the program with one line.
  init(argument: String) throws {
    let path = FilePath(argument: argument)
    guard let facts = FileFacts.ifPresent(path) else {
      // A kernel's text has only numbers in it; a file name has a suffix.
      if ["csv", "txt", "npy"].contains(path.suffix) || PictureOptions.writableSuffixes.contains(path.suffix)
      {
        throw wrongUsage("--kernel: there is no file \(path.displayed)")
      }
      do throws(ConvolutionError) { try self.init(text: argument) } catch {
        throw wrongUsage("--kernel: \(error)")
      }
      return
    }
    guard facts.kind == .file else { throw wrongUsage("--kernel: \(path.displayed) is no file") }
    do {
      switch path.suffix {
      case "npy": try self.init(try Tensor(npy: path))
      case "csv", "txt": try self.init(text: try text(of: path))
      default:
        let grey = try Image(contentsOf: path).grayscale().tensor()
        try self.init(grey.reshaped([grey.shape[0], grey.shape[1]]))
      }
    } catch {
      throw wrongUsage("--kernel \(path.displayed): \(problem(of: error).message)")
    }
  }
}
