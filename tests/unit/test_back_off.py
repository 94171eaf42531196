from runtime.back_off import BackOff


def test_delays_double_up_to_a_bound_until_a_success() -> None:
    back_off = BackOff(0.05, 2.0)

    delays = [back_off.next_delay() for _ in range(8)]
    back_off.reset()

    assert delays == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
    assert back_off.next_delay() == 0.05


def test_jitter_varies_each_delay_by_up_to_half() -> None:
    back_off = BackOff(1.0, 1.0, jitter=True)

    delays = [back_off.next_delay() for _ in range(200)]

    assert 0.5 <= min(delays) < 0.8
    assert 1.2 < max(delays) <= 1.5
