import json
import pathlib

import grpc
import pytest
from fake_mesh import Refused
from quantdesk import REASONS, Client, QuantDeskError, Refusal, Unreachable

CONTRACTS = pathlib.Path(__file__).parents[3] / "proto"


def error_of(mesh, desk, refused):
    def answer(*_):
        raise refused

    mesh.answers["ListPositions"] = answer
    with pytest.raises(QuantDeskError) as raised:
        desk.positions()
    return raised.value


def test_should_carry_reason_category_figures_and_suggestion_of_a_refusal(mesh, desk):
    metadata = {"limit": "initial_margin", "value": "1500", "bound": "1000",
                "suggested_quantity": "66.6", "suggested_deposit": "500"}
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    error = error_of(mesh, desk, Refused(
        grpc.StatusCode.FAILED_PRECONDITION, "INSUFFICIENT_MARGIN", message="The order needs 1500 USDC.",
        metadata=metadata, trailing=[("x-trace-id", trace)],
    ))
    assert isinstance(error, Refusal)
    assert (error.reason, error.category, error.code, error.retryable) == (
        "INSUFFICIENT_MARGIN", "precondition", "FAILED_PRECONDITION", False,
    )
    assert (error.message, error.metadata, error.trace_id) == ("The order needs 1500 USDC.", metadata, trace)
    assert (error.suggestion.quantity, error.suggestion.deposit, error.suggestion.price) == ("66.6", "500", None)


def test_should_say_when_to_go_on_after_too_many_calls(mesh, desk):
    error = error_of(mesh, desk, Refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED", retry_s=17))
    assert (error.category, error.retryable, error.retry_after_s, error.suggestion) == ("limit", True, 17.0, None)


def test_should_name_the_fields_that_break_their_rule(mesh, desk):
    error = error_of(mesh, desk, Refused(
        grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_INVALID", fields={"quantity": "must be above zero"},
    ))
    assert (error.category, error.fields) == ("invalid_request", {"quantity": "must be above zero"})


def test_should_judge_a_reason_it_does_not_know_by_its_code(mesh, desk):
    error = error_of(mesh, desk, Refused(grpc.StatusCode.FAILED_PRECONDITION, "MOON_IN_THE_WAY"))
    assert isinstance(error, Refusal)
    assert (error.reason, error.category, error.retryable) == ("MOON_IN_THE_WAY", "precondition", False)


def test_should_not_take_a_broken_connection_for_an_answer(mesh, desk):
    error = error_of(mesh, desk, Refused(grpc.StatusCode.UNAVAILABLE))
    assert isinstance(error, Unreachable)
    assert (error.reason, error.category, error.retryable) == ("UNAVAILABLE", "unavailable", True)


def test_should_stand_details_that_are_no_message(mesh, desk):
    refused = Refused(grpc.StatusCode.NOT_FOUND, trailing=[("grpc-status-details-bin", b"\xff\xff\xff")])
    assert error_of(mesh, desk, refused).reason == "NOT_FOUND"


def test_should_call_a_gateway_that_is_down_unreachable(mesh, desk):
    mesh.stop()
    with pytest.raises(Unreachable):
        desk.positions()
    mesh.start()


@pytest.mark.parametrize("address", ["localhost:3002", "ftp://localhost", "http://", "http://localhost/path", "http://localhost:port", "http://localhost:99999", 5])
def test_should_refuse_what_is_no_address(address):
    with pytest.raises(ValueError):
        Client(address)


def test_should_have_every_reason_of_the_contracts_in_the_catalogue():
    reasons = json.loads((CONTRACTS / "reasons.json").read_text())
    assert len(reasons) > 40
    assert {name: facts[1] for name, facts in REASONS.items()} == {each["reason"]: each["category"] for each in reasons}
