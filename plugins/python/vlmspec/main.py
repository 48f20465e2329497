"""The life of a backend process, from its first line to its last."""

import json
import os
import sys
import tempfile
import threading
import traceback

from . import process

_MESSAGE = 256 << 20  # bytes, as the other side has it
_CALLS = 1024  # calls that wait at once at most, Cancel and Health among them
_END = 1.5  # seconds that the code may take to end
_REPLY = 0.5  # seconds


def serve(backend=None):
    """Serves a backend as a program of its own, called vlmspec-backend-NAME:

        if __name__ == "__main__":
            vlmspec.serve(answer)

    Without an argument it serves the one that was declared last.
    """
    from . import declare

    backend = backend or declare._declared[-1]
    root = os.path.dirname(os.path.abspath(sys.argv[0]))
    _main(lambda: backend, root, of_file=False, debug="-debug" in sys.argv[1:], name=backend.name)


def serve_file(arguments):
    """`python -m vlmspec FILE [--function NAME] [-debug]`."""
    debug = "-debug" in arguments
    arguments = [a for a in arguments if a != "-debug"]
    path = os.path.abspath(arguments[0]) if arguments else ""
    function = arguments[2] if len(arguments) > 2 and arguments[1] == "--function" else ""

    def load():
        from . import loading
        from .values import InvalidConfig

        if not path:
            raise InvalidConfig("config has no file; write config: {file: my_model.py}, a Python file with a function that is decorated with vlmspec.backend")
        return loading.load(path, function)

    _main(load, os.path.dirname(path) or os.getcwd(), of_file=True, debug=debug, name="python")


def _main(load, root: str, of_file: bool, debug: bool, name: str):
    terms = process.Terms()
    if not terms.started and not debug:
        print(_explanation(), file=sys.stderr)
        sys.exit(1)
    _need("grpc", "grpcio")
    _need("google.protobuf", "protobuf")
    if debug:
        sys.exit(_serve(load, root, of_file, lambda address: _print_attach(name, address), None, tempfile.mkdtemp(prefix="vlmspec-debug-")))
    handshake = process.guard_output()
    process.end_with_host(terms.alive)

    def announce(address):
        handshake.write(f"1|1|unix|{address}|grpc|\n")
        handshake.close()

    code = _serve(load, root, of_file, announce, process.credentials(terms.tls), terms.sockets or tempfile.gettempdir())
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)


def _explanation() -> str:
    return (
        "This is a backend of vlmspec, which starts it: name it in vlmspec.yaml and look at `vlmspec backends`; "
        "-debug serves until interrupted, for a debugger"
    )


def _need(module: str, package: str):
    """Ends the process with a sentence when a package is missing or broken."""
    try:
        __import__(module)
    except ImportError as e:
        missing = isinstance(e, ModuleNotFoundError) and e.name in (module, module.split(".")[0])
        what = f"has no package {package}" if missing else f"cannot import the package {package} ({e})"
        print(
            f"{sys.executable} (Python {sys.version.split()[0]}) {what}, which a backend in Python needs: "
            f"`{sys.executable} -m pip install grpcio protobuf`, or name another interpreter with `python:` in config",
            file=sys.stderr,
        )
        sys.exit(process.EXIT_CONFIG)


def _serve(load, root, of_file, announce, credentials, sockets) -> int:
    from concurrent import futures

    import grpc

    from .service import Service
    from .work import Work

    work = Work()
    service = Service(load, root, work, of_file)
    options = [("grpc.max_receive_message_length", _MESSAGE), ("grpc.max_send_message_length", _MESSAGE), ("grpc.so_reuseport", 0)]
    server = grpc.server(futures.ThreadPoolExecutor(_CALLS), options=options)
    server.add_generic_rpc_handlers(service.handlers())
    server.add_generic_rpc_handlers((_controller(grpc, work),))
    path = os.path.join(sockets, f"plugin{os.getpid()}")
    address = "unix:" + path
    if credentials is None:
        server.add_insecure_port(address)
    else:
        server.add_secure_port(address, credentials)
    server.start()
    announce(path)
    try:
        work.serve()
    except KeyboardInterrupt:  # of a debugger's terminal
        pass
    server.stop(_REPLY).wait(_REPLY)  # vlmspec waits for the answer to Shutdown
    try:
        service.close()
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _controller(grpc, work):
    """How go-plugin asks a process to end."""

    def shutdown(_request, _context):
        late = threading.Timer(_END, os._exit, (0,))
        late.daemon = True
        late.start()
        work.stop()
        return b""

    return grpc.method_handlers_generic_handler("plugin.GRPCController", {"Shutdown": grpc.unary_unary_rpc_method_handler(shutdown)})


def _print_attach(name: str, address: str):
    value = json.dumps({name: {"pid": os.getpid(), "network": "unix", "address": address, "version": 1, "configured": False}})
    print(f"Serving; to use this process, set\n\n  VLMSPEC_REATTACH_BACKENDS='{value}'\n", flush=True)
