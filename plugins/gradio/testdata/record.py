"""Records what the app of app.py answers, for the tests of Go: record.py ADDRESS > FILE"""

import base64
import json
import re
import sys
import urllib.error
import urllib.request
import uuid

base = sys.argv[1].rstrip("/")


def get(path):
    with urllib.request.urlopen(base + path) as r:
        return json.load(r)


def post(path, body, kind="application/json"):
    request = urllib.request.Request(base + path, body, {"Content-Type": kind})
    try:
        with urllib.request.urlopen(request) as r:
            return json.load(r)
    except urllib.error.HTTPError as e:
        return {"status": e.code, "body": e.read().decode()}


def upload(data):
    mark = "boundary"
    body = f'--{mark}\r\nContent-Disposition: form-data; name="files"; filename="red.png"\r\nContent-Type: image/png\r\n\r\n'.encode() + data + f"\r\n--{mark}--\r\n".encode()
    return post(prefix + "/upload", body, "multipart/form-data; boundary=" + mark)[0]


def call(name, data, session=None):
    session = session or uuid.uuid4().hex
    fn = next(i for i, d in enumerate(config["dependencies"]) if d["api_name"] == name)
    fn = config["dependencies"][fn].get("id", fn)
    joined = post(prefix + "/queue/join", json.dumps({"data": data, "fn_index": fn, "session_hash": session, "event_data": None, "trigger_id": None}).encode())
    with urllib.request.urlopen(f"{base}{prefix}/queue/data?session_hash={session}") as r:
        stream = r.read().decode()
    files.update(re.findall(r'"path": ?"([^"]+)"', stream))
    shown = json.loads(json.dumps(data).replace(path, "/up/UPLOADED").replace(path.rsplit("/", 1)[1], "UPLOADED"))
    return {"name": name, "fn": fn, "data": shown, "event_id": joined["event_id"], "stream": stream}


def masks():
    """The files in results that are masks, by path."""
    out = {}
    for f in sorted(files):
        if f.endswith(".png"):
            with urllib.request.urlopen(f"{base}{prefix}/file={f}") as r:
                out[f] = base64.b64encode(r.read()).decode()
    return out


config = get("/config")
prefix = config.get("api_prefix", "")
info = get(prefix + "/info")
with open(sys.argv[2], "rb") as f:
    path = upload(f.read())
image = {"path": path, "orig_name": path.rsplit("/", 1)[1], "meta": {"_type": "gradio.FileData"}}
session = uuid.uuid4().hex
files = set()
look = "look" if any(d["api_name"] == "look" for d in config["dependencies"]) else "chat_1"
calls = [
    call("describe", [image, "hi", 0.25]),
    call("stream", ["one two"]),
    call("fail", ["own"]),
    call("fail", ["other"]),
    call("count", ["a", None], session),
    call("count", ["b", None], session),
    call("json", ["x"]),
    call("label", ["x"]),
    call("boxes", [image]),
    call("gallery", [image]),
    call("number", ["x"]),
    call("hide", ["x"]),
    call("all", [[{"image": image, "caption": None}], "p"]),
    call("chat", ["hello", None]),
    call(look, [{"text": "hello", "files": [image]}, None]),
    call("compare", [image, image, "p"]),
]
types = {c["id"]: c["type"] for c in config["components"]}
used = {i for d in config["dependencies"] for i in d["inputs"] + d["outputs"]}
keep = ("id", "api_name", "inputs", "outputs", "show_api", "api_visibility")
json.dump(
    {
        "config": {
            "version": config["version"],
            "api_prefix": prefix,
            "protocol": config["protocol"],
            "show_error": config.get("show_error"),
            "dependencies": [{k: d.get(k) for k in keep} for d in config["dependencies"]],
            "components": [{"id": i, "type": t} for i, t in types.items() if i in used],
        },
        "info": {
            "named_endpoints": {
                n: {k: [{f: p.get(f) for f in ("label", "parameter_name", "parameter_has_default", "parameter_default", "component")} for p in e[k]] for k in ("parameters", "returns")}
                for n, e in info["named_endpoints"].items()
            }
        },
        "calls": calls,
        "files": masks(),
    },
    sys.stdout,
    separators=(",", ":"),
)
