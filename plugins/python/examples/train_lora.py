"""Teaches a checkpoint one thing by LoRA, and saves the adapter:
train_lora.py CHECKPOINT IMAGE QUESTION ANSWER FOLDER. Then lora.py answers with it.
"""

import sys

import torch
from peft import LoraConfig, get_peft_model
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

STEPS = 60


def main(checkpoint, image, question, answer, folder):
    torch.manual_seed(1)
    processor = AutoProcessor.from_pretrained(checkpoint)
    model = AutoModelForImageTextToText.from_pretrained(checkpoint)
    model = get_peft_model(model, LoraConfig(r=8, lora_alpha=32, target_modules=r".*text_model.*(q_proj|v_proj|down_proj|up_proj)"))
    messages = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}]
    asked = processor.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    picture = [Image.open(image).convert("RGB")]
    whole = processor(text=f"{asked} {answer}{processor.tokenizer.eos_token}", images=picture, return_tensors="pt")
    labels = whole["input_ids"].clone()
    labels[:, : processor(text=asked, images=picture, return_tensors="pt")["input_ids"].shape[1]] = -100
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=5e-3)
    for _ in range(STEPS):
        loss = model(**whole, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"loss {loss.item():.4f} after {STEPS} steps")
    model.save_pretrained(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
