"""Ray-traces the sample still life: fruit, a glazed vase and a woven cloth on a wooden table.

Every surface is a signed distance function and every texture is a formula over seeded noise, so the picture
belongs to this project entirely. `render(width, height)` returns float RGB in 0...1 (sRGB-encoded) and,
on request, coverage of one object only, for a picture with alpha.
"""

import numpy as np

F = np.float32

# ---------------------------------------------------------------- noise

_generator = np.random.default_rng(20240611)
_LATTICE = _generator.random((64, 64, 64), dtype=F)


def noise(p):
    """Value noise in 0...1 at points p [n, 3], one lattice cell per unit."""
    base = np.floor(p)
    t = p - base
    t = t * t * (3 - 2 * t)
    i = base.astype(np.int64) & 63
    j = (i + 1) & 63
    x0, y0, z0 = i[:, 0], i[:, 1], i[:, 2]
    x1, y1, z1 = j[:, 0], j[:, 1], j[:, 2]
    tx, ty, tz = t[:, 0], t[:, 1], t[:, 2]
    a = _LATTICE[x0, y0, z0] * (1 - tx) + _LATTICE[x1, y0, z0] * tx
    b = _LATTICE[x0, y1, z0] * (1 - tx) + _LATTICE[x1, y1, z0] * tx
    c = _LATTICE[x0, y0, z1] * (1 - tx) + _LATTICE[x1, y0, z1] * tx
    d = _LATTICE[x0, y1, z1] * (1 - tx) + _LATTICE[x1, y1, z1] * tx
    e = a * (1 - ty) + b * ty
    f = c * (1 - ty) + d * ty
    return e * (1 - tz) + f * tz


def fractal(p, octaves=4):
    total, weight, scale = 0, 0.5, F(1)
    for _ in range(octaves):
        total = total + F(weight) * noise(p * scale)
        weight *= 0.5
        scale = F(scale * 2.03)
    return total / F(1 - 0.5**octaves)


def mix(a, b, t):
    t = np.clip(t, 0, 1)
    if np.ndim(t) == 1:
        t = t[:, None]
    return np.asarray(a, F) * (1 - t) + np.asarray(b, F) * t


def smoothstep(low, high, x):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def unit(v):
    return v / np.maximum(np.sqrt((v * v).sum(-1, keepdims=True)), F(1e-9))


# ---------------------------------------------------------------- shapes: distance from points p [n, 3]


def length(*components):
    return np.sqrt(sum(c * c for c in components))


def smooth_union(a, b, k):
    h = np.clip(0.5 + 0.5 * (b - a) / k, 0, 1)
    return b * (1 - h) + a * h - k * h * (1 - h)


def capsule(p, start, end, radius):
    start, axis = np.asarray(start, F), np.asarray(end, F) - np.asarray(start, F)
    d = p - start
    h = np.clip((d @ axis) / (axis @ axis), 0, 1)
    d = d - h[:, None] * axis
    return length(d[:, 0], d[:, 1], d[:, 2]) - F(radius)


def tilted(p, centre, about_x=0.0, about_y=0.0, about_z=0.0):
    """Points in the frame of an object at `centre`, turned by three angles in radians."""
    q = p - np.asarray(centre, F)
    for axis, angle in ((1, about_y), (0, about_x), (2, about_z)):
        if angle:
            c, s = F(np.cos(angle)), F(np.sin(angle))
            u, v = [k for k in range(3) if k != axis]
            q = q.copy()
            q[:, u], q[:, v] = c * q[:, u] + s * q[:, v], -s * q[:, u] + c * q[:, v]
    return q


def apple_frame(p):
    return tilted(p, (0.62, 0.395, 0.62), about_x=0.28, about_z=-0.30, about_y=0.4)


def second_apple_frame(p):
    return tilted(p, (-0.22, 0.385, -0.62), about_x=-0.2, about_z=0.25, about_y=2.0)


def _apple(q):
    r = length(q[:, 0], q[:, 2])
    y = q[:, 1]
    # a torus that overlaps itself has the dimples of an apple; the waist narrows towards the blossom
    narrow = 1 + F(0.16) * np.clip(-y / F(0.4), 0, 1)
    return (length(r * narrow - F(0.155), y * F(0.98)) - F(0.285)) * F(0.85)


def apple(p):
    return _apple(apple_frame(p))


def second_apple(p):
    return _apple(second_apple_frame(p))


