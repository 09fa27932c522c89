"""Small graphs of TensorFlow's operations with what TensorFlow computes: Tests/ImportTensorFlowTests/Fixtures.

Each case is NAME.pb, a GraphDef with one placeholder `x` (or several), and NAME.json: the tensors that were fed and
all results, by node name. Run it again after adding an operation; numbers are seeded.

Usage: tensorflow_ops.py OUT_DIR   (needs tensorflow-cpu from PyPI)
"""
import base64, json, os, sys, zlib

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['TF_ENABLE_ONEDNN_OPTS'] = '0'
import numpy as np
import tensorflow as tf

tf1, raw = tf.compat.v1, tf.raw_ops
cases = {}


def case(function):
    cases[function.__name__] = function
    return function


def rng_of(name):
    return np.random.default_rng(zlib.crc32(name.encode()))


class Case:
    """Placeholders, constants and results of one graph."""

    def __init__(self, name):
        self.rng, self.feeds, self.results = rng_of(name), {}, []

    def input(self, shape, name='x', declared=None, low=-2.0, high=2.0):
        self.feeds[name] = self.rng.uniform(low, high, shape).astype('f4')
        return tf1.placeholder(tf.float32, declared if declared is not None else shape, name=name)

    def weights(self, *shape, low=-1.0, high=1.0):
        return tf.constant(self.rng.uniform(low, high, shape).astype('f4'))

    def result(self, value, name):
        # Names that differ in case only are taken for TensorFlow.
        node = tf.identity(value, name=name).op.name
        self.results.append(node)


@case
def convolutions(c):
    x = c.input((2, 9, 11, 4))
    for name, k, o, s, d, p in [('valid', (3, 3), 5, 1, 1, 'VALID'), ('same', (3, 3), 5, 1, 1, 'SAME'),
                                ('same_strided', (3, 2), 3, 2, 1, 'SAME'), ('dilated', (3, 3), 2, 1, 2, 'SAME'),
                                ('one', (1, 1), 7, 1, 1, 'SAME'), ('gap', (1, 1), 3, 3, 1, 'SAME')]:
        c.result(tf.nn.conv2d(x, c.weights(*k, 4, o), s, p, dilations=d), name)
    c.result(tf.nn.conv2d(x, c.weights(3, 3, 4, 3), [1, 2, 1, 1], [[0, 0], [2, 0], [1, 3], [0, 0]]), 'explicit')
    for name, m, s, d, p in [('depth_same', 1, 1, 1, 'SAME'), ('depth_two', 2, 2, 1, 'SAME'), ('depth_valid', 3, 1, 1, 'VALID')]:
        w = c.weights(3, 3, 4, m)
        c.result(raw.DepthwiseConv2dNative(input=x, filter=w, strides=[1, s, s, 1], padding=p, dilations=[1, d, d, 1]), name)
    c.result(tf.nn.bias_add(x, c.weights(4)), 'bias')


@case
def pools(c):
    x = c.input((2, 9, 8, 3))
    for p in ['SAME', 'VALID']:
        c.result(tf.nn.max_pool2d(x, 3, 2, p), 'max_' + p)
        c.result(tf.nn.avg_pool2d(x, [2, 3], [1, 2], p), 'average_' + p)
    c.result(raw.MaxPool(input=x, ksize=[1, 3, 3, 1], strides=[1, 2, 2, 1], padding='EXPLICIT',
                         explicit_paddings=[0, 0, 1, 0, 2, 1, 0, 0]), 'max_explicit')
    c.result(raw.MaxPoolV2(input=x, ksize=[1, 2, 2, 1], strides=[1, 1, 1, 1], padding='VALID'), 'max_v2')
    c.result(tf.reduce_mean(x, [1, 2]), 'mean')
    c.result(tf.reduce_mean(x, [-2, 1], keepdims=True), 'mean_kept')
    c.result(tf.reduce_max(x, [1, 2]), 'max')


