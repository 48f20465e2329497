"""A Gradio app with one endpoint of each kind. Prints its address."""

import sys
import time

import gradio as gr


def size(image):
    return "none" if image is None else f"{image.shape[1]}x{image.shape[0]}"


def describe(image, prompt, temperature=0.5):
    return f"{size(image)} {prompt} {temperature}"


def stream(prompt):
    text = ""
    for word in prompt.split():
        text += word + " "
        yield text


def fail(prompt):
    if prompt == "own":
        raise gr.Error("too dark")
    raise ValueError("secret detail")


def count(prompt, n):
    n = (n or 0) + 1
    return f"{prompt} {n}", n


def boxes(image):
    return image, [((1, 2, 30, 40), "cat"), ((5, 6, 7, 8), "dog")]


def chat(message, history):
    if isinstance(message, str):
        return f"{message} after {len(history)}"
    return f"{message['text']} with {len(message['files'])} after {len(history)}"


def slow(prompt):
    time.sleep(float(prompt or 1))
    return "slow"


with gr.Blocks() as app:
    image, second = gr.Image(label="photo"), gr.Image(label="other")
    prompt, number = gr.Textbox(label="prompt"), gr.Slider(0, 2, value=0.5, label="temperature")
    text, state = gr.Textbox(label="answer"), gr.State(0)
    files = gr.Gallery(label="photos")

    def event(name, function, inputs, outputs):
        gr.Button(name).click(function, inputs, outputs, api_name=name)

    event("describe", describe, [image, prompt, number], text)
    event("stream", stream, prompt, text)
    event("fail", fail, prompt, text)
    event("count", count, [prompt, state], [text, state])
    event("compare", lambda a, b, p: f"{size(a)} {size(b)} {p}", [image, second, prompt], text)
    event("all", lambda f, p: f"{len(f or [])} {p}", [files, prompt], text)
    event("json", lambda p: {"said": p, "n": 1}, prompt, gr.JSON())
    event("label", lambda p: {"cat": 0.75, "dog": 0.25}, prompt, gr.Label())
    event("boxes", boxes, image, gr.AnnotatedImage())
    event("gallery", lambda i: [(i, "first"), (i, "second")], image, gr.Gallery())
    event("number", lambda p: 7, prompt, gr.Number())
    event("file", lambda p: 7, gr.File(), gr.Number())
    event("slow", slow, prompt, text)
    event("hide", lambda p: gr.update(value=p, visible=True), prompt, text)
    old = gr.__version__.startswith("4.")  # calls its endpoints chat and chat_1 itself
    gr.ChatInterface(chat, **({} if old else {"api_name": "chat"}))
    gr.ChatInterface(chat, multimodal=True, **({} if old else {"api_name": "look"}))

app.queue(max_size=4)
options = {"auth": ("me", "pw")} if "--login" in sys.argv else {}
_, address, _ = app.launch(server_name="127.0.0.1", prevent_thread_lock=True, quiet=True, **options)
print(address, flush=True)
sys.stdin.read()
