"""Which port a part gets."""

import os
import socket

import pytest

from docqa_localstack.host import ports
from docqa_localstack.host.errors import ServiceError


@pytest.fixture
def taken() -> int:  # type: ignore[misc]
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_remembered_port_comes_first() -> None:
    port = free_port()
    assert ports.choose("localstack", stack="main", remembered=port) == ports.Choice(port)


def test_a_taken_port_moves_and_the_sentence_names_who_has_it(taken: int) -> None:
    choice = ports.choose("postgres", stack="main", remembered=taken)
    assert choice.port != taken
    assert ports.is_free(choice.port)
    assert f"Port {taken} is taken by" in choice.remark
    assert f"process {os.getpid()}" in choice.remark
    assert f"postgres listens on {choice.port} instead" in choice.remark


def test_a_port_taken_on_all_addresses_is_taken() -> None:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("0.0.0.0", 0))
        server.listen()
        assert not ports.is_free(server.getsockname()[1])


def test_a_second_stack_leaves_the_usual_and_the_reserved_ports_alone() -> None:
    reserved = {4567, 4568}
    choice = ports.choose("localstack", stack="test", reserved=reserved)
    assert choice.port > 4568
    assert choice.remark == ""


def test_no_free_port_is_an_error_with_a_sentence() -> None:
    with pytest.raises(ServiceError, match="No port from 4566 to 4766 is free for localstack"):
        ports.choose("localstack", stack="test", reserved=range(1, 65536))
