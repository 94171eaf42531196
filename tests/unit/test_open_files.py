"""How many sockets an API may have: as many as the machine lets a process have."""

import resource

from app.serve import open_many_files


def test_an_api_takes_what_it_may() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard // 2, hard))
    try:
        open_many_files()
        taken = resource.getrlimit(resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert taken == (hard, hard)
