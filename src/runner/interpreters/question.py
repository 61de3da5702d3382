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


print(
    sys.implementation.name,
    release(),
    sys.implementation.cache_tag,
    int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little"),
    sys.maxsize.bit_length() + 1,
    place(),
    ",".join(importlib.machinery.EXTENSION_SUFFIXES) or "-",
)
