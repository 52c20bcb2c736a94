import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `train`, `evaluate`, `transfer` and `denoise` on a handful of drawn CIFAR pictures.
@Suite struct TrainCommandTests {
  let pictures: Pictures

  init() throws {
    pictures = try Pictures()
    try pictures.write("cifar/data_batch_1.bin", Self.batch(40))
    try pictures.write("cifar/test_batch.bin", Self.batch(20))
  }

  /// Records of CIFAR-10 whose class is how bright they are.
  private static func batch(_ count: Int) -> Data {
    var data = Data()
    for index in 0..<count {
      let label = UInt8(index % 10)
      data.append(label)
      data.append(contentsOf: (0..<3072).map { UInt8(Int(label) * 24 + ($0 &* 7 &+ index) % 20) })
    }
    return data
  }

  private func run(_ arguments: [String]) throws -> Tool.Result {
    Tool.finish(try Tool.start(arguments, in: pictures.folder))
  }

  private static let training = [
    "train", "--data", "cifar", "--batch", "8", "--batch-norm", "--dropout", "--augment",
  ]

  @Test("a training that is killed and resumed leaves the same weights as one that was not")
  func killedAndResumed() throws {
    let whole = try run(Self.training + ["--epochs", "3", "-o", "whole"])
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(whole.errors.contains("epoch 3 of 3   loss "))
    #expect(whole.output.contains("model.h5: ") && whole.output.contains("% of 20 test pictures right"))
    #expect(
      pictures.tree("whole") == [
        "checkpoint.fovea", "curves.png", "curves.svg", "history.csv", "labels.txt", "model.h5",
        "model.keras",
        "model.safetensors",
      ])
    let started = try Tool.start(Self.training + ["--epochs", "3", "-o", "cut"], in: pictures.folder)
    let checkpoint = pictures.folder.appendingPathComponent("cut/checkpoint.fovea").path
    for _ in 0..<2_000 where !FileManager.default.fileExists(atPath: checkpoint) { usleep(5_000) }
    kill(started.0.processIdentifier, SIGKILL)
    _ = Tool.finish(started)
    let refused = try run(Self.training + ["--epochs", "3", "-o", "cut"])
    #expect(refused.status == 1 && refused.errors.contains("--resume goes on from it"))
    let resumed = try run(Self.training + ["--epochs", "3", "-o", "cut", "--resume", "--threads", "1"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    func weights(_ folder: String) throws -> Data { try pictures.data("\(folder)/model.safetensors") }
    #expect(try weights("cut") == weights("whole"))
    let evaluated = try run(["evaluate", "whole/model.h5", "--data", "cifar", "-o", "seen"])
    #expect(
      evaluated.status == 0 && evaluated.output.contains("of 20), mean cross-entropy"), "\(evaluated.errors)")
    #expect(
      pictures.tree("seen").contains("confusion.csv") && pictures.tree("seen").contains("confusion.png"))
  }

  @Test("a denoiser is trained and applied; a head is trained on a base")
  func denoisesAndTransfers() throws {
    let trained = try run(["denoise", "--data", "cifar", "--epochs", "1", "--batch", "8", "-o", "denoiser"])
    #expect(trained.status == 0 && trained.output.contains("autoencoder\t"), "\(trained.errors)")
    #expect(trained.errors.contains("epoch 1 of 1   loss 0.") && trained.errors.contains("   test loss 0."))
    #expect(
      pictures.tree("denoiser") == [
        "checkpoint.fovea", "curves.png", "curves.svg", "denoiser.h5", "denoising.csv", "denoising.png",
        "history.csv",
      ])
    try pictures.npy("noisy.npy", height: 9, width: 7)
    let applied = try run(["denoise", "--model", "denoiser/denoiser.h5", "noisy.npy", "-o", "clean"])
    #expect(applied.status == 0 && pictures.tree("clean") == ["noisy.png"], "\(applied.errors)")
    let base = try run(["train", "--data", "cifar", "--batch", "8", "--epochs", "1", "-o", "base"])
    #expect(base.status == 0)
    let head = try run([
      "transfer", "--base", "base/model.h5", "--data", "cifar", "--epochs", "2", "--batch", "8", "-o", "head",
    ])
    #expect(head.status == 0 && head.output.contains("of 20 test pictures right"), "\(head.errors)")
    #expect(
      pictures.tree("head") == [
        "curves.png", "curves.svg", "head.h5", "history.csv", "labels.txt", "model.h5",
      ])
  }

  @Test(
    "what denoise, segment and transfer left is kept, gone on with, or replaced, as one asks",
    arguments: [
      ["denoise", "--data", "cifar", "denoiser.h5"],
      ["segment", "--pictures", "20", "segnet-small.safetensors"],
      ["transfer", "--base", "base.h5", "--data", "cifar", "--fine-tune", "1", "model.h5"],
    ])
  func resumes(command: [String]) throws {
    let file = command[command.count - 1]
    let small = command.dropLast() + ["--batch", "8", "--no-cosine", "-q"]
    // Of a transfer it is the fine-tuning that is gone on with.
    let (first, longer) =
      command[0] == "transfer"
      ? (small + ["--epochs", "1"], small + ["--epochs", "1", "--fine-tune", "2"])
      : (small + ["--epochs", "1"], small + ["--epochs", "2"])
    if command[0] == "transfer" {
      let base = try run(["train", "--data", "cifar", "--batch", "8", "--epochs", "1", "-q", "-o", "b"])
      #expect(base.status == 0, "\(base.errors)")
      try FileManager.default.copyItem(
        at: pictures.folder.appendingPathComponent("b/model.h5"),
        to: pictures.folder.appendingPathComponent("base.h5"))
    }
    func weights(_ folder: String) throws -> Data { try pictures.data("\(folder)/\(file)") }
    #expect(try run(longer + ["-o", "whole"]).status == 0)
    #expect(try run(first + ["-o", "cut"]).status == 0)
    let short = try weights("cut")
    let refused = try run(longer + ["-o", "cut"])
    #expect(refused.status == 1 && refused.errors.contains("--resume goes on from it"), "\(refused.errors)")
    #expect(try weights("cut") == short)
    let resumed = try run(longer + ["-o", "cut", "--resume"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try weights("cut") == weights("whole") && weights("cut") != short)
    let replaced = try run(first + ["-o", "cut", "--overwrite"])
    #expect(try replaced.status == 0 && weights("cut") == short, "\(replaced.errors)")
  }

  @Test("a trained network says where it sees a class, by gradients, and which layers it has")
  func classMaps() throws {
    let base = try run(["train", "--data", "cifar", "--batch", "8", "--epochs", "1", "-o", "base", "-q"])
    #expect(base.status == 0, "\(base.errors)")
    let picture = repositoryFolder + "/Samples/still-life.png"
    func cam(_ more: String...) throws -> Tool.Result {
      try run(["cam", "base/model.h5", picture, "--json", "--overwrite", "-o", "m"] + more)
    }
    // The network ends in dense layers: no class activation map, and the message knows another way.
    let plain = try cam()
    #expect(plain.status == 1 && plain.output.contains("Grad-CAM needs no such end"), "\(plain.output)")
    let gradCam = try cam("--method", "grad-cam", "--top", "2", "--dump", "npz")
    #expect(gradCam.status == 0, "\(gradCam.errors)")
    #expect(gradCam.output.contains("\"features\":\"conv2d_1\""), "\(gradCam.output)")
    #expect(
      gradCam.output.contains("\"method\":\"grad-cam\"") && gradCam.output.contains("\"shape\":[13,13]"))
    #expect(pictures.tree("m") == ["still-life_cam.npz", "still-life_cam.png"])
    let first = try cam("--method", "grad-cam", "--layer", "conv2d:linear", "--class", "3")
    #expect(first.status == 0 && first.output.contains("\"shape\":[30,30]"), "\(first.output)")
    let saliency = try cam("--method", "saliency", "--class", "3,9")
    #expect(saliency.status == 0 && saliency.output.contains("\"shape\":[32,32]"), "\(saliency.output)")
    let dense = try cam("--method", "grad-cam", "--layer", "dense")
    #expect(dense.status == 1 && dense.output.contains("a layer with rows and columns"), "\(dense.output)")
    let unknown = try cam("--method", "grad-cam", "--layer", "conv2d_9")
    #expect(unknown.status == 64 && unknown.errors.contains("'conv2d_1'"), "\(unknown.errors)")
    let misplaced = try cam("--layer", "conv2d")
    #expect(misplaced.status == 64 && misplaced.errors.contains("--layer is for --method grad-cam"))
  }

  @Test("shapes are drawn and found; the weights are read by other commands")
  func segments() throws {
    let trained = try run([
      "segment", "--pictures", "24", "--epochs", "2", "--batch", "8", "--optimizer", "adam", "-o", "s",
    ])
    #expect(trained.status == 0 && trained.errors.contains("epoch 2 of 2   loss "), "\(trained.errors)")
    #expect(trained.output.contains("pixels right; the ground alone is "))
    #expect(
      pictures.tree("s") == [
        "checkpoint.fovea", "curves.png", "curves.svg", "history.csv", "segmentation.csv", "segmentation.png",
        "segnet-small.safetensors",
      ])
    let shown = try run([
      "activations", "segnet-small", "--weights", "s/segnet-small.safetensors",
      repositoryFolder + "/Samples/still-life.png", "--layers", "prob", "-o", "a",
    ])
    #expect(shown.status == 0, "\(shown.errors)")
  }

  @Test("patience is told of; what one picture a class allows is said")
  func patience() throws {
    let stopped = try run([
      "train", "--data", "cifar", "--batch", "40", "--epochs", "30", "--learning-rate", "0.05", "--patience",
      "1", "-o", "p",
    ])
    #expect(
      stopped.status == 0 && stopped.errors.contains("fovea: stopped after epoch "), "\(stopped.errors)")
    #expect(stopped.errors.contains("the test loss has not fallen for 1 epoch (lowest in epoch "))
    for name in ["a", "b"] {
      let folder = pictures.folder.appendingPathComponent("one/\(name)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        atPath: repositoryFolder + "/Samples/still-life.png", toPath: folder.path + "/p.png")
    }
    let one = try run(["train", "--data", "one", "-o", "o"])
    #expect(one.status == 1 && one.errors.contains("--hold-out 0 keeps none apart"), "\(one.errors)")
  }

  @Test("what is missing or wrong is said on one line")
  func problems() throws {
    let none = try run(["train", "--data", "nowhere"])
    #expect(none.status == 1 && none.errors.contains("https://www.cs.toronto.edu/~kriz/cifar.html"))
    try pictures.write("bad/data_batch_1.bin", Data(repeating: 1, count: 5000))
    let truncated = try run(["train", "--data", "bad"])
    #expect(
      truncated.status == 1 && truncated.errors.contains("data_batch_1.bin: 5000 bytes are no whole number"))
    let unknown = try run(["train", "--network", "cifar10-cn", "--data", "cifar"])
    #expect(unknown.status == 64 && unknown.errors.contains("cifar10-cnn"))
    let rate = try run(["train", "--data", "cifar", "--learning-rate", "0"])
    #expect(rate.status == 64 && rate.errors.contains("--learning-rate"))
    let nan = try run([
      "train", "--data", "cifar", "--optimizer", "sgd", "--learning-rate", "1e30", "-o", "nan",
    ])
    #expect(nan.status == 1 && nan.errors.contains("the loss is not a number in step"), "\(nan.errors)")
  }
}