@case
def normalisation(c):
    x = c.input((2, 4, 3, 7))
    c.result(tf.nn.local_response_normalization(x, 2, 1.5, 0.3, 0.75), 'lrn')
    c.result(raw.LRN(input=x), 'lrn_defaults')
    s, o, m, v = c.weights(7), c.weights(7), c.weights(7), c.weights(7, low=0.1, high=2)
    for f, n in [(raw.FusedBatchNorm, 'bn'), (raw.FusedBatchNormV2, 'bn2'), (raw.FusedBatchNormV3, 'bn3')]:
        c.result(f(x=x, scale=s, offset=o, mean=m, variance=v, epsilon=0.01, is_training=False)[0], n)
    c.result(raw.FusedBatchNormV3(x=x, scale=s, offset=o, mean=m, variance=v, is_training=False)[0], 'bn_default')
    c.result(tf.nn.batch_normalization(x, m, v, o, s, 1e-3), 'bn_arithmetic')
    c.result(tf.nn.softmax(x), 'softmax')
    c.result(tf.nn.log_softmax(tf.reshape(x, [2, -1])), 'log_softmax')


@case
def activations(c):
    x = c.input((2, 5, 3), low=-4, high=4)
    y = tf.abs(x) + 0.1
    for f in ['relu', 'relu6', 'elu', 'selu', 'sigmoid', 'tanh', 'softplus', 'softsign']:
        c.result(getattr(tf.nn, f)(2 * x), f)
    c.result(tf.nn.leaky_relu(x, 0.3), 'leaky')
    c.result(raw.LeakyRelu(features=x), 'leaky_default')
    for f in ['exp', 'abs', 'negative', 'square']:
        c.result(getattr(tf, f)(x), f)
    for f in ['sqrt', 'log', 'rsqrt', 'reciprocal']:
        c.result(getattr(tf.math, f)(y), f)
    c.result(tf.math.erf(x), 'erf')
    c.result(tf.clip_by_value(x, -1.0, 2.5), 'clipped')
    c.result(raw.ClipByValue(t=x, clip_value_min=-0.5, clip_value_max=0.5), 'clip_op')


@case
def arithmetic(c):
    x, y = c.input((2, 4, 3)), c.input((4, 1), 'y', low=0.5, high=2)
    z = c.weights(3, low=0.5, high=2)
    c.result(raw.Add(x=x, y=y), 'old_add')
    c.result(x + z, 'add')
    c.result(x - y, 'sub')
    c.result(y - x, 'sub_reversed')
    c.result(x * z, 'mul')
    c.result(x / y, 'div')
    c.result(raw.Div(x=x, y=z), 'old_div')
    c.result(tf.maximum(x, y), 'maximum')
    c.result(tf.minimum(x, 0.25), 'minimum')
    c.result(tf.math.squared_difference(x, y), 'squared_difference')
    c.result(tf.add_n([x, x * 2, x * 3]), 'add_n')


@case
def products(c):
    x, y = c.input((3, 5)), c.input((4, 5), 'y')
    c.result(x @ c.weights(5, 4), 'plain')
    c.result(tf.matmul(x, c.weights(2, 5), transpose_b=True), 'layer_transposed')
    c.result(tf.matmul(x, y, transpose_b=True), 'computed')
    c.result(tf.matmul(x, c.weights(3, 4), transpose_a=True), 'transposed_a')
    z = c.input((2, 3, 4), 'z')
    c.result(raw.BatchMatMulV2(x=z, y=c.weights(2, 3, 5), adj_x=True), 'batch')
    c.result(raw.BatchMatMulV2(x=z, y=c.weights(4, 5)), 'batch_broadcast')
    c.result(tf.nn.bias_add(x, c.weights(5)), 'bias')


@case
def movement(c):
    x, y = c.input((2, 4, 5, 3)), c.input((2, 4, 5, 2), 'y')
    c.result(raw.Concat(concat_dim=3, values=[x, y, x]), 'concat_first')
    c.result(tf.concat([x, y], -1), 'concat_last')
    c.result(tf.concat([x, x], 1), 'concat_rows')
    c.result(tf.pad(x, [[0, 0], [1, 2], [0, 3], [0, 0]]), 'pad')
    c.result(tf.pad(x, [[0, 0], [1, 2], [0, 3], [1, 0]], constant_values=1.5), 'pad_value')
    c.result(tf.pad(x, [[0, 0], [1, 2], [3, 0], [0, 0]], mode='REFLECT'), 'pad_reflect')
    c.result(tf.transpose(x, [0, 3, 1, 2]), 'transpose')
    c.result(tf.slice(x, [0, 1, 2, 0], [-1, 2, -1, 2]), 'slice')
    c.result(x[:, 1:-1, ::2, :], 'strided')
    c.result(x[..., ::-1], 'reversed')
    c.result(x[:, -1, tf.newaxis, ..., 1:], 'strided_masks')
    c.result(x[1, 2:, 3], 'strided_shrink')
    for i, part in enumerate(tf.split(x, [1, 3], axis=1)):
        c.result(part, 'split_v_%d' % i)
    for i, part in enumerate(tf.split(x, 5, axis=2)):
        c.result(part, 'split_%d' % i)
    for i, part in enumerate(tf.unstack(x, axis=3)):
        c.result(part, 'unstack_%d' % i)
    c.result(tf.stack([x, x + 1], axis=-1), 'stack')
    c.result(tf.squeeze(x[:, :1, :, :1]), 'squeeze_all')
    c.result(tf.squeeze(x[:, :1, :, :1], [3]), 'squeeze_one')
    c.result(tf.expand_dims(x, 2), 'expand')
    c.result(tf.stop_gradient(tf.debugging.check_numerics(x, 'bad')), 'checked')
    a, b = tf.identity_n([x, y])
    c.result(a + tf.reduce_max(b, [1, 2], keepdims=True)[..., :1], 'identity_n')