def apple_stems(p):
    a = capsule(apple_frame(p), (0, 0.17, 0), (0.05, 0.44, 0.02), 0.016)
    b = capsule(second_apple_frame(p), (0, 0.17, 0), (-0.04, 0.42, 0.03), 0.016)
    return np.minimum(a, b)


def pear_frame(p):
    return tilted(p, (-0.86, 0.40, 0.40), about_z=-0.16, about_x=-0.05)


def pear(p):
    q = pear_frame(p)
    belly = length(q[:, 0], q[:, 1], q[:, 2]) - F(0.40)
    neck = length(q[:, 0] + F(0.02), q[:, 1] - F(0.48), q[:, 2]) - F(0.17)
    return smooth_union(belly, neck, F(0.36)) * F(0.9)


def pear_stem(p):
    return capsule(pear_frame(p), (-0.02, 0.62, 0), (0.07, 0.86, 0.03), 0.018)


ORANGE = (1.36, 0.37, 0.02)


def orange(p):
    q = p - np.asarray(ORANGE, F)
    return length(q[:, 0], q[:, 1] * F(1.05), q[:, 2]) - F(0.375)


def lemon_frame(p):
    return tilted(p, (-0.10, 0.245, 1.02), about_y=0.55, about_z=1.52)


def lemon(p):
    q = lemon_frame(p)
    body = (length(q[:, 0] / F(0.245), q[:, 1] / F(0.335), q[:, 2] / F(0.245)) - 1) * F(0.245)
    tips = length(q[:, 0], np.abs(q[:, 1]) - F(0.34), q[:, 2]) - F(0.045)
    return smooth_union(body, tips, F(0.12)) * F(0.9)


def _grape_centres():
    generator = np.random.default_rng(7)
    centres = []
    for layer, (count, radius, height) in enumerate(((9, 0.33, 0.125), (6, 0.22, 0.30), (3, 0.11, 0.46), (1, 0, 0.60))):
        for k in range(count):
            angle = 2 * np.pi * (k + 0.37 * layer) / count + generator.normal(0, 0.09)
            reach = radius * (1 + generator.normal(0, 0.06))
            centres.append((1.02 + 1.25 * reach * np.cos(angle), height + generator.normal(0, 0.012),
                            1.24 + 0.9 * reach * np.sin(angle), 0.122 + generator.normal(0, 0.006)))
    centres.append((0.35, 0.12, 1.48, 0.12))
    centres.append((0.56, 0.118, 1.66, 0.118))
    return np.asarray(centres, F)


GRAPES = _grape_centres()


def grapes(p):
    nearest = None
    for x, y, z, radius in GRAPES:
        d = length(p[:, 0] - x, (p[:, 1] - y) * F(0.94), p[:, 2] - z) - radius
        nearest = d if nearest is None else np.minimum(nearest, d)
    return nearest * F(0.98)


VASE = (0.42, 0.0, -0.55)


def vase_radius(y):
    t = np.clip(y / F(1.72), 0, 1)
    belly = F(0.30) + F(0.30) * np.exp(-(((t - F(0.40)) / F(0.25)) ** 2))
    neck = F(0.13) * np.exp(-(((t - F(0.83)) / F(0.13)) ** 2))
    lip = F(0.09) * smoothstep(0.9, 1.0, t)
    return belly - neck + lip


def vase(p):
    q = p - np.asarray(VASE, F)
    r = length(q[:, 0], q[:, 2])
    y = q[:, 1]
    shell = np.abs(r - vase_radius(y) + F(0.03)) - F(0.03)
    inside_floor = np.maximum(r - vase_radius(y), np.abs(y - F(0.04)) - F(0.04))
    wall = np.maximum(shell, np.maximum(-y, y - F(1.72)))
    return np.minimum(wall, inside_floor) * F(0.62)


CLOTH_TURN = 0.30


def cloth_frame(p):
    return tilted(p, (0.55, 0.0, 0.86), about_y=CLOTH_TURN)


def cloth_height(q):
    """Height of the cloth's upper side over the table: soft folds that run towards the near edge."""
    fold = np.sin(q[:, 0] * F(2.1) + F(0.8) * np.sin(q[:, 2] * F(1.4))) * smoothstep(0.1, 1.3, np.abs(q[:, 0] * F(0.7)) + q[:, 2] * F(0.6))
    return F(0.014) + F(0.030) * np.clip(fold, 0, 1) ** 2


