"""What a process that runs queries gives up for good: the network, and more memory than it may have.

The second line of defence. Requests are refused before they run; were one overlooked, the kernel refuses it
here. A process with a bounded memory dies alone, before the machine has none left.
"""

import ctypes
import errno
import os
import struct
import sys
from dataclasses import dataclass
from typing import Final

if sys.platform == "linux":
    import resource


@dataclass(frozen=True, slots=True)
class _Machine:
    """The kernel's number for an architecture, and those for three of its system calls."""

    arch: int
    seccomp: int
    socket: int
    io_uring_setup: int = 425  # new calls have one number everywhere; this one could open sockets as well


# From the kernel's linux/audit.h and asm/unistd.h.
_MACHINES: Final = {
    "x86_64": _Machine(arch=0xC000003E, seccomp=317, socket=41),
    "aarch64": _Machine(arch=0xC00000B7, seccomp=277, socket=198),
}
_X32: Final = 0x40000000  # where a second table of calls begins that x86_64 has; no other call comes near it

# From linux/prctl.h, linux/seccomp.h, linux/bpf_common.h.
_PR_SET_NO_NEW_PRIVS: Final = 38
_SET_MODE_FILTER: Final = 1
_ALL_THREADS: Final = 1  # SECCOMP_FILTER_FLAG_TSYNC
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EACCES
_READ: Final = 0x20  # BPF_LD | BPF_W | BPF_ABS
_IF_EQUAL: Final = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_IF_AT_LEAST: Final = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_RETURN: Final = 0x06  # BPF_RET | BPF_K
# Where struct seccomp_data has the call, the architecture, and the first argument; of that the lower half, as
# both machines are little-endian, and the kernel looks at no more of it.
_CALL: Final = 0
_ARCH: Final = 4
_FAMILY: Final = 16
_AF_UNIX: Final = 1


class _Program(ctypes.Structure):
    """The kernel's struct sock_fprog: how many instructions, and where they are."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def deny_network() -> bool:
    """Let no thread of this process and no child open a socket any more, but for local ones (AF_UNIX).

    It cannot be undone; sockets that are open stay open. False where it cannot be done: on other systems
    than Linux, on other machines than x86_64 and aarch64, and where the kernel does not let us.
    """
    # A Python of 32 bits makes the calls of another machine than the kernel names.
    if sys.platform != "linux" or sys.maxsize < 2**32 or os.uname().machine not in _MACHINES:
        return False
    machine = _MACHINES[os.uname().machine]
    libc = ctypes.CDLL(None)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, *map(ctypes.c_ulong, (1, 0, 0, 0))):
        return False
    code = _instructions(machine)
    program = _Program(len(code) // 8, code)  # an instruction has eight bytes
    call, mode, flags = map(ctypes.c_long, (machine.seccomp, _SET_MODE_FILTER, _ALL_THREADS))
    # Not 0 but the number of a thread if that one cannot be covered: then none is.
    return bool(libc.syscall(call, mode, flags, ctypes.byref(program)) == 0)


def _instructions(machine: _Machine) -> bytes:
    """Write the filter: each line says what to do, with what, and how many lines to skip if so or if not."""
    lines = (
        (_READ, _ARCH, 0, 0),
        (_IF_EQUAL, machine.arch, 0, 7),
        (_READ, _CALL, 0, 0),
        (_IF_AT_LEAST, _X32, 5, 0),
        (_IF_EQUAL, machine.io_uring_setup, 4, 0),
        (_IF_EQUAL, machine.socket, 0, 2),
        (_READ, _FAMILY, 0, 0),
        (_IF_EQUAL, _AF_UNIX, 0, 1),
        (_RETURN, _ALLOW, 0, 0),
        (_RETURN, _REFUSE, 0, 0),
    )
    return b"".join(struct.pack("=HBBI", what, so, not_so, value) for what, value, so, not_so in lines)


def limit_memory(size: int) -> bool:
    """Bound the private memory of this process, in bytes, stacks of threads included, and leave no core file.

    What it has already counts, pages of files do not. At the bound Oxigraph aborts the process, Python raises
    `MemoryError`, and a thread whose stack has no room does not start. False on other systems than Linux.
    """
    if sys.platform != "linux":
        return False
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    bound = size if most == resource.RLIM_INFINITY else min(size, most)
    resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return True
