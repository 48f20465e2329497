"""The gRPC services of a backend process."""

import platform
import sys
import threading

import grpc
from google.protobuf import json_format

from . import call, failure, fingerprint, requests
from ._proto import backend_pb2 as pb
from .declare import Backend
from .values import InvalidConfig, InvalidRequest, Unavailable
from .version import VERSION

_CODES = (
    (InvalidRequest, grpc.StatusCode.INVALID_ARGUMENT),
    (InvalidConfig, grpc.StatusCode.FAILED_PRECONDITION),
    (Unavailable, grpc.StatusCode.ABORTED),
)
_NEVER = 1 << 30  # seconds


class Failed(Exception):
    """A status of gRPC, with a sentence for a person."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code, self.text = code, requests.encodable(text)


def _answering(method):
    """A unary method whose Failed is its status."""

    def answer(request, context):
        try:
            return method(request, context)
        except Failed as e:
            context.abort(e.code, e.text)

    return answer


def _details():
    return {"python": f"{platform.python_version()} ({sys.executable})"}


class Service:
    """Serves one backend. load() gives it, or raises InvalidConfig.

    work is where the backend's code runs; root is the folder of that code.
    """

    def __init__(self, load, root: str, work, of_file: bool):
        self._load, self._root, self._work, self._of_file = load, root, work, of_file
        self._lock = threading.Lock()
        self._calls = {}
        self._loaded = None  # Backend
        self._state = ()  # what its setup returned, in a tuple; () before
        self._digest = ""
        self._configured = False

    def handlers(self):
        """What grpc.Server.add_generic_rpc_handlers takes."""
        unary, stream = grpc.unary_unary_rpc_method_handler, grpc.unary_stream_rpc_method_handler
        backend = {
            "Configure": unary(_answering(self._configure), pb.ConfigureRequest.FromString, pb.ConfigureResponse.SerializeToString),
            "Describe": unary(_answering(self._describe), pb.DescribeRequest.FromString, pb.DescribeResponse.SerializeToString),
            "Generate": stream(self._generate, pb.GenerateRequest.FromString, pb.GenerateResponse.SerializeToString),
            "Cancel": unary(_answering(self._cancel), pb.CancelRequest.FromString, pb.CancelResponse.SerializeToString),
        }
        serving = b"\x08\x01"  # grpc.health.v1.HealthCheckResponse{status: SERVING}
        return (
            grpc.method_handlers_generic_handler("vlmspec.backend.v1.BackendService", backend),
            grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": unary(lambda request, context: serving)}),
        )

    def _backend(self) -> Backend:
        """Loads the backend's file once; a failure stays."""
        with self._lock:
            if self._loaded is None:
                self._loaded = self._in_code(self._load)
            return self._loaded

    def _in_code(self, f, *arguments):
        """Runs code of the backend's author; whatever it raises is a Failed."""
        return self._result(self._work.submit(lambda emit: f(*arguments)))

    def _result(self, job):
        try:
            return job.result()
        except call.Cancelled:
            raise Failed(grpc.StatusCode.CANCELLED, "cancelled") from None
        except BaseException as e:
            code = next((c for kind, c in _CODES if isinstance(e, kind)), grpc.StatusCode.INTERNAL)
            if code is grpc.StatusCode.INTERNAL:
                failure.show(e)
            raise Failed(code, failure.sentence(e, self._root)) from e

    def _describe(self, _request, _context):
        b = self._backend()
        c = b.capabilities
        streaming = b.streams if c["streaming"] is None else c["streaming"]
        paths = [*b.schema.paths, *(["file"] if self._of_file else [])]
        return pb.DescribeResponse(
            name="python" if self._of_file else b.name,
            version=VERSION,
            config_schema=b.schema.json(self._of_file),
            path_keys=paths,
            model=b.model if self._configured else "",
            model_digest=self._digest,
            device="",
            remote=True,  # code and models that no config names may change: each run asks anew
            details=_details(),
            capabilities=pb.Capabilities(
                max_images=c["max_images"],
                concurrency=b.concurrency,
                context_tokens=c["context_tokens"],
                seeds=c["seeds"],
                log_probs=c["logprobs"],
                json_schema=c["json_schema"],
                streaming=streaming,
            ),
        )

    def _configure(self, request, _context):
        b = self._backend()
        config = json_format.MessageToDict(request.config)
        try:
            self._in_code(self._set_up, b, config)
        except Failed as e:
            if e.code is grpc.StatusCode.INTERNAL:  # a setup that fails leaves nothing that could answer
                e.code = grpc.StatusCode.FAILED_PRECONDITION
            raise
        self._work.add(b.concurrency)
        self._configured = True
        return pb.ConfigureResponse()

    def _set_up(self, b: Backend, config):
        if b.setup is not None:
            self._state = (b.setup(**b.schema.arguments(config)),)
        said = b.fingerprint
        if callable(said):
            said = said(*self._state)
        if b.fingerprint is not None:
            self._digest = fingerprint.digest(said, self._root)

    def _generate(self, request, context):
        c = call.Call()
        with self._lock:
            self._calls[request.id] = c
        context.add_callback(c.cancel)
        try:
            yield from self._events(request, c)
        except Failed as e:
            context.set_code(e.code)
            context.set_details(e.text)
        finally:
            c.end()
            with self._lock:
                if self._calls.get(request.id) is c:
                    del self._calls[request.id]

    def _events(self, request, c):
        if not self._configured:
            raise Failed(grpc.StatusCode.FAILED_PRECONDITION, "the backend is not configured")
        job = self._work.submit(lambda emit: self._answer(request, c, emit))
        for text in job.events():
            yield pb.GenerateResponse(begun=pb.Begun()) if text is None else pb.GenerateResponse(chunk=requests.encodable(text))
        yield self._result(job)

    def _answer(self, request, c, emit):
        """Runs in a worker."""
        if c.cancelled:
            raise call.Cancelled()
        b = self._loaded
        images, messages = requests.conversation(request)
        most = b.capabilities["max_images"]
        if most and len(images) > most:
            raise InvalidRequest(f"the request has {len(images)} images, and {b.name} takes at most {most}")
        params = requests.params(request.params)
        a = call.run(b.function, (images, messages, params, *self._state), params, emit if request.stream else None, c)
        if a.shown is not None and len(a.shown) != len(images):
            raise call.WrongAnswer(f"the answer's shown has {len(a.shown)} sizes, where {len(images)} images were shown")
        return requests.answer(a)

    def _cancel(self, request, context):
        """Returns once the call has ended: vlmspec takes its absence for a backend that hangs."""
        with self._lock:
            c = self._calls.get(request.id)
        if c is not None:
            c.cancel()
            remaining = context.time_remaining()
            c.wait(_NEVER if remaining is None else remaining)
        return pb.CancelResponse()

    def close(self):
        """Ends the backend; runs in a worker."""
        b = self._loaded
        if b is not None and b.close is not None and self._configured:
            b.close(*self._state)
