import Imaging
import Isolation
import WeightFiles

// A program that is nothing but a worker: the tests spawn it; `fovea` is its own worker.
WorkerProcess.serveIfAsked(jobs: [.hdf5, .pictures])