def cloth(p):
    q = cloth_frame(p)
    dx = np.abs(q[:, 0]) - F(1.55)
    dz = np.abs(q[:, 2]) - F(0.93)
    dy = np.abs(q[:, 1] - cloth_height(q) * F(0.5)) - cloth_height(q) * F(0.5)
    outside = length(np.maximum(dx, 0), np.maximum(dy, 0), np.maximum(dz, 0))
    return (outside + np.minimum(np.maximum(np.maximum(dx, dy), dz), 0) - F(0.006)) * F(0.85)


def table(p):
    return p[:, 1]


def wall(p):
    return p[:, 2] + F(3.4)


SHAPES = [table, wall, cloth, vase, apple, second_apple, apple_stems, pear, pear_stem, orange, lemon, grapes]


def distance(p, shapes=SHAPES):
    nearest = None
    for shape in shapes:
        d = shape(p)
        nearest = d if nearest is None else np.minimum(nearest, d)
    return nearest


# ---------------------------------------------------------------- surfaces: colour, gloss and bump height


def wood(p):
    board = np.floor(p[:, 2] / F(0.62) + F(0.1))
    within = p[:, 2] / F(0.62) + F(0.1) - board
    shift = np.stack([p[:, 0] * F(0.55) + board * F(7.3), board * F(3.1), p[:, 2] * F(3.2)], 1)
    warp = fractal(shift, 3)
    rings = F(0.5) + F(0.5) * np.sin(F(26) * warp + p[:, 2] * F(9))
    grain = fractal(np.stack([p[:, 0] * F(3.2) + board, board * 2, p[:, 2] * F(70)], 1), 3)
    tone = noise(np.stack([board * F(1.7), board * F(0.3), board * 0], 1))
    colour = mix((0.20, 0.092, 0.040), (0.42, 0.225, 0.105), F(0.25) + F(0.55) * rings * F(0.8) + F(0.45) * (grain - F(0.45)))
    colour = colour * (F(0.78) + F(0.4) * tone)[:, None]
    seam = smoothstep(0.0, 0.016, np.minimum(within, 1 - within))
    colour = colour * (F(0.25) + F(0.75) * seam)[:, None]
    bump = F(0.0030) * grain + F(0.004) * seam
    return colour, F(0.10) + F(0.08) * grain, bump


def plaster(p):
    cloud = fractal(p * np.asarray((0.9, 0.9, 0.9), F) + F(11), 5)
    fine = fractal(p * F(14), 3)
    colour = mix((0.050, 0.085, 0.095), (0.135, 0.175, 0.175), F(0.9) * cloud + F(0.25) * (fine - F(0.5)))
    return colour, F(0.02) + 0 * cloud, F(0.006) * fine


def weave(p):
    q = cloth_frame(p)
    u, v = q[:, 0] * F(46), q[:, 2] * F(46)
    over = np.sin(u * F(np.pi)) * np.sin(v * F(np.pi)) > 0
    thread = np.where(over, np.abs(np.sin(v * F(np.pi))), np.abs(np.sin(u * F(np.pi))))
    fray = fractal(np.stack([q[:, 0] * 30, q[:, 1] * 0, q[:, 2] * 30], 1).astype(F), 3)
    linen = mix((0.66, 0.60, 0.48), (0.80, 0.75, 0.64), fray)

    def stripe(x):
        period = F(0.44)
        x = np.abs(x - np.round(x / period) * period)
        return (x < F(0.085)).astype(F), ((x > F(0.112)) & (x < F(0.130))).astype(F)

    broad_u, thin_u = stripe(q[:, 0] + F(0.02))
    broad_v, thin_v = stripe(q[:, 2] + F(0.02))
    indigo, rust = np.asarray((0.055, 0.105, 0.24), F), np.asarray((0.52, 0.12, 0.06), F)
    along = np.where(over, broad_v, broad_u)
    across = np.where(over, broad_u, broad_v)
    colour = mix(linen, indigo, F(0.86) * np.maximum(along, F(0.45) * across))
    colour = mix(colour, rust, F(0.85) * np.where(over, thin_v, thin_u))
    colour = colour * (F(0.55) + F(0.45) * thread)[:, None]
    return colour, F(0.01) + 0 * u, F(0.0030) * thread + F(0.002) * fray