@case
def reductions(c):
    x, y = c.input((2, 4, 3, 5)), c.input((4, 6), 'y')
    for n, f in [('mean', tf.reduce_mean), ('max', tf.reduce_max), ('min', tf.reduce_min), ('sum', tf.reduce_sum), ('prod', tf.reduce_prod)]:
        c.result(f(x, [1, 2]), n + '_image')
        c.result(f(x, [2, 3]), n + '_inner')
        c.result(f(x, -1, keepdims=True), n + '_last')
        c.result(f(x, 0), n + '_batch')
        c.result(f(x), n + '_all')
        c.result(f(y, 1), n + '_matrix')
    c.result(tf.reduce_sum(x, []), 'sum_none')
    c.result(tf.sqrt(tf.reduce_mean(tf.square(x), [1, 2, 3], keepdims=True)), 'deviation')
    c.result(tf.nn.l2_normalize(y, 1), 'unit')


@case
def enlarging(c):
    x = c.input((2, 6, 4, 8))
    for name, f in [('nearest', raw.ResizeNearestNeighbor), ('bilinear', raw.ResizeBilinear)]:
        for size in [(12, 8), (9, 11), (3, 2), (5, 4), (6, 4)]:
            for form, a in [('old', {}), ('corners', dict(align_corners=True)), ('half', dict(half_pixel_centers=True))]:
                c.result(f(images=x, size=size, **a), '%s_%s_%dx%d' % (name, form, *size))
    for form, a in [('old', {}), ('half', dict(half_pixel_centers=True))]:
        c.result(raw.ResizeBicubic(images=x, size=(12, 16), **a), 'bicubic_' + form)
    c.result(tf.nn.depth_to_space(x, 2), 'depth_to_space')
    c.result(tf.nn.space_to_depth(x, 2), 'space_to_depth')
    c.result(raw.SpaceToBatchND(input=x, block_shape=[2, 3], paddings=[[1, 1], [0, 2]]), 'space_to_batch')
    c.result(raw.BatchToSpaceND(input=x, block_shape=[2, 1], crops=[[1, 0], [0, 2]]), 'batch_to_space')
    c.result(tf.tile(x, [1, 2, 1, 3]), 'tile')
    c.result(tf.pad(x, [[0, 0], [1, 2], [3, 0], [0, 0]], mode='SYMMETRIC'), 'pad_symmetric')
    for name, k, s, d, p, size in [('plain', (3, 3), 1, 1, 'VALID', (8, 6)), ('same', (3, 3), 2, 1, 'SAME', (12, 8)), ('odd', (3, 3), 2, 1, 'SAME', (11, 7)),
                                   ('valid', (3, 2), 2, 1, 'VALID', (13, 8)), ('valid_more', (2, 2), 3, 1, 'VALID', (19, 12)), ('sparse', (1, 1), 3, 1, 'SAME', (18, 12)),
                                   ('even', (4, 4), 2, 1, 'SAME', (12, 8)), ('explicit', (3, 3), 1, 1, [[0, 0], [1, 1], [0, 1], [0, 0]], (6, 5))]:
        c.result(tf.nn.conv2d_transpose(x, c.weights(*k, 3, 8), [2, *size, 3], s, p, dilations=d), 'transposed_' + name)
    # As TensorFlow 1 dilates convolutions.
    small = raw.SpaceToBatchND(input=x, block_shape=[2, 2], paddings=[[2, 2], [2, 2]])
    y = raw.BatchToSpaceND(input=tf.nn.conv2d(small, c.weights(3, 3, 8, 3), 1, 'VALID'), block_shape=[2, 2], crops=[[0, 0], [0, 0]])
    c.result(y, 'dilated')


