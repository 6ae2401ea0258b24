from quantdesk import ServerClock


def clock(now=2_000.0):
    times = {"now": now}
    return ServerClock(lambda: times["now"], lambda: times["now"]), times


def test_should_know_nothing_before_the_first_answer():
    server, _ = clock()
    assert (server.best, server.samples, server.now()) == (None, 0, 2_000.0)


def test_should_put_the_servers_time_in_the_middle_of_the_call():
    server, _ = clock()
    server.observe(1_000.0, 0.5, 6_000.25)
    assert (server.best.offset_s, server.best.uncertainty_s) == (5_000.0, 0.25)
    assert server.now() == 7_000.0


def test_should_trust_the_quickest_of_the_recent_answers_and_forget_old_ones():
    server, times = clock(0.0)
    server.observe(0.0, 0.002, 100.0)
    server.observe(0.0, 1.0, 200.0)
    assert server.best.uncertainty_s == 0.001
    times["now"] = 700.0
    server.observe(700.0, 0.1, 900.05)
    assert server.best.offset_s == 200.0


def test_should_keep_no_more_than_32_answers():
    server, _ = clock()
    for _ in range(100):
        server.observe(0.0, 0.1, 0.0)
    assert server.samples == 32
