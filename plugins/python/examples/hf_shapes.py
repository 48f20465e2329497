"""Writes the tiny model that ships with vlmspec as transformers keeps a SmolVLM:
hf_shapes.py MODEL.gguf MMPROJ.gguf FOLDER. Then smolvlm.py answers with it.
"""

import sys

import torch
from shapes import Model
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, SmolVLMConfig, SmolVLMForConditionalGeneration, SmolVLMImageProcessor, SmolVLMProcessor

TEMPLATE = (
    "<|im_start|>{% for message in messages %}{{message['role'] | capitalize}}"
    "{% if message['content'][0]['type'] == 'image' %}{{':'}}{% else %}{{': '}}{% endif %}"
    "{% for line in message['content'] %}{% if line['type'] == 'text' %}{{line['text']}}"
    "{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>\n"
    "{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)
TEXT = {
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
}  # fmt: skip
VISION = {
    "ln1": "layer_norm1", "ln2": "layer_norm2", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
    "attn_out": "self_attn.out_proj", "ffn_up": "mlp.fc1", "ffn_down": "mlp.fc2",
}  # fmt: skip
ELSE = {
    "token_embd.weight": "model.text_model.embed_tokens.weight", "output_norm.weight": "model.text_model.norm.weight",
    "v.patch_embd.weight": "model.vision_model.embeddings.patch_embedding.weight", "v.patch_embd.bias": "model.vision_model.embeddings.patch_embedding.bias",
    "v.position_embd.weight": "model.vision_model.embeddings.position_embedding.weight", "v.post_ln.weight": "model.vision_model.post_layernorm.weight",
    "v.post_ln.bias": "model.vision_model.post_layernorm.bias", "mm.model.fc.weight": "model.connector.modality_projection.proj.weight",
}  # fmt: skip


def weights(m: Model):
    """The tensors by the names of transformers."""
    out = {}
    for name, values in {**m.lm, **m.vision}.items():
        t = torch.tensor(values)
        if name.startswith("blk."):
            _, n, part, kind = name.split(".")
            if part in ("attn_q", "attn_k"):  # llama.cpp turns neighbours, transformers halves
                t = t.reshape(m.lm_heads, -1, 2, t.shape[-1]).transpose(1, 2).reshape(t.shape)
            out[f"model.text_model.layers.{n}.{TEXT[part]}.{kind}"] = t
        elif name.startswith("v.blk."):
            _, _, n, part, kind = name.split(".")
            out[f"model.vision_model.encoder.layers.{n}.{VISION[part]}.{kind}"] = t
        else:
            out[ELSE[name]] = t
    out["lm_head.weight"] = out["model.text_model.embed_tokens.weight"]
    return out


def config(m: Model, w):
    vision, text = m.vision, m.lm
    pad = m.ids["<|im_end|>"]
    return SmolVLMConfig(
        scale_factor=m.shuffle, image_token_id=m.ids["<image>"], tie_word_embeddings=True, pad_token_id=pad,
        vision_config=dict(
            hidden_size=vision["v.position_embd.weight"].shape[1], intermediate_size=len(vision["v.blk.0.ffn_up.weight"]), num_hidden_layers=m.layers,
            num_attention_heads=m.heads, image_size=m.size, patch_size=m.patch, layer_norm_eps=m.eps, hidden_act="gelu_pytorch_tanh",
        ),
        text_config=dict(
            model_type="llama", vocab_size=len(m.tokens), hidden_size=text["token_embd.weight"].shape[1], intermediate_size=len(text["blk.0.ffn_up.weight"]),
            num_hidden_layers=m.lm_layers, num_attention_heads=m.lm_heads, num_key_value_heads=m.lm_heads, rms_norm_eps=m.lm_eps, rope_theta=m.base,
            max_position_embeddings=1024, bos_token_id=m.ids["<|im_start|>"], eos_token_id=m.end, pad_token_id=pad, tie_word_embeddings=True,
        ),
    )  # fmt: skip


def tokenizer(m: Model, special):
    t = Tokenizer(models.BPE({s: i for i, s in enumerate(m.tokens)}, sorted(m.ranks, key=m.ranks.get)))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in special])
    return PreTrainedTokenizerFast(
        tokenizer_object=t, bos_token="<|im_start|>", eos_token="<end_of_utterance>", pad_token="<|im_end|>", unk_token="<|endoftext|>", padding_side="left"
    )


def main(model, mmproj, folder):
    m = Model(model, mmproj)
    w = weights(m)
    net = SmolVLMForConditionalGeneration(config(m, w))
    missing, unexpected = net.load_state_dict(w, strict=False)
    if missing or unexpected:
        sys.exit(f"missing {missing}, unexpected {unexpected}")
    net.generation_config.eos_token_id, net.generation_config.pad_token_id = m.end, m.ids["<|im_end|>"]
    net.save_pretrained(folder)
    special = [t for t in m.tokens if m.special.fullmatch(t)]
    side = {"longest_edge": m.size}
    images = SmolVLMImageProcessor(size=side, max_image_size=side, do_image_splitting=True, image_mean=[0.5] * 3, image_std=[0.5] * 3)
    tokens = (m.size // m.patch // m.shuffle) ** 2
    from transformers import SmolVLMVideoProcessor

    videos = SmolVLMVideoProcessor(size=side, max_image_size=side, video_sampling={"fps": 1, "max_frames": 1, "video_size": side})
    SmolVLMProcessor(images, tokenizer(m, special), videos, image_seq_len=tokens, chat_template=TEMPLATE).save_pretrained(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
