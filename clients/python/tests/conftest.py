import time
from functools import partial
from types import SimpleNamespace

import pytest
from fake_mesh import Clock, Desk, FakeMesh
from quantdesk import Settings, _core
from quantdesk._follow import follow

# The pauses are real, and short. What has a bound is measured by the tests' clock, so that a slow machine meets none by itself.
QUICK = Settings(call_timeout_s=60, backoff_min_s=0.01, backoff_max_s=0.05, give_up_after_s=10, resolve_pause_s=0.02)


@pytest.fixture
def clock(monkeypatch):
    """What the clients of this test measure time by."""
    clock = Clock()
    monkeypatch.setattr(_core, "time", SimpleNamespace(time=time.time, monotonic=clock))
    monkeypatch.setattr(_core, "follow", partial(follow, monotonic=clock))
    return clock


@pytest.fixture
def mesh():
    mesh = FakeMesh().start()
    yield mesh
    mesh.stop()


@pytest.fixture(params=["sync", "async"])
def desk(request, mesh, clock):
    desk = Desk(request.param, mesh.address, QUICK, token="a-session")
    yield desk
    desk.close()
