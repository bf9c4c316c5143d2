#!/usr/bin/env python3
"""TLS of the `pirn` command, with curl, nginx, openssl and Python's ssl at the other end."""
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from certificates_kit import LONG_AGO, Authority
from command_kit import PATIENCE_S, InFolder, Serving, reply, run

DRIVERS = ("io_uring", "epoll")
LARGE = bytes(range(256)) * 40_000

top = pathlib.Path(tempfile.mkdtemp(prefix="pirn-test-"))
authority = Authority(top / "ca")
GOOD = authority.make("localhost")


def tearDownModule():
    shutil.rmtree(top)


def curl(*arguments):
    return subprocess.run(["curl", "-sS", "--max-time", str(PATIENCE_S), *map(str, arguments)],
                          capture_output=True)


def s_client(port, *arguments, request=b"GET /file HTTP/1.0\r\n\r\n"):
    return subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "localhost",
         "-CAfile", authority.certificate, "-verify_return_error", "-ign_eof", *map(str, arguments)],
        input=request, capture_output=True, timeout=PATIENCE_S)


class Serve(Serving):
    """`pirn serve --tls-cert`, and clients of others."""

    def setUp(self):
        super().setUp()
        (self.folder / "file").write_bytes(LARGE)

    def serve_tls(self, *arguments, files=GOOD):
        process, port = self.serve("serve", self.folder, "-b", "127.0.0.1:0", "--tls-cert", files[0],
                                   "--tls-key", files[1], *arguments)
        return process, port, f"https://localhost:{port}/file"

    def test_curl_gets_a_file_by_either_version(self):
        for driver in DRIVERS:
            process, _, url = self.serve_tls("--driver", driver)
            for version in (["--tls-max", "1.2"], ["--tlsv1.3"]):
                with self.subTest(driver=driver, version=version):
                    done = curl("--cacert", authority.certificate, *version, url)
                    self.assertEqual((done.returncode, done.stderr), (0, b""))
                    self.assertEqual(done.stdout, LARGE)
            self.stop(process)

    def test_curl_uses_a_connection_for_several_files(self):
        process, _, url = self.serve_tls()
        done = curl("--cacert", authority.certificate, "-w", "%{num_connects}\\n",
                    "-o", "/dev/null", url, "-o", "/dev/null", url)
        self.assertEqual(done.stdout.split(), [b"1", b"0"], done.stderr)
        self.stop(process)

    def test_curl_refuses_what_pirn_shows_when_it_does_not_trust_it(self):
        process, _, url = self.serve_tls()
        done = curl(url)
        self.assertEqual(done.returncode, 60, done.stderr)  # no certificate that it trusts
        self.assertIn("alert", self.stop(process).err)

    def test_openssl_resumes_a_session(self):
        process, port, _ = self.serve_tls()
        session = self.folder / "session"
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version=version):
                first = s_client(port, version, "-sess_out", session)
                self.assertIn(b"New, TLSv1", first.stdout)
                second = s_client(port, version, "-sess_in", session)
                self.assertIn(b"Reused, TLSv1", second.stdout)
                self.assertTrue(LARGE in second.stdout)
        self.stop(process)

    def test_the_protocol_is_agreed_on(self):
        process, port, _ = self.serve_tls()
        self.assertIn(b"ALPN protocol: http/1.1", s_client(port, "-alpn", "h2,http/1.1").stdout)
        self.assertIn(b"No ALPN negotiated", s_client(port, "-alpn", "h2").stdout)
        self.stop(process)

    def test_a_client_ends_in_order(self):
        process, port, _ = self.serve_tls()
        trusting = ssl.create_default_context(cafile=authority.certificate)
        with socket.create_connection(("127.0.0.1", port)) as plain:
            with trusting.wrap_socket(plain, server_hostname="localhost",
                                      suppress_ragged_eofs=False) as secured:
                secured.sendall(b"GET /file HTTP/1.0\r\n\r\n")
                received = b""
                while piece := secured.recv(65536):  # an end without close_notify raises
                    received += piece
        self.assertTrue(received.endswith(LARGE))
        self.stop(process)

    def test_only_clients_with_a_certificate_when_it_wants_one(self):
        certificate, key = authority.make("alice", names="DNS:alice")
        process, _, url = self.serve_tls("--tls-client-ca", authority.certificate)
        done = curl("--cacert", authority.certificate, url)
        self.assertNotEqual(done.returncode, 0)
        done = curl("--cacert", authority.certificate, "--cert", certificate, "--key", key, url)
        self.assertEqual((done.returncode, done.stdout == LARGE), (0, True), done.stderr)
        self.assertIn("the peer has no certificate", self.stop(process).err)

    def test_who_does_not_speak_tls_or_says_nothing_disturbs_nobody(self):
        process, port, url = self.serve_tls()
        with socket.create_connection(("127.0.0.1", port)):
            self.assertNotEqual(curl(f"http://localhost:{port}/file").returncode, 0)
            self.assertEqual(curl("--cacert", authority.certificate, url).stdout, LARGE)
            errors = self.stop(process).err
        self.assertIn("http request", errors)

    def test_files_that_cannot_be_used(self):
        missing = self.folder / "none.pem"
        for arguments, reason in (
                (("--tls-cert", missing), f"certificate {missing}: No such file or directory"),
                (("--tls-cert", GOOD[0]), f"private key {GOOD[0]}: "),
                (("--tls-cert", GOOD[0], "--tls-key", authority.folder / "ca.key"),
                 "key values mismatch")):
            outcome = run("serve", self.folder, "-b", "127.0.0.1:0", *arguments)
            self.assertEqual(outcome.status, 1, outcome)
            self.assertIn(reason, outcome.err)


