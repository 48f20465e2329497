"""The tiny model as a Gradio app: shapes_app.py MODEL MMPROJ. Prints its address."""

import sys
from pathlib import Path

import gradio as gr
import shapes

model = shapes.load(Path(sys.argv[1]), Path(sys.argv[2]))


def ask(image, prompt, system="", max_tokens=48):
    content = [{"type": "image"}] if image else []
    messages = [{"role": "system", "content": [{"type": "text", "text": system}]}] if system else []
    messages.append({"role": "user", "content": [*content, {"type": "text", "text": prompt}]})
    text = ""
    for token in shapes.generate(model, [image] if image else [], messages, int(max_tokens)):
        text += token.text
        yield text


with gr.Blocks() as app:
    inputs = [gr.Image(type="pil"), gr.Textbox(label="prompt"), gr.Textbox("", label="system"), gr.Number(48, label="max_tokens")]
    gr.Button("Ask").click(ask, inputs, gr.Textbox(label="answer"), api_name="ask")

_, address, _ = app.queue().launch(server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
print(address, flush=True)
sys.stdin.read()
