"""Many bytes through a connection and back."""

import hashlib
import random
import threading

SIZE = 100 << 20
CHUNK = 16384
# More would fill the pipes of a program that reads its own output, and stop it for good.
WINDOW = 3


def chunk(number):
    """Numbered, and lines of text: some programs echo lines."""
    return b"%015d\n" % number + FILLING[number % 64:][:CHUNK - 16 - 1] + b"\n"


FILLING = bytes(random.Random(1).choices(b"abcdefghijklmnopqrstuvwxyz0123456789", k=CHUNK + 64))


def bounce(write, take, size=SIZE):
    """Writes size bytes, takes as many, and returns the hashes of both."""
    sent, received = hashlib.sha256(), hashlib.sha256()
    window = threading.Semaphore(WINDOW)
    stopped = threading.Event()

    def send():
        for number in range(size // CHUNK):
            window.acquire()
            if stopped.is_set():
                return
            data = chunk(number)
            sent.update(data)
            write(data)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        for _ in range(size // CHUNK):
            received.update(take(CHUNK))
            window.release()
    finally:
        stopped.set()
        window.release()
        thread.join(5)
    return sent.hexdigest(), received.hexdigest()
