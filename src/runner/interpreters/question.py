# What a program that may be a Python 3 is asked: to say in one line what it is. ask.rs reads the answer, which stands in any line.
# It may be a batch file: no percent sign here, which means a variable there.
import importlib.machinery
import importlib.util
import os
import sys
import sysconfig


def release():
    numbers, (stage, serial) = sys.version_info[:3], sys.version_info[3:]
    stage = {"alpha": "a", "beta": "b", "candidate": "rc", "final": ""}[stage]
    return ".".join(map(str, numbers)) + stage + (str(serial) if stage else "")


# musl says its version when its loader is started.
def musl():
    import subprocess
    try:
        with open("/proc/self/maps") as maps:
            loader = next(line.split()[-1] for line in maps if "/ld-musl-" in line)
        said = subprocess.run([loader], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE).stderr.decode()
        return "-" + said.split("Version ")[1].split()[0]
    except Exception:
        return ""


# Where it runs, in the words of a bundle's manifest: with the version of the C library or of macOS, which sysconfig leaves out.
def place():
    name = sysconfig.get_platform()
    system, _, processor = name.partition("-")
    if system == "macosx":
        import platform
        return "-".join(filter(None, ("macosx", platform.mac_ver()[0], os.uname().machine)))
    if system != "linux":
        return name
    try:
        libc, version = os.confstr("CS_GNU_LIBC_VERSION").split()
        return "-".join(("manylinux", version, processor)) if libc == "glibc" else name
    except (AttributeError, OSError, ValueError):
        return "musllinux" + musl() + "-" + processor


# What a virtual environment of it is made of: if it is in one itself, the Python of that one.
def base():
    path = getattr(sys, "_base_executable", None) or sys.executable
    # Before 3.11 one in an environment says itself, a link to its base.
    if os.path.exists(os.path.join(os.path.dirname(os.path.dirname(path)), "pyvenv.cfg")):
        path = os.path.realpath(path)
    return path.encode("utf-8", "surrogateescape").hex() or "-"


# Where a virtual environment of it has its packages.
def site_packages():
    schemes = sysconfig.get_scheme_names()
    scheme = "venv" if "venv" in schemes else "nt" if os.name == "nt" else "posix_prefix"
    path = sysconfig.get_path("purelib", scheme, {"base": "", "platbase": ""})
    return path.replace(os.sep, "/").strip("/")


print(
    sys.implementation.name,
    release(),
    sys.implementation.cache_tag,
    int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little"),
    sys.maxsize.bit_length() + 1,
    place(),
    ",".join(importlib.machinery.EXTENSION_SUFFIXES) or "-",
    base(),
    site_packages(),
)