def glaze(p):
    q = p - np.asarray(VASE, F)
    y, angle = q[:, 1], np.arctan2(q[:, 2], q[:, 0])
    drip = fractal(np.stack([angle * F(2.2), y * F(0.6), angle * 0], 1) + F(5), 3)
    speckle = smoothstep(0.66, 0.74, fractal(q * F(34), 2))
    cream = mix((0.74, 0.68, 0.55), (0.60, 0.50, 0.36), speckle * F(0.75))
    edge = F(0.80) + F(0.42) * (drip - F(0.5))
    depth = smoothstep(0, 0.5, y - edge)
    blue = mix((0.020, 0.16, 0.22), (0.055, 0.34, 0.36), F(0.75) * fractal(q * F(7), 4) + F(0.25) * (1 - depth))
    colour = mix(cream, blue, smoothstep(-0.012, 0.012, y - edge))
    band = smoothstep(0.010, 0.006, np.abs(y - F(0.27))) + smoothstep(0.006, 0.003, np.abs(y - F(0.305)))
    colour = mix(colour, (0.12, 0.07, 0.04), band)
    ridge = np.sin(y * F(95)) * F(0.0009)
    return colour, F(0.75) + 0 * y, ridge + F(0.002) * smoothstep(-0.03, 0.03, y - edge)


def apple_skin(q, ripe=1.0):
    angle = np.arctan2(q[:, 2], q[:, 0])
    streak = fractal(np.stack([np.cos(angle) * 9, np.sin(angle) * 9, q[:, 1] * F(1.6)], 1).astype(F), 4)
    blush = F(0.62) * F(ripe) + F(0.45) * np.cos(angle - F(0.9)) + F(1.1) * (streak - F(0.5))
    colour = mix((0.60, 0.50, 0.09), (0.50, 0.028, 0.030), smoothstep(0.05, 0.75, blush))
    freckle = smoothstep(0.80, 0.88, noise(q * F(60)))
    colour = mix(colour, (0.80, 0.62, 0.30), freckle * F(0.35))
    r = length(q[:, 0], q[:, 2])
    colour = mix(colour, (0.34, 0.30, 0.06), smoothstep(0.15, 0.03, r) * F(0.85))
    return colour, F(0.45) + 0 * r, F(0.0006) * freckle


def pear_skin(p):
    q = pear_frame(p)
    mottled = fractal(q * F(6), 4)
    colour = mix((0.34, 0.40, 0.06), (0.64, 0.52, 0.12), F(1.5) * mottled - F(0.25))
    blush = smoothstep(0.10, 0.55, q[:, 0] * F(1.3) - q[:, 1] * F(0.25) + F(0.5) * (mottled - F(0.4)))
    colour = mix(colour, (0.60, 0.15, 0.05), blush * F(0.65))
    dots = smoothstep(0.68, 0.74, noise(q * F(52)))
    colour = mix(colour, (0.25, 0.17, 0.05), dots * F(0.6))
    russet = smoothstep(0.48, 0.68, q[:, 1] + F(0.2) * (mottled - F(0.5)))
    colour = mix(colour, (0.33, 0.20, 0.08), russet * F(0.6))
    return colour, F(0.22) + 0 * mottled, F(0.0012) * dots + F(0.002) * mottled


def orange_skin(p):
    q = p - np.asarray(ORANGE, F)
    pores = fractal(q * F(38), 2)
    patch = fractal(q * F(3) + F(3), 3)
    colour = mix((0.78, 0.22, 0.012), (0.90, 0.36, 0.03), patch)
    colour = mix(colour, (0.55, 0.14, 0.01), smoothstep(0.62, 0.85, pores) * F(0.5))
    navel = smoothstep(0.055, 0.02, length(q[:, 0] + F(0.06), q[:, 2] - F(0.10))) * (q[:, 1] > 0)
    colour = mix(colour, (0.16, 0.20, 0.05), navel)
    return colour, F(0.32) + 0 * patch, F(0.011) * pores - F(0.02) * navel


def lemon_skin(p):
    q = lemon_frame(p)
    pores = fractal(q * F(34), 2)
    patch = fractal(q * F(4) + F(9), 3)
    colour = mix((0.80, 0.60, 0.03), (0.92, 0.76, 0.12), patch)
    colour = mix(colour, (0.45, 0.48, 0.08), smoothstep(0.27, 0.40, np.abs(q[:, 1])) * F(0.7))
    return colour, F(0.30) + 0 * patch, F(0.010) * pores


def grape_skin(p):
    bloom = fractal(p * F(16), 3)
    colour = mix((0.075, 0.012, 0.055), (0.17, 0.03, 0.075), noise(p * F(5)))
    colour = mix(colour, (0.30, 0.30, 0.44), smoothstep(0.42, 0.75, bloom) * F(0.55))
    return colour, F(0.55) - F(0.4) * smoothstep(0.4, 0.7, bloom), F(0.0008) * bloom


