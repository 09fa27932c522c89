"""What the comparisons with PyTorch share: torchvision, and weights that keep activations sane."""
import sys

import numpy as np
import torch

try:
    import torchvision
except RuntimeError:
    # torchvision's binary part belongs to another build of PyTorch. Its networks don't use it; importing it only wants
    # two of its operators to have a name.
    operators = torch.library.Library("torchvision", "DEF")
    for name in ["nms", "qnms"]:
        operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    for name in [module for module in sys.modules if module.startswith("torchvision")]:
        del sys.modules[name]
    import torchvision


def images(pictures):
    """Pictures in PyTorch's order of axes."""
    return torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))).float()


def calibrate(model, random, batch):
    """Gives a network random weights, and its batch norms the statistics of a batch."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    factors = {id(norm.weight) for norm in norms}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            shape = tuple(parameter.shape)
            if id(parameter) in factors:
                value = random.uniform(0.8, 1.2, shape)
            elif name.endswith("weight") and len(shape) > 1:
                value = random.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape)
            elif name.endswith("bias"):
                value = random.normal(0, 0.1, shape)
            else:
                continue
            parameter.copy_(torch.from_numpy(value))
        momenta = [norm.momentum for norm in norms]
        for norm in norms:
            norm.momentum = 1.0
        model.train()
        # Dropout and dropped paths are training's as well, and would leave other statistics than the network sees.
        for module in model.modules():
            if isinstance(module, (torch.nn.Dropout, torchvision.ops.StochasticDepth)):
                module.eval()
        model(batch)
        for norm, momentum in zip(norms, momenta):
            norm.momentum = momentum
    model.eval()
