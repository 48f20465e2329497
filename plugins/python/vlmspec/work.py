"""Where the code of a backend's author runs: the main thread first.

Some libraries want the main thread (signal handlers), or one thread for all
that they do; so setup and a backend without concurrency run there.
"""

import os
import queue
import threading

_BEGUN, _END = object(), object()


class Job:
    """A function to run. What it emits, and then its result, are for one reader."""

    def __init__(self, function):
        self._function = function
        self._events = queue.SimpleQueue()
        self._value, self._error = None, None

    def run(self, pid: int):
        """Runs it, in a process that is still the one of that number."""
        self._events.put(_BEGUN)
        try:
            self._value = self._function(self._events.put)
        except BaseException as e:  # sys.exit and KeyboardInterrupt would end the thread, and hang the call
            self._error = e
        if os.getpid() != pid:
            os._exit(0)  # the code has forked, and its child came back here
        self._events.put(_END)

    def events(self):
        """None when it begins, then the text that it emits."""
        while (event := self._events.get()) is not _END:
            yield None if event is _BEGUN else event
        self._events.put(_END)

    def result(self):
        """Waits for the end."""
        for _ in self.events():
            pass
        if self._error is not None:
            raise self._error
        return self._value


class Work:
    """Runs jobs in the order they came, as many at once as there are threads."""

    def __init__(self):
        self._jobs = queue.SimpleQueue()
        self._threads = 1
        self._pid = os.getpid()

    def submit(self, function) -> Job:
        job = Job(function)
        self._jobs.put(job)
        return job

    def add(self, threads: int):
        """Makes up for what is missing to so many threads, the main one included."""
        for _ in range(threads - self._threads):
            threading.Thread(target=self.serve, daemon=True).start()
        self._threads = max(self._threads, threads)

    def serve(self):
        """Runs jobs in this thread until stop."""
        while (job := self._jobs.get()) is not None:
            job.run(self._pid)

    def stop(self):
        """Ends serve in all threads, behind the jobs that wait."""
        for _ in range(self._threads):
            self._jobs.put(None)