@case
def shapes(c):
    """As Keras and slim write reshapes of a batch whose size is open."""
    x = c.input((3, 4, 2, 5), declared=(None, 4, 2, 5))
    s = tf.shape(x)
    c.result(tf.reshape(x, tf.stack([s[0], 40])), 'packed')
    c.result(tf.reshape(x, tf.stack([s[0], tf.reduce_prod(s[1:])])), 'product')
    c.result(tf.reshape(x, tf.concat([s[:2], [10]], 0)), 'joined')
    c.result(tf.reshape(x, [-1, s[1] * s[2] // 2, s[3] * 2]), 'divided')
    c.result(tf.reshape(x, tf.concat([s[:1], [-1]], 0)), 'flat')
    c.result(tf.reshape(x, [-1, 8, 5]), 'inferred')
    c.result(x + tf.fill([2, 5], 0.5), 'fill')
    c.result(x * tf.cast(s[3], tf.float32), 'cast')
    c.result(tf.reshape(x, tf.gather(s, [0, 2, 1, 3])), 'gathered')
    c.result(tf.reshape(x, tf.minimum(tf.maximum(s, [1, 1, 1, 1]), 100)), 'clamped')


@case
def constants(c):
    """All forms of values; the Python writer compresses repetitions only on demand."""
    x = c.input((2, 3))
    for t in ['float32', 'float16', 'bfloat16', 'float64']:
        c.result(x + tf.cast(tf.constant([1.5, -2, 0.25], t), tf.float32), t)
        c.result(x + tf.cast(tf.constant(1.5, t, [2, 3]), tf.float32), t + '_repeated')
        c.result(x + tf.cast(tf.constant(np.array([1, 2, 3]), t), tf.float32), t + '_array')
    for t in ['int8', 'uint8', 'int16', 'int32', 'int64']:
        c.result(x + tf.cast(tf.constant([1, 2, 3], t), tf.float32), t)
        c.result(x + tf.cast(tf.constant(np.array([1, 2, 3], t)), tf.float32), t + '_array')


def function_graph(name):
    """TensorFlow 2: calls of functions within functions, not inlined."""
    rng = rng_of(name)
    w = rng.uniform(-1, 1, (3, 3, 2, 4)).astype('f4')

    @tf.function
    def block(v, scale):
        a, b = tf.split(tf.nn.conv2d(v, w, 1, 'SAME'), 2, axis=3)
        return b * scale, a

    @tf.function
    def twice(v):
        first, second = block(v, 0.5)
        third, _ = block(tf.nn.relu(second), 2.0)
        return first + third

    @tf.function(input_signature=[tf.TensorSpec((2, 5, 4, 2), tf.float32, name='x')])
    def model(v):
        y = twice(v)
        return tf.reduce_mean(y, [1, 2]), tf.nn.bias_add(block(y, 1.0)[0], [1.0, 2.0])

    f = model.get_concrete_function()
    feed = rng.uniform(-2, 2, (2, 5, 4, 2)).astype('f4')
    found = [t.numpy() for t in model(feed)]
    names = [t.name for t in f.graph.outputs]
    assert all(n.endswith(':0') for n in names)
    return f.graph.as_graph_def(), {'x': feed}, dict(zip([n[:-2] for n in names], found))


def write(out, name, definition, feeds, found):
    pack = lambda values: {
        k: dict(shape=list(v.shape), data=base64.b64encode(v.astype('<f4').tobytes()).decode()) for k, v in values.items()}
    del definition.versions.bad_consumers[:]
    open(f'{out}/{name}.pb', 'wb').write(definition.SerializeToString(deterministic=True))
    text = json.dumps(dict(inputs=pack(feeds), outputs=pack(found)), separators=(',', ':'))
    open(f'{out}/{name}.json', 'w').write(text + '\n')


def main(out):
    os.makedirs(out, exist_ok=True)
    for name, function in cases.items():
        graph = tf.Graph()
        with graph.as_default():
            c = Case(name)
            function(c)
            with tf1.Session(graph=graph) as session:
                found = session.run([r + ':0' for r in c.results], {k + ':0': v for k, v in c.feeds.items()})
        write(out, name, graph.as_graph_def(), c.feeds, dict(zip(c.results, found)))
    write(out, 'functions', *function_graph('functions'))


main(sys.argv[1])
