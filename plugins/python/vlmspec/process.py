"""What ties a backend process to vlmspec: the cookie, TLS, the handshake line on
standard output, and the end of either."""

import base64
import os
import signal
import stat
import sys
import threading
import time

COOKIE = "VLMSPEC_BACKEND_COOKIE", "b6a7f6f0-vlmspec-backend"
TLS = "VLMSPEC_BACKEND_TLS"
ALIVE = "VLMSPEC_BACKEND_ALIVE"
SOCKETS = "PLUGIN_UNIX_SOCKET_DIR"
EXIT_CONFIG = 78  # EX_CONFIG of sysexits.h: somebody must fix what is said on standard error
_OURS = ("VLMSPEC_BACKEND_", "PLUGIN_")  # begin the names of variables that are between vlmspec and this process


class Terms:
    """What vlmspec gave this process on its way, taken out of the environment."""

    def __init__(self, environ=os.environ):
        self.started = environ.get(COOKIE[0]) == COOKIE[1]
        self.tls = environ.get(TLS, "")
        self.sockets = environ.get(SOCKETS, "")
        self.alive = environ.get(ALIVE, "")
        for name in [n for n in environ if n.startswith(_OURS)]:
            del environ[name]


def credentials(tls: str):
    """Mutual TLS with one certificate for both sides; None for none."""
    import grpc

    if not tls:
        return None
    cert, _, key = tls.partition(".")
    cert, key = _pem("CERTIFICATE", cert), _pem("PRIVATE KEY", key)
    return grpc.ssl_server_credentials([(key, cert)], root_certificates=cert, require_client_auth=True)


def _pem(kind: str, der64: str) -> bytes:
    lines = [der64[i : i + 64] for i in range(0, len(der64), 64)]
    base64.b64decode(der64, validate=True)
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""]).encode()


def guard_output():
    """Keeps standard output for the handshake: what is written to it from now on,
    by children too, goes to standard error. Returns where the handshake goes."""
    handshake = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
    return handshake


def end_with_host(alive: str):
    """Ends this process when vlmspec is gone: by the end of standard input, where
    it is a pipe of vlmspec's, and by the number of the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # vlmspec decides when a backend ends
    if alive == "stdin" and stat.S_ISFIFO(os.fstat(0).st_mode):
        pipe = os.dup(0)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        threading.Thread(target=_await_end, args=(pipe,), daemon=True).start()
    threading.Thread(target=_await_orphanage, args=(os.getppid(),), daemon=True).start()


def _await_end(pipe: int):
    while os.read(pipe, 1 << 12):
        pass
    os._exit(1)


def _await_orphanage(parent: int):
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
