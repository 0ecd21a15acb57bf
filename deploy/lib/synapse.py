#!/usr/bin/env python3
"""Install a pinned Synapse from PyPI into a venv, and write its configuration.

Shared by `deploy/demo` (which imports it) and the tests (which run `synapse.py install FOLDER`
and read the interpreter's path from the last line). Standard library only.
"""
import base64
import os
import pathlib
import shutil
import subprocess
import sys

VERSION = "1.163.2"
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# A venv made by the demo serves the tests and the other way round.
FOLDERS = (ROOT / ".test" / "venv", ROOT / ".demo" / "venv")


class InstallError(Exception):
    """A sentence for the person in front of the terminal."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def run(command, **more):
    """Run quietly; on failure show what the command printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, check=False, **more)
    if done.returncode != 0:
        raise InstallError(f"{' '.join(map(str, command))} failed:\n{done.stdout[-3000:]}")
    return done.stdout


def python_of(venv):
    return pathlib.Path(venv) / "bin" / "python"


def has(venv, requirement):
    """Whether the venv was completely installed with this requirement (a mark is written last)."""
    mark = pathlib.Path(venv) / "installed" / requirement
    return mark.exists() and python_of(venv).exists()


def as_root(command):
    """The same command with the rights to install packages, or None."""
    if os.geteuid() == 0:
        return command
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True,
                                               check=False).returncode == 0:
        return ["sudo", "-n", *command]
    return None


def apt_install(*packages):
    command = as_root(["apt-get", "install", "-y", "--no-install-recommends", *packages])
    if not shutil.which("apt-get") or command is None:
        raise InstallError(f"please install {' and '.join(packages)} (Debian's names), "
                           "or run this once as root so that it can")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    say(f"installing {' '.join(packages)} with apt-get …")
    try:
        run(command, env=env)
    except InstallError:  # the package list may be missing or old
        run(as_root(["apt-get", "update"]), env=env)
        run(command, env=env)


def pip_of(venv):
    """A command that installs into the venv: uv, the venv's pip, or the system's pip aimed at it."""
    python = str(python_of(venv))
    if shutil.which("uv"):
        return ["uv", "pip", "install", "--quiet", "--python", python]
    if works([python, "-m", "pip", "--version"]):
        return [python, "-m", "pip", "install", "--quiet"]
    if works([sys.executable, "-m", "pip", "--python", python, "--version"]):
        return [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    return None


def works(command):
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def make_venv(venv):
    """A venv and the command that installs into it, on machines with and without python3-venv."""
    shutil.rmtree(venv, ignore_errors=True)
    pathlib.Path(venv).parent.mkdir(parents=True, exist_ok=True)
    plain = [sys.executable, "-m", "venv", str(venv)]
    if not works(plain):
        shutil.rmtree(venv, ignore_errors=True)
        run([*plain, "--without-pip"])
    if pip := pip_of(venv):
        return pip
    apt_install("python3-venv", "python3-pip")
    shutil.rmtree(venv, ignore_errors=True)
    run(["/usr/bin/python3", "-m", "venv", str(venv)])
    if pip := pip_of(venv):
        return pip
    raise InstallError("found no pip; please install python3-venv")


def install(venv, requirement=f"matrix-synapse=={VERSION}"):
    """The Python of a venv that has the requirement, made now when it is not there yet."""
    for known in (pathlib.Path(venv), *FOLDERS):
        if has(known, requirement):
            return python_of(known.absolute())
    if sys.version_info < (3, 10):
        raise InstallError("Synapse needs Python 3.10 or newer")
    say(f"installing {requirement} from PyPI into {venv} (about a minute, once) …")
    pip = pip_of(venv) if python_of(venv).exists() else None
    run([*(pip or make_venv(venv)), requirement])
    marks = pathlib.Path(venv) / "installed"
    marks.mkdir(exist_ok=True)
    (marks / requirement).touch()
    return python_of(pathlib.Path(venv).absolute())


# Given to Synapse as a second configuration file.
LOCAL = ROOT / "deploy" / "synapse-local.yaml"


def configuration(folder, server_name, port, secret, registrations):
    """homeserver.yaml for one local Synapse: loopback, no federation, cheap users."""
    listed = "".join(f'  - "{path}"\n' for path in registrations)
    return f"""\
server_name: "{server_name}"
public_baseurl: "http://127.0.0.1:{port}/"
pid_file: "{folder}/synapse.pid"
log_config: "{folder}/log.yaml"
media_store_path: "{folder}/media"
signing_key_path: "{folder}/signing.key"
registration_shared_secret: "{secret}"
macaroon_secret_key: "{secret}"
form_secret: "{secret}"
enable_registration: false
database: {{name: sqlite3, args: {{database: "{folder}/homeserver.db"}}}}
listeners:
  - {{port: {port}, type: http, tls: false, bind_addresses: ["127.0.0.1"],
     resources: [{{names: [client]}}]}}
app_service_config_files:
{listed}"""


def signing_key():
    """A new key, in the shape that `--generate-keys` writes (which costs another start)."""
    seed = base64.b64encode(os.urandom(32)).decode().rstrip("=")
    return f"ed25519 a_demo {seed}\n"


def log_configuration(folder):
    return f"""\
version: 1
formatters: {{plain: {{format: "%(asctime)s %(levelname)s %(name)s: %(message)s"}}}}
handlers: {{file: {{class: logging.FileHandler, formatter: plain, filename: "{folder}/synapse.log"}}}}
root: {{level: WARNING, handlers: [file]}}
disable_existing_loggers: false
"""


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] != "install":
        sys.exit("usage: synapse.py install FOLDER [REQUIREMENT]")
    try:
        print(install(*sys.argv[2:4]))
    except InstallError as error:
        sys.exit(f"error: {error}")
