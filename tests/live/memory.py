"""How much memory a server has had."""

from pathlib import Path

from tests.live.server import LiveServer


def memory(server: LiveServer, figure: str = "VmHWM") -> int:
    """Return a figure of the kernel's, summed over the workers: VmRSS, what they hold; VmHWM, the most they held."""
    found = []
    for worker in server.workers():
        lines = Path(f"/proc/{worker}/status").read_text().splitlines()
        (line,) = (line for line in lines if line.startswith(f"{figure}:"))
        found.append(int(line.split()[1]) * 1024)
    return sum(found)
