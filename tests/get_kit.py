"""What the tests of `pirn get` share."""
from command_kit import InFolder, reply, run

LARGE = bytes(range(256)) * 1024  # more than what is written in one piece
TAG = '"v1"'


def ranged(connection, request, body=LARGE, tag=TAG):
    """Answers as a server that knows ranges does."""
    asked = request.fields.get("range")
    if asked is None or request.fields.get("if-range") != tag:
        connection.sendall(reply(body, ETag=tag))
        return
    first = int(asked.removeprefix("bytes=").removesuffix("-"))
    where = f"bytes {first}-{len(body) - 1}/{len(body)}"
    connection.sendall(reply(body[first:], "206 Partial Content", Content_Range=where, ETag=tag))


def cut_first(connection, request):
    """Breaks off in the middle of the first answer; then answers as one should."""
    if request.number > 0:
        return ranged(connection, request)
    connection.sendall(reply(LARGE, ETag=TAG)[: len(LARGE) // 2])
    return False


class Get(InFolder):
    def get(self, *arguments, **options):
        quick = ("--retry-wait", "0.01", "-o", self.out)
        return run("get", *quick, *arguments, **options)

    def content(self, name="file"):
        return (self.out / name).read_bytes()

    def assert_failed(self, outcome, *reasons):
        """It says why, and leaves nothing."""
        self.assertEqual(outcome.status, 1, outcome)
        for reason in reasons:
            self.assertIn(reason, outcome.out)
        self.assertEqual(self.names(), [])
