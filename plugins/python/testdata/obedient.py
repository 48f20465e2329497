"""Does what the prompt says."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import List, Literal, Optional

import vlmspec

print("a print while the file is imported")


def load(mark: Optional[Path] = None, scale: float = 1.0, size: int = 3, mode: Literal["fast", "slow"] = "fast", names: List[str] = ()):
    if size == 13:
        raise FileNotFoundError("no checkpoint there")
    if size == 14:
        sys.exit("I leave")
    return {"mark": mark, "config": f"{scale!r} {size!r} {mode} {list(names)!r}", "thread": threading.current_thread()}


@vlmspec.backend(setup=load, fingerprint=lambda model: ["1", model["config"]], max_images=3, seeds=True, logprobs=True, streaming=True)
def answer(images, messages, params, model):
    verb, _, rest = vlmspec.prompt(messages).partition(" ")
    return VERBS[verb](images, messages, params, model, rest)


VERBS = {}


def verb(f):
    VERBS[f.__name__] = f
    return f


@verb
def say(images, messages, params, model, rest):
    return rest


@verb
def see(images, messages, params, model, rest):
    return ", ".join(f"{i.media_type} {i.width}x{i.height} {len(i.bytes())}" for i in images)


@verb
def config(images, messages, params, model, rest):
    return model["config"]


@verb
def mark(images, messages, params, model, rest):
    return f"{type(model['mark']).__name__} {os.path.isabs(model['mark'])}"


@verb
def chat(images, messages, params, model, rest):
    return " | ".join(m["role"] + " " + "".join(p["type"][0] for p in m["content"]) for m in messages)


@verb
def parameters(images, messages, params, model, rest):
    return f"{params.max_tokens} {params.temperature} {params.seed} {list(params.stop)} {params.extra}"


@verb
def thread(images, messages, params, model, rest):
    return str(threading.current_thread() is threading.main_thread() is model["thread"])


@verb
def words(images, messages, params, model, rest):
    for i, word in enumerate(rest.split()):
        yield word + " "


@verb
def tokens(images, messages, params, model, rest):
    for word in rest.split():
        yield vlmspec.Token(word, -0.5)


@verb
def ends(images, messages, params, model, rest):
    yield rest
    return vlmspec.Answer(finish="length", reasoning="I thought", output_tokens=7, shown=[(10, 20)] * len(images))


@verb
def boom(images, messages, params, model, rest):
    raise ValueError("bad thing")


@verb
def late(images, messages, params, model, rest):
    yield "so far"
    raise KeyError("later")


@verb
def leave(images, messages, params, model, rest):
    sys.exit(3)


@verb
def interrupt(images, messages, params, model, rest):
    raise KeyboardInterrupt


@verb
def nothing(images, messages, params, model, rest):
    return None


@verb
def number(images, messages, params, model, rest):
    return 7


@verb
def coroutine(images, messages, params, model, rest):
    async def f():
        return "x"

    c = f()
    c.close()
    return c


@verb
def bytes(images, messages, params, model, rest):
    yield b"x"


@verb
def positive(images, messages, params, model, rest):
    yield vlmspec.Token("x", 0.5)


@verb
def finish(images, messages, params, model, rest):
    return vlmspec.Answer("x", finish="eos")


@verb
def sizes(images, messages, params, model, rest):
    return vlmspec.Answer("x", shown=[(1, 1)] * 3)


@verb
def refuse(images, messages, params, model, rest):
    raise vlmspec.InvalidRequest("the prompt is too long")


@verb
def busy(images, messages, params, model, rest):
    raise vlmspec.Unavailable("come back later")


@verb
def surrogate(images, messages, params, model, rest):
    return "a\ud800b"


class Awkward(Exception):
    def __str__(self):
        raise RuntimeError("no words")


@verb
def awkward(images, messages, params, model, rest):
    raise Awkward()


@verb
def loud(images, messages, params, model, rest):
    print("printed")
    os.write(1, b"written\n" * 1000)
    subprocess.run(["echo", "from a child"], check=True)
    return "loud"


@verb
def fork(images, messages, params, model, rest):
    if os.fork() == 0:
        return "the child"
    return "the parent"


@verb
def helper(images, messages, params, model, rest):
    subprocess.Popen(["sleep", "1000"])
    return "left"


@verb
def read(images, messages, params, model, rest):
    return repr(sys.stdin.read())


@verb
def secret(images, messages, params, model, rest):
    return ",".join(sorted(k for k in os.environ if k.startswith(("VLMSPEC_BACKEND", "PLUGIN"))))


@verb
def crash(images, messages, params, model, rest):
    print("the last words", file=sys.stderr)
    os._exit(9)


@verb
def wait(images, messages, params, model, rest):
    while not vlmspec.cancelled():
        time.sleep(0.005)
    return "was told"


@verb
def drip(images, messages, params, model, rest):
    while True:
        time.sleep(0.005)
        yield "drop "
