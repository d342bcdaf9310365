"""The application's side of gates.py."""

import asyncio
import os


async def knock(name: str) -> None:
    """Tell the test where we are and wait until it lets us pass."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(os.environ["GATES_PORT"]))
    writer.write(f"{name}\n".encode())
    await reader.readline()
    writer.close()
