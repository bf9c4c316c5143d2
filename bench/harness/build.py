"""Builds every subject's program with the ordinary tools, and says aloud what cannot be had."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BENCH = ROOT / "bench"
BUILD = Path(os.environ.get("BENCH_BUILD", ROOT / "build" / "bench"))  # another: with PIRN_BENCH

# The peers and tools, all from Debian; a bench needs none of them to run what is left.
PEER_PACKAGES = (
    *("libboost1.81-dev", "libtbb-dev", "libuv1-dev", "liburing-dev", "golang-go"),
    *("cargo", "rustc", "librust-tokio-dev", "librust-hyper-dev", "librust-rayon-dev"),
    *("python3-uvloop", "python3-simpy"),
    *("wrk", "nginx-light", "aria2", "wget2", "curl", "iperf3", "socat", "valgrind"),
)
CRATES = Path("/usr/share/cargo/registry")
DEBIAN_PYTHON = Path("/usr/bin/python3")  # the one that python3-uvloop belongs to

MANIFEST = """\
# Written by bench/harness/build.py.
[package]
name = "peers"
version = "0.0.0"
edition = "2021"

[dependencies]
{crates}{programs}"""
DEPENDENCIES = {  # what the programs use of each crate
    "tokio": '{ version = "1", features = ["io-util", "macros", "net", "rt", "rt-multi-thread", '
    '"sync", "time"] }',
    "hyper": '{ version = "0.14", features = ["http1", "runtime", "server", "tcp"] }',
    "rayon": '"1"',
}


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def set_up():
    """Installs the Debian packages that are missing; no call of apt when none is."""
    query = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *PEER_PACKAGES]
    known = subprocess.run(query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    lines = known.stdout.split("\n")
    missing = [each for each in PEER_PACKAGES if f"{each} installed" not in lines]
    if not missing:
        say("all peers are installed")
        return
    say(f"installing {' '.join(missing)}")
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=600"]
    if os.geteuid() != 0:
        apt.insert(0, "sudo")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*apt, "update"], env=environment, check=True)
    install = [*apt, "install", "-y", "--no-install-recommends", *missing]
    subprocess.run(install, env=environment, check=True)


class Programs:
    """The built programs; tells how each subject is called, or why it is left out."""

    def __init__(self):
        self._why_missing = {}
        self._go_is_there = shutil.which("go") is not None
        self._crates = self._find_crates()

    def build(self, benches):
        """Builds what the benches need; fails when a program of this repository does not build."""
        self._build_cpp(benches)
        sources = {subject.program for bench in benches for subject in bench.subjects}
        self._build_rust(sorted(each for each in sources if each.endswith(".rs")))
        for each in sorted(each for each in sources if each.endswith(".go")):
            self._build_go(each)

    def path(self, source):
        """Where the program of a source below bench/ is."""
        return BUILD / "bench" / Path(source).with_suffix("")

    def command(self, subject):
        """The words that start a subject, or None with a line that says why."""
        program = subject.program
        if program.endswith(".py"):
            return self._python_command(subject)
        if program == "pirn":
            found = BUILD / "bin" / "pirn"
        elif "/" in program:
            found = self.path(program)
        else:
            found = Path(shutil.which(program) or f"/usr/sbin/{program}")
        if not found.exists():
            return self._leave_out(subject, "it is not installed or not built")
        return [str(found), *subject.arguments]

    def _python_command(self, subject):
        if not DEBIAN_PYTHON.exists():
            return self._leave_out(subject, f"there is no {DEBIAN_PYTHON}")
        for module in ("uvloop", "SimPy"):
            if module not in subject.environment.values():
                continue
            probe = subprocess.run([DEBIAN_PYTHON, "-c", f"import {module}"], capture_output=True)
            if probe.returncode != 0:
                return self._leave_out(subject, f"python3-{module.lower()} is not installed")
        return [str(DEBIAN_PYTHON), str(BENCH / subject.program), *subject.arguments]

    def _leave_out(self, subject, why):
        if subject.program not in self._why_missing:
            self._why_missing[subject.program] = why
            say(f"{subject.name} ({subject.program}) is left out: {why}")
        return None

    def _build_cpp(self, benches):
        if not (BUILD / "build.ninja").exists():
            off = [f"-DPIRN_{each}=OFF" for each in ("TESTS", "EXAMPLES")]
            configure = ["cmake", "--preset", "release", "-B", str(BUILD), "-DPIRN_BENCH=ON", *off]
            subprocess.run(configure, cwd=ROOT, stdout=sys.stderr, check=True)
        programs = {subject.program for bench in benches for subject in bench.subjects}
        in_cpp = {str(Path(each).parent) for each in programs if each.endswith(".cpp")}
        in_cpp |= {bench.name for bench in benches if any((BENCH / bench.name).glob("*.cpp"))}
        targets = [f"bench_programs_{name}" for name in sorted(in_cpp)]
        if any(subject.program == "pirn" for bench in benches for subject in bench.subjects):
            targets += ["pirn", "bench_programs_command"]
        if not targets:
            return
        command = ["cmake", "--build", str(BUILD), "--target", *targets]
        subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=True)

    def _find_crates(self):
        if not Path("/usr/bin/cargo").exists() or not CRATES.is_dir():
            return set()
        return {name for name in DEPENDENCIES if any(CRATES.glob(f"{name}-[0-9]*"))}

    def _has_crates_of(self, source):
        """Whether the crates are there that a program is named after; hyper's is on tokio too."""
        name = Path(source).stem
        return {name, "tokio"} <= self._crates if name == "hyper" else name in self._crates

    def _build_rust(self, sources):
        """All Rust programs in one package, against Debian's crates and nothing else."""
        wanted = [each for each in sources if self._has_crates_of(each)]
        if not wanted:
            return
        folder = BUILD / "rust"
        folder.mkdir(parents=True, exist_ok=True)
        programs = ""
        for each in wanted:
            name = each.removesuffix(".rs").replace("/", "_")
            programs += f'\n[[bin]]\nname = "{name}"\npath = "{BENCH / each}"\n'
        crates = "".join(f"{name} = {DEPENDENCIES[name]}\n" for name in sorted(self._crates))
        manifest = MANIFEST.format(crates=crates, programs=programs)
        write_if_changed(folder / "Cargo.toml", manifest)
        environment = {
            **os.environ,
            "CARGO_HOME": str(folder / "home"),
            "RUSTC": "/usr/bin/rustc",
        }
        debian = ['source.crates-io.replace-with="debian"', f'source.debian.directory="{CRATES}"']
        words = ["/usr/bin/cargo", "build", "--quiet", "--release", "--offline"]
        words += [word for each in debian for word in ("--config", each)]
        subprocess.run(words, cwd=folder, env=environment, stdout=sys.stderr, check=True)
        for each in wanted:
            built = folder / "target" / "release" / each.removesuffix(".rs").replace("/", "_")
            link_to(self.path(each), built)

    def _build_go(self, source):
        if not self._go_is_there:
            return
        folder = BUILD / "go" / Path(source).parent
        folder.mkdir(parents=True, exist_ok=True)
        link_to(folder / "main.go", BENCH / source)
        for common in (BENCH / "common").glob("*.go"):
            link_to(folder / common.name, common)
        environment = {**os.environ, "GO111MODULE": "off", "GOCACHE": str(BUILD / "go" / "cache")}
        command = ["go", "build", "-o", str(self.path(source)), "."]
        subprocess.run(command, cwd=folder, env=environment, stdout=sys.stderr, check=True)


def write_if_changed(path, text):
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def link_to(link, target):
    """Makes `link` a symbolic link to `target`, whatever it was before."""
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.is_symlink() and Path(os.readlink(link)) == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)
