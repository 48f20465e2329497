"""The tiny model that ships with vlmspec, computed by NumPy: a model of one's own,
token by token, with log-probabilities.

    backends:
      shapes: {plugin: python, config: {file: shapes.py, model: shapes.gguf, mmproj: shapes-mmproj.gguf}}

Needs numpy, pillow and gguf, which reads the files.
"""

import re
from pathlib import Path

import numpy as np

import vlmspec

SPECIAL = 3  # in tokenizer.ggml.token_type
WORDS = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)")  # GPT-2's, of the letters that it knows


def load(model: Path, mmproj: Path):
    return Model(model, mmproj)


@vlmspec.backend(setup=load, fingerprint=lambda m: m.files, logprobs=True, seeds=True, max_images=4)
def answer(images, messages, params, model):
    yield from generate(model, [i.open() for i in images], messages, params.max_tokens or 48, params.temperature, params.seed)


def generate(model, pictures, messages, limit=48, temperature=0.0, seed=0):
    """Tokens with their log-probabilities, and whether the answer was cut off."""
    ids = model.prompt(messages)
    seen = iter(np.concatenate([model.see(p) for p in pictures]) if pictures else ())
    x = np.stack([next(seen) if i < 0 else model.lm["token_embd.weight"][i] for i in model.slots(ids)])
    chance = np.random.default_rng(seed)
    text = b""
    for n in range(limit):
        logits = model.logits(x)
        logprobs = logits - logits.max()
        logprobs -= np.log(np.exp(logprobs).sum())
        best = int(logits.argmax())
        if temperature:
            p = np.exp((logits - logits.max()) / temperature)
            best = int(chance.choice(len(p), p=p / p.sum()))
        if best == model.end:
            return
        text += model.spelled(best)
        whole = text.decode("utf-8", "ignore")  # a letter may have several tokens
        yield vlmspec.Token(whole, min(float(logprobs[best]), 0.0))
        text = text[len(whole.encode()) :]
        x = np.concatenate([x, model.lm["token_embd.weight"][best][None]])
    return vlmspec.Answer(finish="length")


