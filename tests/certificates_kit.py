"""An authority for tests, and the certificates that it signs; made by openssl."""
import subprocess

CONFIGURATION = """
[ca]
default_ca = authority
[authority]
dir = {folder}
database = $dir/index
serial = $dir/serial
new_certs_dir = $dir
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""
LONG_AGO = ("20200101000000Z", "20200201000000Z")


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdin=subprocess.DEVNULL,
                   capture_output=True)


class Authority:
    def __init__(self, folder, name="authority"):
        self.folder = folder
        folder.mkdir(parents=True)
        (folder / "index").touch()
        (folder / "serial").write_text("01\n")
        (folder / "conf").write_text(CONFIGURATION.format(folder=folder))
        self.certificate = folder / "ca.pem"
        self._sign_itself("ca", name)

    def _sign_itself(self, name, subject, *extensions):
        openssl("req", "-x509", *self._new_key(name), "-out", self.folder / f"{name}.pem",
                "-subj", f"/CN={subject}", "-days", "2", *extensions)

    def _new_key(self, name):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", self.folder / f"{name}.key")

    def make(self, name, *, names="DNS:localhost,IP:127.0.0.1", dates=None, self_signed=False):
        """Returns the paths of a certificate and its key."""
        names = ("-addext", f"subjectAltName={names}")
        if self_signed:
            self._sign_itself(name, name, *names)
        else:
            openssl("req", *self._new_key(name), "-out", self.folder / f"{name}.csr",
                    "-subj", f"/CN={name}", *names)
            when = ("-days", "2") if dates is None else ("-startdate", dates[0], "-enddate", dates[1])
            openssl("ca", "-batch", "-notext", "-config", self.folder / "conf", *when,
                    "-cert", self.certificate, "-keyfile", self.folder / "ca.key",
                    "-in", self.folder / f"{name}.csr", "-out", self.folder / f"{name}.pem")
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"