class PythonServer:
    """Answers each connection by `answer(connection)`, over TLS."""

    def __init__(self, files, answer):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*files)
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self.listener.getsockname()[1]}/file"
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(PATIENCE_S)
        self.listener.close()

    def serve(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            with plain:
                try:
                    with self.context.wrap_socket(plain, server_side=True) as secured:
                        self.answer(secured)
                except OSError:
                    pass  # the client refused


def answer_once(connection):
    connection.recv(65536)
    connection.sendall(reply(b"content"))
    connection.unwrap()


class Get(InFolder):
    """`pirn get https:`, and servers of others."""

    def get(self, *arguments):
        return run("get", "--ca-file", authority.certificate, "--retries", "0", "-o", self.out,
                   *arguments)

    def nginx(self):
        """Returns the port of an nginx that serves the folder; it inherits its socket."""
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        (self.folder / "conf").write_text(f"""
daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/errors;
{"user root;" if os.geteuid() == 0 else ""}
events {{}}
http {{
  access_log off; client_body_temp_path {self.folder}/t; proxy_temp_path {self.folder}/t;
  fastcgi_temp_path {self.folder}/t; uwsgi_temp_path {self.folder}/t; scgi_temp_path {self.folder}/t;
  server {{
    listen 127.0.0.1:{port} ssl; root {self.folder}/root;
    ssl_certificate {GOOD[0]}; ssl_certificate_key {GOOD[1]};
  }}
}}
""")
        process = subprocess.Popen(
            ["nginx", "-c", self.folder / "conf", "-p", self.folder, "-e", self.folder / "errors"],
            env={**os.environ, "NGINX": f"{listener.fileno()};"}, pass_fds=[listener.fileno()])
        listener.close()

        def stop():
            process.terminate()
            process.wait(PATIENCE_S)

        self.addCleanup(stop)
        return port

    def test_files_from_nginx(self):
        (self.folder / "root").mkdir()
        for number in range(20):
            (self.folder / f"root/{number}").write_bytes(LARGE[number:])
        base = f"https://localhost:{self.nginx()}"
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                outcome = self.get("--driver", driver, *(f"{base}/{n}" for n in range(20)))
                self.assertEqual(outcome.status, 0, outcome)
                for number in range(20):
                    self.assertEqual((self.out / str(number)).read_bytes(), LARGE[number:])
                    (self.out / str(number)).unlink()

    def test_a_file_from_openssl(self):
        (self.folder / "file").write_bytes(LARGE)
        process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", GOOD[0], "-key", GOOD[1],
             "-WWW"], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            stdin=subprocess.DEVNULL)
        try:
            line = ""
            while not line.startswith("ACCEPT "):
                line = process.stdout.readline()
                self.assertTrue(line)
            port = line.rpartition(":")[2].strip()
            outcome = self.get(f"https://localhost:{port}/file")
            self.assertEqual(outcome.status, 0, outcome)
            self.assertEqual((self.out / "file").read_bytes(), LARGE)
        finally:
            process.kill()
            process.communicate()

    def test_certificates_are_refused_with_the_reason(self):
        stranger = Authority(self.folder / "stranger", "stranger")
        for files, reason in (
                (authority.make("expired", dates=LONG_AGO), "the certificate has expired"),
                (authority.make("other", names="DNS:other.example"),
                 "the certificate is for other.example, not for localhost"),
                (authority.make("own", self_signed=True), "the certificate is self-signed"),
                (stranger.make("strange"), "nobody whom this system trusts has signed")):
            with self.subTest(reason=reason), PythonServer(files, answer_once) as server:
                outcome = self.get(server.url)
                self.assertEqual(outcome.status, 1, outcome)
                self.assertIn(f"TLS handshake with localhost (127.0.0.1:", outcome.out)
                self.assertIn(reason, outcome.out)
                self.assertEqual(self.names(), [])
                outcome = self.get("--insecure", server.url)
                self.assertEqual(outcome.status, 0, outcome)
                self.assertEqual((self.out / "file").read_bytes(), b"content")
                (self.out / "file").unlink()

    def test_the_system_s_trust_store_is_asked_without_a_ca_file(self):
        with PythonServer(GOOD, answer_once) as server:
            outcome = run("get", "--retries", "0", "-o", self.out, server.url)
            self.assertEqual(outcome.status, 1, outcome)
            self.assertIn("nobody whom this system trusts has signed", outcome.out)
            outcome = run("get", "--retries", "0", "-o", self.out, server.url,
                          env={**os.environ, "SSL_CERT_FILE": str(authority.certificate)})
            self.assertEqual(outcome.status, 0, outcome)

    def test_a_body_without_a_length_that_ends_without_close_notify_is_no_file(self):
        def cut(connection):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nhalf of it")
        with PythonServer(GOOD, cut) as server:
            outcome = self.get(server.url)
            self.assertEqual(outcome.status, 1, outcome)
            self.assertIn("the connection ended without close_notify", outcome.out)
            self.assertEqual(self.names(), [])


if __name__ == "__main__":
    unittest.main()
