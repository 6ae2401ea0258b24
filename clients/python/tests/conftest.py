import pytest
from fake_mesh import Desk, FakeMesh
from quantdesk import Settings

# Waits short enough for tests, long enough for a slow machine.
QUICK = Settings(
    call_timeout_s=5, backoff_min_s=0.01, backoff_max_s=0.05, give_up_after_s=1.5,
    in_flight_max_s=0.3, resolve_timeout_s=1.5, resolve_pause_s=0.02,
)


@pytest.fixture
def mesh():
    mesh = FakeMesh().start()
    yield mesh
    mesh.stop()


@pytest.fixture(params=["sync", "async"])
def desk(request, mesh):
    desk = Desk(request.param, mesh.address, QUICK, token="a-session")
    yield desk
    desk.close()