def bark(p):
    ridge = fractal(p * F(30), 2)
    return mix((0.10, 0.055, 0.025), (0.22, 0.13, 0.06), ridge), F(0.05) + 0 * ridge, F(0.004) * ridge


SURFACES = [
    wood, plaster, weave, glaze,
    lambda p: apple_skin(apple_frame(p)),
    lambda p: apple_skin(second_apple_frame(p), ripe=0.35),
    bark, pear_skin, bark, orange_skin, lemon_skin, grape_skin,
]


# ---------------------------------------------------------------- light and camera

EYE = np.asarray((0.15, 1.75, 5.1), F)
LOOK_AT = np.asarray((0.23, 0.62, 0.0), F)
SUN = unit(np.asarray((-0.62, 0.66, 0.46), F))
SUN_COLOUR = np.asarray((3.35, 2.85, 2.20), F)
SKY_COLOUR = np.asarray((0.42, 0.52, 0.66), F)
BOUNCE_COLOUR = np.asarray((0.30, 0.17, 0.09), F)


def march(origin, direction, steps=110, far=14.0, shapes=SHAPES):
    """Distance along each ray to the first surface, infinite where there is none."""
    t = np.full(len(origin), 0.02, F)
    hit = np.full(len(origin), np.inf, F)
    active = np.arange(len(origin))
    for _ in range(steps):
        d = distance(origin[active] + t[active, None] * direction[active], shapes)
        t[active] += d
        done = d < F(0.0006) * (1 + t[active] * F(0.25))
        hit[active[done]] = t[active[done]]
        active = active[~done & (t[active] < far)]
        if len(active) == 0:
            break
    hit[active] = t[active]
    hit[hit > far] = np.inf
    return hit


def normals(p, shapes):
    e = F(0.0012)
    total = np.zeros_like(p)
    for k in ((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)):
        k = np.asarray(k, F)
        total += k * distance(p + e * k, shapes)[:, None]
    return unit(total)


def sunlight(p):
    """Share of the window's light that arrives: 1 free, 0 blocked, soft in between."""
    share = np.ones(len(p), F)
    t = np.full(len(p), 0.03, F)
    active = np.arange(len(p))
    for _ in range(56):
        d = distance(p[active] + t[active, None] * SUN, SHAPES[2:])
        share[active] = np.minimum(share[active], np.clip(0.5 + 0.5 * d * F(9) / t[active], 0, 1))
        t[active] += np.clip(d, F(0.015), F(0.16))
        active = active[(share[active] > 0.004) & (t[active] < 5.5)]
        if len(active) == 0:
            break
    return share * share * (3 - 2 * share)


def openness(p, n):
    """Ambient occlusion from five steps along the normal."""
    blocked, weight = np.zeros(len(p), F), F(1)
    for k in range(1, 6):
        h = F(0.02 + 0.075 * k)
        blocked += weight * (h - distance(p + h * n))
        weight *= F(0.72)
    return np.clip(1 - F(1.15) * blocked, 0, 1)


def surroundings(direction):
    """Light from beyond the scene: a dim room with one tall window on the left."""
    up = np.clip(direction[:, 1], 0, 1)[:, None]
    colour = mix((0.10, 0.085, 0.075), (0.20, 0.24, 0.30), up[:, 0])
    side = direction - SUN
    u = side[:, 2] - side[:, 0] * F(0.3)
    v = side[:, 1]
    pane = (smoothstep(0.36, 0.31, np.abs(u)) * smoothstep(0.46, 0.41, np.abs(v)) * smoothstep(0.015, 0.04, np.abs(u))
            * smoothstep(0.012, 0.035, np.abs(v - F(0.06))) * (direction @ SUN > 0.3))
    return colour + F(7.5) * pane[:, None] * np.asarray((1.0, 0.95, 0.86), F)