class Model:
    def __init__(self, model: Path, mmproj: Path):
        self.files = [model, mmproj]
        (lm, self.lm), (vision, self.vision) = read(model), read(mmproj)
        self.lm_heads, self.lm_layers = lm("llama.attention.head_count"), lm("llama.block_count")
        self.lm_eps, self.base = lm("llama.attention.layer_norm_rms_epsilon"), lm("llama.rope.freq_base")
        self.heads, self.layers = vision("clip.vision.attention.head_count"), vision("clip.vision.block_count")
        self.eps, self.size, self.patch = (vision("clip.vision." + k) for k in ("attention.layer_norm_epsilon", "image_size", "patch_size"))
        self.shuffle = vision("clip.vision.projector.scale_factor")
        self.tokens, self.end = lm("tokenizer.ggml.tokens"), lm("tokenizer.ggml.eos_token_id")
        self.ids = {t: i for i, t in enumerate(self.tokens)}
        special = [t for t, kind in zip(self.tokens, lm("tokenizer.ggml.token_type")) if kind == SPECIAL]
        self.special = re.compile("(" + "|".join(map(re.escape, special)) + ")")
        self.ranks = {tuple(m.split(" ")): i for i, m in enumerate(lm("tokenizer.ggml.merges"))}
        self.bytes = {c: b for b, c in enumerate(alphabet())}

    def prompt(self, messages):
        """Token ids by SmolVLM's chat template, with "<image>" for each image."""
        text = "<|im_start|>"
        for m in messages:
            text += m["role"].capitalize() + (":" if m["content"][0]["type"] == "image" else ": ")
            text += "".join("<image>" if p["type"] == "image" else p["text"] for p in m["content"]) + "<end_of_utterance>\n"
        fake = "<fake_token_around_image>"
        around = f"{fake}<global-img><image>{fake}" if "<row_1_col_1>" in self.ids else f"\n\n{fake}<global-img><image>{fake}"
        ids = []
        for i, part in enumerate((text + "Assistant:").split("<image>")):
            if i:
                before, after = around.split("<image>")
                ids += [*self.encode(before), self.ids["<image>"], *self.encode(after)]
            ids += self.encode(part)
        return ids

    def slots(self, ids):
        """Ids with -1 for each embedding of an image."""
        tokens = (self.size // self.patch // self.shuffle) ** 2
        return [j for i in ids for j in ([-1] * tokens if i == self.ids["<image>"] else [i])]

    def encode(self, text):
        ids = []
        for part in self.special.split(text):
            ids += [self.ids[part]] if self.special.fullmatch(part) else [self.ids[s] for w in words(part) for s in self.merged(w)]
        return ids

    def merged(self, word):
        letters = alphabet()
        symbols = [letters[b] for b in word.encode()]
        while len(symbols) > 1:
            i = min(range(len(symbols) - 1), key=lambda i: self.ranks.get((symbols[i], symbols[i + 1]), 1 << 30))
            if (symbols[i], symbols[i + 1]) not in self.ranks:
                break
            symbols[i : i + 2] = [symbols[i] + symbols[i + 1]]
        return symbols

    def spelled(self, i):
        token = self.tokens[i]
        return b"" if self.special.fullmatch(token) else bytes(self.bytes[c] for c in token)

    def see(self, picture):
        """The embeddings of an image: encoder, pixel shuffle, projection."""
        w, size, p, s = self.vision, self.size, self.patch, self.shuffle
        pixels = np.asarray(picture.convert("RGB").resize((size, size), 2), np.float32) / 127.5 - 1
        side = size // p
        x = pixels.reshape(side, p, side, p, 3).transpose(0, 2, 4, 1, 3).reshape(side * side, -1)
        x = x @ w["v.patch_embd.weight"].reshape(-1, x.shape[1]).T + w["v.patch_embd.bias"] + w["v.position_embd.weight"]
        for n in range(self.layers):
            b = f"v.blk.{n}."
            h = norm(x, w[b + "ln1.weight"], w[b + "ln1.bias"], self.eps)
            q, k, v = (h @ w[f"{b}attn_{c}.weight"].T + w[f"{b}attn_{c}.bias"] for c in "qkv")
            x = x + attend(q, k, v, self.heads) @ w[b + "attn_out.weight"].T + w[b + "attn_out.bias"]
            h = norm(x, w[b + "ln2.weight"], w[b + "ln2.bias"], self.eps)
            x = x + gelu(h @ w[b + "ffn_up.weight"].T + w[b + "ffn_up.bias"]) @ w[b + "ffn_down.weight"].T + w[b + "ffn_down.bias"]
        x = norm(x, w["v.post_ln.weight"], w["v.post_ln.bias"], self.eps)
        x = x.reshape(side // s, s, side // s, s, -1).transpose(0, 2, 1, 3, 4).reshape((side // s) ** 2, -1)
        return x @ w["mm.model.fc.weight"].T

    def logits(self, x):
        """Of the token after all embeddings."""
        w = self.lm
        turned = rope(len(x), x.shape[1] // self.lm_heads, self.base)
        mask = np.triu(np.full((len(x), len(x)), -1e9, np.float32), 1)
        for n in range(self.lm_layers):
            b = f"blk.{n}."
            h = rms(x, w[b + "attn_norm.weight"], self.lm_eps)
            q, k, v = (h @ w[f"{b}attn_{c}.weight"].T for c in "qkv")
            x = x + attend(q, k, v, self.lm_heads, mask, turned) @ w[b + "attn_output.weight"].T
            h = rms(x, w[b + "ffn_norm.weight"], self.lm_eps)
            gate = h @ w[b + "ffn_gate.weight"].T
            x = x + (gate / (1 + np.exp(-gate)) * (h @ w[b + "ffn_up.weight"].T)) @ w[b + "ffn_down.weight"].T
        return rms(x[-1:], w["output_norm.weight"], self.lm_eps)[0] @ w["token_embd.weight"].T


def read(path):
    """What gives the values of keys, and the tensors, of a GGUF file."""
    from gguf import GGUFReader

    r = GGUFReader(path)
    return lambda key: r.fields[key].contents(), {t.name: np.array(t.data, np.float32) for t in r.tensors}


def alphabet():
    """GPT-2's printable character for each byte."""
    keep = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256))
    return [chr(b) if b in keep else chr(256 + next(others)) for b in range(256)]


def words(text):
    for part in re.findall(r"[0-9]|[^0-9]+", text):
        start = 0
        for m in WORDS.finditer(part):
            yield from filter(None, (part[start : m.start()], m.group()))
            start = m.end()
        if start < len(part):
            yield part[start:]


def norm(x, weight, bias, eps):
    x = x - x.mean(-1, keepdims=True)
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * weight + bias


def rms(x, weight, eps):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * weight


def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def rope(length, width, base):
    angle = np.arange(length)[:, None] * base ** (-np.arange(0, width, 2) / width)
    return np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)


def rotated(x, cos, sin):
    even, odd = x[..., 0::2], x[..., 1::2]
    return np.stack([even * cos - odd * sin, even * sin + odd * cos], -1).reshape(x.shape)


def attend(q, k, v, heads, mask=0, turned=None):
    q, k, v = (a.reshape(len(a), heads, -1).transpose(1, 0, 2) for a in (q, k, v))
    if turned:
        q, k = rotated(q, *turned), rotated(k, *turned)
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1]) + mask
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    out = weights / weights.sum(-1, keepdims=True) @ v
    return out.transpose(1, 0, 2).reshape(out.shape[1], -1)
