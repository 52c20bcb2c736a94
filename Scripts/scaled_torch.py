"""torch networks with random weights that behave, as scaled_keras.py makes them for Keras: deviations of about one everywhere."""
import numpy as np
import torch
from torch import fx, nn


class Scaling(fx.Interpreter):
    """Sets random weights layer after layer while it runs; keeps every layer's output."""

    def __init__(self, module, last, seed=16):
        super().__init__(module)
        self.random = torch.Generator().manual_seed(seed)
        self.last = last
        self.outputs = {}

    def normal(self, tensor, deviation=1.0):
        return torch.randn(tensor.shape, generator=self.random) * deviation

    def prepare(self, layer, x, is_last):
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.weight.copy_(self.normal(layer.weight))
            if layer.bias is not None:
                layer.bias.zero_()
            deviation = layer(x).std() / (2 if is_last else 1)
            layer.weight.div_(deviation)
            if layer.bias is not None:
                layer.bias.copy_(self.normal(layer.bias, 0.3))
        elif isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.copy_(x.mean((0, 2, 3)))
            # A channel's mean far above its deviation would do nothing but amplify rounding: its square counts. Scales near 1
            # let an error grow by a fifth a layer, until 32 bits are 4e-5 from 64 (Yang et al. 2019, "A mean field theory
            # of batch normalization"); trained networks do not.
            layer.running_var.copy_(x.var((0, 2, 3), correction=0) + 0.25 * x.mean((0, 2, 3)) ** 2 + 0.25)
            layer.weight.copy_(torch.rand(layer.weight.shape, generator=self.random) * 0.3 + 0.15)
            layer.bias.copy_(self.normal(layer.bias, 0.5))

    def run_node(self, node):
        arguments, _ = self.fetch_args_kwargs_from_env(node)
        if node.op == "call_module":
            self.prepare(self.module.get_submodule(node.target), arguments[0], node.target == self.last)
        result = super().run_node(node)
        if isinstance(result, torch.Tensor):
            # What follows may work in place.
            self.outputs[node] = result.clone()
        return result


def scale(module, names, x):
    """Sets the weights and returns every layer's output by name, NHWC."""
    weighted = [node.target for _, node in names if node.op == "call_module"
                and isinstance(module.get_submodule(node.target), (nn.Conv2d, nn.Linear))]
    run = Scaling(module, weighted[-1])
    with torch.no_grad():
        run.run(torch.from_numpy(x.transpose(0, 3, 1, 2).copy()))
    found = {}
    for name, node in names:
        if node in run.outputs and node.op != "placeholder":
            value = run.outputs[node].numpy()
            found[name] = np.ascontiguousarray(value.transpose(0, 2, 3, 1)) if value.ndim == 4 else value
    return found