def shade(origin, direction, bounces=1):
    result = surroundings(direction)
    t = march(origin, direction)
    seen = np.flatnonzero(np.isfinite(t))
    if len(seen) == 0:
        return result
    p = origin[seen] + t[seen, None] * direction[seen]
    which = np.argmin(np.stack([shape(p) for shape in SHAPES]), 0)

    n = np.zeros_like(p)
    colour = np.zeros_like(p)
    gloss = np.zeros(len(p), F)
    for index, (shape, surface) in enumerate(zip(SHAPES, SURFACES)):
        mine = np.flatnonzero(which == index)
        if len(mine) == 0:
            continue
        q = p[mine]
        smooth = normals(q, [shape])
        colour[mine], gloss[mine], height = surface(q)
        e = F(0.004)
        slope = np.stack([(surface(q + e * axis)[2] - height) / e for axis in np.eye(3, dtype=F)], 1)
        slope -= (slope * smooth).sum(1, keepdims=True) * smooth
        n[mine] = unit(smooth - slope)

    facing = np.clip(n @ SUN, 0, 1)
    lit = np.zeros(len(p), F)
    towards = np.flatnonzero(facing > 0)
    lit[towards] = sunlight(p[towards] + F(0.004) * n[towards])
    free = openness(p, n)
    # light through thin skin: shadows on fruit stay warm
    wrap = np.clip((n @ SUN + F(0.25)) / F(1.25), 0, 1) - facing
    sky = F(0.5) + F(0.5) * n[:, 1]
    light = (SUN_COLOUR * (facing * lit)[:, None] + F(0.35) * SUN_COLOUR * (wrap * lit)[:, None]
             + SKY_COLOUR * (sky * free)[:, None] + BOUNCE_COLOUR * ((1 - sky) * (F(0.4) + F(0.6) * free))[:, None])
    value = colour * light

    half = unit(SUN - direction[seen])
    sharp = F(12) + F(260) * gloss**2
    value += (F(0.42) * gloss * np.clip((n * half).sum(1), 0, 1) ** sharp * facing * lit)[:, None] * SUN_COLOUR

    view = np.clip(-(n * direction[seen]).sum(1), 0, 1)
    mirror = gloss * (F(0.045) + F(0.95) * (1 - view) ** 5)
    if bounces:
        shiny = np.flatnonzero(mirror > 0.008)
        d = direction[seen][shiny]
        d = unit(d - 2 * (d * n[shiny]).sum(1, keepdims=True) * n[shiny])
        value[shiny] += mirror[shiny, None] * np.minimum(shade(p[shiny] + F(0.01) * n[shiny], d, bounces - 1), 4)
    fog = 1 - np.exp(-F(0.012) * np.maximum(t[seen] - 4, 0) ** 2)
    result[seen] = mix(value, np.asarray((0.10, 0.11, 0.115), F), fog)
    return result


def camera_rays(width, height, samples):
    forward = unit(LOOK_AT - EYE)
    right = unit(np.cross(forward, np.asarray((0, 1, 0), F)))
    up = np.cross(right, forward)
    offsets = (np.arange(samples) + 0.5) / samples
    y, x, sy, sx = np.meshgrid(np.arange(height), np.arange(width), offsets, offsets, indexing="ij")
    u = ((x + sx) / width * 2 - 1) * (width / height) * 0.38
    v = (1 - (y + sy) / height * 2) * 0.38
    d = forward + u.reshape(-1, 1).astype(F) * right + v.reshape(-1, 1).astype(F) * up
    return unit(d.astype(F))


def encode(linear):
    """Film-like shoulder, then the sRGB curve."""
    x = linear * F(0.56)
    x = (x * (F(2.51) * x + F(0.03))) / (x * (F(2.43) * x + F(0.59)) + F(0.14))
    x = np.clip(x, 0, 1)
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)


def render(width, height, samples=2):
    """The still life as [height, width, 3] floats in 0...1, `samples` x `samples` rays a pixel."""
    directions = camera_rays(width, height, samples)
    linear = np.empty_like(directions)
    for start in range(0, len(directions), 131072):
        d = directions[start : start + 131072]
        linear[start : start + len(d)] = shade(np.broadcast_to(EYE, d.shape), d)
    encoded = encode(linear).reshape(height, width, samples * samples, 3).mean(2)
    yy, xx = np.mgrid[0:height, 0:width]
    away = ((xx / width - 0.5) ** 2 + (yy / height - 0.5) ** 2)[..., None]
    return np.clip(encoded * (1 - 0.42 * away), 0, 1).astype(F)


def coverage(width, height, shapes, samples=4):
    """Share of every pixel that the given shapes cover when nothing stands in front of them."""
    directions = camera_rays(width, height, samples)
    hit = np.zeros(len(directions), F)
    for start in range(0, len(directions), 262144):
        d = directions[start : start + 262144]
        o = np.broadcast_to(EYE, d.shape)
        mine = march(o, d, shapes=shapes)
        front = march(o, d, shapes=[s for s in SHAPES if s not in shapes])
        hit[start : start + len(d)] = np.isfinite(mine) & (mine <= front)
    return hit.reshape(height, width, -1).mean(2)
